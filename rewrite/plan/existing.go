package plan

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"

	"github.com/closurefix/closurefix/rewrite/flow"
	"github.com/closurefix/closurefix/rewrite/pattern"
)

// existing returns the method that is finish already, or nil. The cleanup does no more than
// to call it, and callers can do so themselves:
//
//	srv := httptest.NewServer(h)            return client(srv), srv
//	return client(srv), func() {
//		srv.Close()
//	}
//
//	c, done := start(h)                     c, srv := start(h)
//	defer done()                            defer srv.Close()
//
// A deferred call evaluates its operand at once. That has no effect for the method of a
// pointer. The method must not recover: called by the literal, it could not.
func existing(x *subject, plan *Plan) *types.Func {
	p, v := x.p, plan.Value
	if plan.State != nil || len(plan.Literals) != 1 || len(plan.Passages) != 1 || v != nil && (v.Capture == nil || v.Guard) || onlyReturns(p) {
		return nil
	}
	pass := plan.Passages[0]
	method, operand := onlyCalls(p, plan.Literals[0].Lit)
	if method == nil || p.Unit.Info.Uses[operand] != types.Object(pass.Capture.Var) || recoversItself(p.Unit, method) || annotated(p) {
		return nil
	}
	t := pass.Capture.Var.Type()
	ok := everySite(x.sites, func(s *pattern.Site) bool {
		if wrapped(s) || !method.Exported() && s.Unit.Pkg.Path() != method.Pkg().Path() {
			return false
		}
		switch pass.Route {
		case ByReceiver, ByValue:
			return true
		case ByArgument:
			arg := s.Call.Args[pass.Capture.Index]
			return identOf(arg) != nil && types.Identical(s.Unit.Info.TypeOf(arg), t)
		case ByResult:
			id := identOf(s.Lhs[pass.Result])
			return id != nil && types.Identical(p.Func.Signature().Results().At(pass.Result).Type(), t) &&
				(id.Name == "_" || types.Identical(s.Unit.Info.TypeOf(id), t))
		case ByState, Anew:
		}
		return false
	})
	if !ok {
		return nil
	}
	return method
}

// onlyCalls returns the method that is all that a literal calls, with its own parameters, and
// the variable on which it does. It returns nil unless the variable holds a pointer, and the
// method has a pointer receiver.
func onlyCalls(p *pattern.Prepare, lit *ast.FuncLit) (*types.Func, *ast.Ident) {
	info := p.Unit.Info
	if len(lit.Body.List) != 1 {
		return nil, nil
	}
	var x ast.Expr
	switch s := lit.Body.List[0].(type) {
	case *ast.ExprStmt:
		x = s.X
	case *ast.ReturnStmt:
		if len(s.Results) == 1 {
			x = s.Results[0]
		}
	}
	call, ok := ast.Unparen(x).(*ast.CallExpr)
	if !ok {
		return nil, nil
	}
	sel, ok := call.Fun.(*ast.SelectorExpr)
	if !ok || info.Selections[sel] == nil || len(info.Selections[sel].Index()) != 1 || identOf(sel.X) == nil {
		return nil, nil
	}
	method, ok := info.Selections[sel].Obj().(*types.Func)
	if !ok {
		return nil, nil
	}
	var params []types.Object
	for _, f := range lit.Type.Params.List {
		for _, name := range f.Names {
			params = append(params, info.Defs[name])
		}
	}
	sig := method.Signature()
	if len(params) != len(call.Args) || len(params) != p.Sig.Params().Len() || sig.Variadic() != p.Sig.Variadic() || sig.Variadic() != call.Ellipsis.IsValid() ||
		p.Sig.Results().Len() > 0 && (sig.Results().Len() != 1 || !types.Identical(sig.Results().At(0).Type(), p.Sig.Results().At(0).Type())) {
		return nil, nil
	}
	for i, arg := range call.Args {
		if info.Uses[identOf(arg)] != params[i] || !types.Identical(sig.Params().At(i).Type(), p.Sig.Params().At(i).Type()) {
			return nil, nil
		}
	}
	t := info.TypeOf(sel.X)
	_, pointer := types.Unalias(sig.Recv().Type()).(*types.Pointer)
	_, holds := types.Unalias(t).(*types.Pointer)
	if pointer && holds {
		return method, identOf(sel.X)
	}
	return nil, nil
}

// annotated reports whether a comment is on one of the lines of a cleanup.
func annotated(p *pattern.Prepare) bool {
	line := func(pos token.Pos) int { return p.Unit.Fset.PositionFor(pos, false).Line }
	return slices.ContainsFunc(flow.Comments(p.File, p.Decl.Pos(), p.Decl.End()), func(g *ast.CommentGroup) bool {
		return slices.ContainsFunc(p.Literals, func(l *pattern.Literal) bool {
			return line(l.Lit.Pos()) <= line(g.End()) && line(g.Pos()) <= line(l.Lit.End())
		})
	})
}
