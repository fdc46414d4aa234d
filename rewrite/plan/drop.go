package plan

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"

	"golang.org/x/tools/go/ast/edge"

	"github.com/closurefix/closurefix/rewrite/flow"
	"github.com/closurefix/closurefix/rewrite/pattern"
	"github.com/closurefix/closurefix/rewrite/plan/spell"
)

// drop finds the parameters that prepare no longer needs because only its cleanup uses
// them. fresh holds those for which prepare passes new(T) to finish where it runs its
// own cleanup.
//
// Such a parameter is a result pointer. If at every site the variable is zero when
// prepare is called, nothing reads it before, and prepare's own result overwrites it
// directly after the call, then the cleanup reads zero there, and nothing reads what it
// writes.
func drop(p *pattern.Prepare, sites []*pattern.Site, passages []Passage, idle idle) (dropped, fresh map[int]bool) {
	dropped, fresh = make(map[int]bool), make(map[int]bool)
	if len(sites) == 0 {
		return dropped, fresh
	}
	for _, pass := range passages {
		c := pass.Capture
		if pass.Route != ByArgument || c.Class != pattern.Param || !onlyInCleanup(p, c) {
			continue
		}
		if spell.HasTypeParam(c.Var.Type()) || commented(p, sites, c.Index) {
			continue
		}
		if !everySite(sites, func(s *pattern.Site) bool {
			if c.Index >= len(s.Call.Args) {
				return false
			}
			return constant(s, s.Call.Args[c.Index]) || runs(s, idle.values)
		}) {
			continue // the variable in the operand might be unused then
		}
		if len(p.Inner) == 0 {
			dropped[c.Index] = true
			continue
		}
		if _, ok := types.Unalias(c.Var.Type()).(*types.Pointer); ok && onlyThrough(p, c) && everySite(sites, func(s *pattern.Site) bool { return zeroOnEntry(p, s, c.Index) }) && innerAtReturn(p) && innerSees(p, "new "+pass.Type) {
			dropped[c.Index] = true
			fresh[c.Index] = true
		}
	}
	return dropped, fresh
}

// commented reports whether a comment is next to parameter i or to its operand at a site,
// and would be lost with it.
func commented(p *pattern.Prepare, sites []*pattern.Site, i int) bool {
	within := func(f *ast.File, from, to token.Pos) bool {
		return slices.ContainsFunc(flow.Comments(f, from, to), func(g *ast.CommentGroup) bool { return from <= g.Pos() })
	}
	params := p.Decl.Type.Params
	from, n := params.Opening, 0
	for _, f := range params.List {
		if n += max(1, len(f.Names)); i < n {
			if within(p.File, from, f.End()) {
				return true
			}
			break
		}
		from = f.End()
	}
	return slices.ContainsFunc(sites, func(s *pattern.Site) bool {
		if i >= len(s.Call.Args) {
			return false
		}
		from, to := s.Call.Lparen, s.Call.Rparen
		if i > 0 {
			from = s.Call.Args[i-1].End()
		}
		if i+1 < len(s.Call.Args) {
			to = s.Call.Args[i+1].Pos()
		}
		return within(s.File, from, to)
	})
}

// runs reports whether the site calls finish after the rewrite.
func runs(s *pattern.Site, idle map[*pattern.Use]string) bool {
	return slices.ContainsFunc(calls(s), func(u *pattern.Use) bool { return idle[u] == "" })
}

// constant reports whether an operand is a constant or nil.
func constant(s *pattern.Site, e ast.Expr) bool {
	tv := s.Unit.Info.Types[e]
	return tv.Value != nil || tv.IsNil()
}

// errorResult returns the index of the last error among p's results other than
// the cleanup, or -1.
func errorResult(p *pattern.Prepare) int {
	results := p.Func.Signature().Results()
	for i := results.Len() - 1; i >= 0; i-- {
		if i != p.Result && flow.IsError(results.At(i).Type()) {
			return i
		}
	}
	return -1
}

// onlyInCleanup reports whether prepare uses the capture only in cleanups.
func onlyInCleanup(p *pattern.Prepare, c *pattern.Capture) bool {
	return !slices.ContainsFunc(p.Access[c.Var], func(a flow.Access) bool {
		return !inCleanup(p, a.Ident)
	})
}

// zeroOnEntry reports whether argument i of a site is the address of a variable that is
// still zero, that nothing else in the function uses before the call, and that the
// site's statement sets to prepare's error.
func zeroOnEntry(p *pattern.Prepare, s *pattern.Site, i int) bool {
	errIndex := errorResult(p)
	if s.Form != pattern.Assigned || errIndex < 0 || i >= len(s.Call.Args) {
		return false
	}
	addr, ok := ast.Unparen(s.Call.Args[i]).(*ast.UnaryExpr)
	if !ok || addr.Op != token.AND {
		return false
	}
	id := identOf(addr.X)
	if id == nil {
		return false
	}
	info := s.Unit.Info
	v, ok := info.Uses[id].(*types.Var)
	target := identOf(s.Lhs[errIndex])
	if !ok || target == nil || info.ObjectOf(target) != v || flow.HasGoto(s.Func) || flow.Loop(s.At(s.Stmt), s.Func) != nil {
		return false
	}
	if s.ResultOf(v) != s.Func && !(s.DeclaredZero(v) && flow.Func(s.Def(v)) == s.Func) {
		return false
	}
	// No code before the call may use the variable, and no deferred call may
	// read it if the call panics.
	for _, a := range s.Access[v] {
		if a.Ident != id && a.Ident != target && a.Ident.Pos() < s.Call.Pos() {
			return false
		}
	}
	for n := range ast.Preorder(s.Func) {
		if d, ok := n.(*ast.DeferStmt); ok && d.Pos() < s.Call.Pos() {
			return false
		}
	}
	return true
}

// onlyThrough reports whether the cleanups use a pointer only to access the variable
// that it points to, and only while they run. A pointer that a cleanup stores or that
// an inner literal uses may live longer.
func onlyThrough(p *pattern.Prepare, c *pattern.Capture) bool {
	return !slices.ContainsFunc(c.Uses, func(id *ast.Ident) bool {
		if lit := flow.Lit(p.At(id)); !slices.ContainsFunc(p.Literals, func(l *pattern.Literal) bool { return l.Lit == lit }) {
			return true
		}
		pointer := flow.Outer(p.At(id))
		if pointer.ParentEdgeKind() != edge.StarExpr_X {
			return true
		}
		// &*err is the pointer again.
		u, ok := flow.Outer(pointer.Parent()).Parent().Node().(*ast.UnaryExpr)
		return ok && u.Op == token.AND
	})
}

// innerSees reports whether the names in source text have the same meaning at every
// inner use as at file level.
func innerSees(p *pattern.Prepare, text string) bool {
	return !slices.ContainsFunc(p.Inner, func(u *pattern.Use) bool { return !spell.Plain(p.Unit, u.Expr.Pos(), text) })
}

// innerAtReturn reports whether each inner use is directly before a return statement
// that cannot panic. The caller then sees the variable only after assigning prepare's
// error to it.
func innerAtReturn(p *pattern.Prepare) bool {
	for _, u := range p.Inner {
		list, i, ok := flow.List(p.At(u.Stmt))
		if !ok || u.Lit != nil || i+1 >= len(list) {
			return false
		}
		ret, ok := list[i+1].(*ast.ReturnStmt)
		if !ok {
			return false
		}
		for _, e := range ret.Results {
			tv := p.Unit.Info.Types[e]
			if identOf(e) == nil && tv.Value == nil && !tv.IsNil() {
				return false
			}
		}
	}
	return true
}
