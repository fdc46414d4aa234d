package plan

import (
	"go/ast"
	"go/types"
	"slices"

	"github.com/closurefix/closurefix/rewrite/flow"
	"github.com/closurefix/closurefix/rewrite/pattern"
)

// uses refuses the sites whose handling of the cleanup has no counterpart in
// calls of finish.
func (x *decision) uses() *Refusal {
	for _, s := range x.sites {
		if s.Form == pattern.Otherwise {
			return x.refuse(CallForm, s.Unit, s.Call.Pos(), "%s", otherwise(s))
		}
		if s.Func == nil {
			return x.refuse(CallForm, s.Unit, s.Call.Pos(), "it is called outside of any function")
		}
		if s.Lhs != nil {
			if r := x.variable(s); r != nil {
				return r
			}
		}
		for _, u := range s.Uses {
			if u.Kind != pattern.Value {
				continue
			}
			if x.recovers() {
				return x.refuse(RecoverWrapped, s.Unit, u.Expr.Pos(), "its cleanup recovers, and is used as a value, where a wrapper could no longer do so")
			}
			if t := valueType(s); !isSignature(t) && !typedPlace(s, u) {
				return x.refuse(CleanupValue, s.Unit, u.Expr.Pos(), "its cleanup is used as a value of type %s", types.TypeString(t, types.RelativeTo(s.Unit.Pkg)))
			}
		}
	}
	return nil
}

// otherwise says what an Otherwise site does.
func otherwise(s *pattern.Site) string {
	switch s.Up[s.Call].(type) {
	case *ast.ReturnStmt:
		return "a caller hands its results on at once"
	case *ast.AssignStmt, *ast.ValueSpec:
		return "a caller assigns its results along with others"
	}
	return "a caller uses its results within a larger expression"
}

// valueType returns the type that the cleanup has at a site: that of the variable,
// which may be declared with a type of its own, or of the result.
func valueType(s *pattern.Site) types.Type {
	if s.Var != nil {
		return s.Var.Type()
	}
	return s.Unit.Info.TypeOf(s.Call)
}

func isSignature(t types.Type) bool {
	_, ok := types.Unalias(t).(*types.Signature)
	return ok
}

// variable checks what the site keeps the cleanup in: a variable of a function that
// nothing but sites of prepare set. It may be declared elsewhere:
//
//	var done func()
//	if slow {
//		done, err = prepare()
//	}
//	if done != nil {
//		defer done()
//	}
func (x *decision) variable(s *pattern.Site) *Refusal {
	lhs := s.Cleanup
	if s.Var == nil {
		if id := identOf(lhs); id != nil && id.Name == "_" {
			return nil
		}
		return x.refuse(CleanupValue, s.Unit, lhs.Pos(), "its cleanup is stored in %s", types.ExprString(lhs))
	}
	elsewhere := func(at ast.Node, why string) *Refusal {
		return x.refuse(Reassigned, s.Unit, at.Pos(), "a caller assigns its cleanup to a variable %s", why)
	}
	if flow.Global(s.Var) {
		return x.refuse(CleanupValue, s.Unit, lhs.Pos(), "its cleanup is stored in the package variable %s", s.Var.Name())
	}
	alone := s.Unit.Info.Defs[identOf(lhs)] != nil
	for _, a := range s.Access[s.Var] {
		switch a.Mode {
		case flow.Address:
			return elsewhere(a.Ident, "whose address is taken")
		case flow.Write:
			if !x.sets(a.Ident) {
				return elsewhere(a.Ident, "that is set to something else, too")
			}
			alone = alone && a.Ident == identOf(lhs)
		}
	}
	if alone || x.plan.Outer[s.Var] != nil {
		return nil
	}
	o := x.declarationOf(s)
	if o == nil {
		return elsewhere(lhs, "that is a parameter, a result, or declared with a value")
	}
	x.plan.Outer[s.Var] = o
	return nil
}

// sets reports whether an identifier is where some site puts the cleanup.
func (x *decision) sets(id *ast.Ident) bool {
	return slices.ContainsFunc(x.sites, func(s *pattern.Site) bool {
		return s.Lhs != nil && identOf(s.Cleanup) == id
	})
}

// declarationOf returns what declares the variable of a site: another site, or a
// var statement without a value; nil if neither does.
func (x *decision) declarationOf(s *pattern.Site) *Outer {
	for _, t := range x.sites {
		if t.Var == s.Var && t.Unit == s.Unit && t.Unit.Info.Defs[identOf(t.Cleanup)] == types.Object(s.Var) {
			return &Outer{}
		}
	}
	var found *Outer
	ast.Inspect(s.Decl, func(n ast.Node) bool {
		stmt, ok := n.(*ast.DeclStmt)
		if !ok {
			return true
		}
		for _, spec := range stmt.Decl.(*ast.GenDecl).Specs {
			vs, ok := spec.(*ast.ValueSpec)
			if ok && len(vs.Names) == 1 && len(vs.Values) == 0 && s.Unit.Info.Defs[vs.Names[0]] == types.Object(s.Var) {
				found = &Outer{Stmt: stmt, Spec: vs}
			}
		}
		return true
	})
	return found
}

// recovers reports whether one of the cleanups calls recover itself.
func (x *decision) recovers() bool {
	return slices.ContainsFunc(x.p.Literals, func(l *pattern.Literal) bool { return flow.Recovers(x.p.Unit.Info, l.Lit) })
}
