package plan

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"

	"github.com/closurefix/closurefix/rewrite/flow"
	"github.com/closurefix/closurefix/rewrite/pattern"
)

// idlesOnNil reports whether each cleanup does nothing where the captured variable of a name is nil, whether or not it was
// returned to do something. Callers that compare it with nil must do no more than to call it.
//
//	return func() {                     for range of a nil slice or map
//		if file != nil {
//			file.Close()
//		}
//	}
func idlesOnNil(p *pattern.Prepare, sites []*pattern.Site, name string) bool {
	for _, l := range p.Literals {
		if v := captureNamed(l, name); v == nil || zeroOf(v.Type(), "") != "nil" || !doesNothingOnNil(p.Unit.Info, l.Lit.Body.List, v) {
			return false
		}
	}
	return mayTell(p, "nil", false) && everySite(sites, func(s *pattern.Site) bool {
		return s.Form != pattern.Returned && !slices.ContainsFunc(s.Uses, func(u *pattern.Use) bool { return u.Kind == pattern.NilTest && guardOf(s, u) == nil })
	})
}

// doesNothingOnNil reports whether the statements of a cleanup do nothing where a variable is nil.
func doesNothingOnNil(info *types.Info, list []ast.Stmt, v *types.Var) bool {
	if len(list) != 1 {
		return false
	}
	switch s := list[0].(type) {
	case *ast.IfStmt:
		cond := ast.Unparen(s.Cond)
		for b, ok := cond.(*ast.BinaryExpr); ok && b.Op == token.LAND; b, ok = cond.(*ast.BinaryExpr) {
			cond = ast.Unparen(b.X)
		}
		return s.Init == nil && s.Else == nil && flow.Implied(info, cond, v, true) == flow.No
	case *ast.RangeStmt:
		return info.Uses[identOf(s.X)] == types.Object(v) && emptyIfNil(v.Type())
	}
	return false
}

// emptyIfNil reports whether a nil value of a type has no elements.
func emptyIfNil(t types.Type) bool {
	switch t.Underlying().(type) {
	case *types.Slice, *types.Map:
		return true
	}
	return false
}

// idleField returns the name of a field of the state such that the cleanups do nothing where it is nil, or "". The
// zero state needs no other mark then.
func idleField(p *pattern.Prepare, sites []*pattern.Site, passages []Passage) string {
	if slices.ContainsFunc(p.Inner, func(u *pattern.Use) bool { return u.Kind == pattern.NilTest }) {
		return ""
	}
	for _, pass := range passages {
		if name := pass.Capture.Var.Name(); !pass.Pointer && idlesOnNil(p, sites, name) {
			return name
		}
	}
	return ""
}

// captureNamed returns the variable of a name that a literal captures, or nil.
func captureNamed(l *pattern.Literal, name string) *types.Var {
	i := slices.IndexFunc(l.Captures, func(c *pattern.Capture) bool { return c.Var.Name() == name })
	if i < 0 {
		return nil
	}
	return l.Captures[i].Var
}
