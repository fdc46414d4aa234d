package plan

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"

	"github.com/closurefix/closurefix/rewrite/flow"
	"github.com/closurefix/closurefix/rewrite/pattern"
	"github.com/closurefix/closurefix/rewrite/refusal"
)

// existing sets plan.Finish to the method or function that is finish already, and reports
// whether there is one. The cleanup does no more than to call it, and callers can do so
// themselves:
//
//	srv := httptest.NewServer(h)            return client(srv), srv
//	return client(srv), func() {
//		srv.Close()
//	}
//
//	c, done := start(h)                     c, srv := start(h)
//	defer done()                            defer srv.Close()
//
//	return set, func() { release(set) }     return set
//
//	set, done := c.subscribers()            set := c.subscribers()
//	defer done()                            defer release(set)
//
// A deferred call evaluates its operands at once. That has no effect for the method of a
// pointer or of a value, and for variables as arguments. What is called must not recover:
// called by the literal, it could not.
func existing(sites []*pattern.Site, plan *Plan) (bool, *refusal.Refusal) {
	p, v := plan.Prepare, plan.Value
	if plan.State != nil || plan.Teller != nil || len(plan.Literals) != 1 || len(plan.Passages) == 0 || v != nil && (v.Capture == nil || v.Guard) || onlyReturns(p) || annotated(p) {
		return false, nil
	}
	call := onlyCall(p, plan.Literals[0].Lit)
	if call == nil {
		return false, nil
	}
	finish := Finish{Existing: true}
	var fn *types.Func
	if sel, ok := call.Fun.(*ast.SelectorExpr); ok {
		fn = existingMethod(plan, sites, sel)
		finish.OnRecv = plan.Passages[0].Route == ByReceiver
		finish.OnParam = !finish.OnRecv
	} else {
		fn = existingFunc(plan, sites, call)
	}
	if fn == nil {
		return false, nil
	}
	// The parameters of a method value are those of the cleanup, and have no declarations.
	passes := plan.Literals[0].Method != nil || passesOn(plan, fn.Signature(), call, finish.OnRecv || finish.OnParam)
	if !passes || recoversItself(p.Unit, fn) {
		return false, nil
	}
	finish.Name = fn.Name()
	var r *refusal.Refusal
	finish.Params, r = parameters(p, plan.Passages)
	plan.Finish = finish
	return true, r
}

// onlyCall returns the call that is all that a literal does, or nil.
func onlyCall(p *pattern.Prepare, lit *ast.FuncLit) *ast.CallExpr {
	if len(lit.Body.List) != 1 {
		return nil
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
	call, _ := ast.Unparen(x).(*ast.CallExpr)
	return call
}

// existingMethod returns the method that a cleanup calls on the only variable that it
// captures, or nil if some site cannot call it. The variable must hold a pointer, and the
// method have a pointer receiver, or neither, as the state of another function does.
func existingMethod(plan *Plan, sites []*pattern.Site, sel *ast.SelectorExpr) *types.Func {
	p, pass, info := plan.Prepare, plan.Passages[0], plan.Prepare.Unit.Info
	operand, selection := identOf(sel.X), info.Selections[sel]
	if len(plan.Passages) != 1 || operand == nil || info.Uses[operand] != types.Object(pass.Capture.Var) || selection == nil || len(selection.Index()) != 1 {
		return nil
	}
	method, ok := selection.Obj().(*types.Func)
	if !ok {
		return nil
	}
	t := pass.Capture.Var.Type()
	_, pointer := types.Unalias(method.Signature().Recv().Type()).(*types.Pointer)
	if _, holds := types.Unalias(t).(*types.Pointer); pointer != holds || types.IsInterface(t) {
		return nil
	}
	ok = everySite(sites, func(s *pattern.Site) bool {
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
		case ByState, Anew, ByClock:
		}
		return false
	})
	if !ok {
		return nil
	}
	return method
}

// existingFunc returns the function of prepare's package that a cleanup calls, or nil if some
// site cannot call it.
func existingFunc(plan *Plan, sites []*pattern.Site, call *ast.CallExpr) *types.Func {
	p := plan.Prepare
	id, ok := call.Fun.(*ast.Ident)
	if !ok {
		return nil
	}
	fn, ok := p.Unit.Info.Uses[id].(*types.Func)
	if !ok || fn.Pkg() != p.Unit.Pkg || fn.Signature().TypeParams().Len() > 0 || fn == p.Func || p.Func.Exported() && !fn.Exported() {
		return nil
	}
	for _, pass := range plan.Passages {
		if pass.As != nil || pass.Route != ByArgument && pass.Route != ByResult && pass.Route != ByValue {
			return nil
		}
	}
	ok = everySite(sites, func(s *pattern.Site) bool {
		home := s.Unit.Pkg.Path() == p.Key.Pkg
		return !wrapped(s) && (home || p.Key.Recv == "" && fn.Exported()) && everySiteUse(s, func(u *pattern.Use) bool {
			scope := s.Unit.Innermost(u.Expr.Pos())
			at, _ := scope.LookupParent(fn.Name(), u.Expr.Pos())
			return !home || at == s.Unit.Pkg.Scope()
		})
	})
	if !ok || len(p.Inner) > 0 {
		return nil
	}
	return fn
}

// everySiteUse reports whether ok holds for all calls of the cleanup at a site.
func everySiteUse(s *pattern.Site, ok func(*pattern.Use) bool) bool {
	return !slices.ContainsFunc(calls(s), func(u *pattern.Use) bool { return !ok(u) })
}

// passesOn reports whether a call in the only cleanup passes the captured variables, each
// once and in the order of plan.Passages, and then the parameters of the cleanup, without
// conversions. If method is set, the captured variable is not an argument. The result must be
// that of the cleanup.
func passesOn(plan *Plan, sig *types.Signature, call *ast.CallExpr, method bool) bool {
	p, info := plan.Prepare, plan.Prepare.Unit.Info
	var want []types.Object
	for _, pass := range plan.Passages {
		if !method {
			want = append(want, pass.Capture.Var)
		}
	}
	captured := len(want)
	for _, f := range plan.Literals[0].Lit.Type.Params.List {
		for _, name := range f.Names {
			want = append(want, info.Defs[name])
		}
	}
	if len(want) != len(call.Args) || len(want) != captured+p.Sig.Params().Len() || sig.Variadic() != p.Sig.Variadic() || sig.Variadic() != call.Ellipsis.IsValid() ||
		p.Sig.Results().Len() > 0 && (sig.Results().Len() != 1 || !types.Identical(sig.Results().At(0).Type(), p.Sig.Results().At(0).Type())) {
		return false
	}
	for i, arg := range call.Args {
		if id := identOf(arg); id == nil || info.Uses[id] != want[i] || !types.Identical(sig.Params().At(i).Type(), want[i].Type()) {
			return false
		}
	}
	return true
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
