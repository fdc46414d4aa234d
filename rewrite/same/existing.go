package same

import (
	"go/ast"
	"go/types"
)

// callsOnly checks that each cleanup does nothing but call Finish with the variables that it
// captures and its own parameters. Finish is a function, or a method of the only captured variable, which must
// hold a pointer if the method has a pointer receiver, and no interface. So the evaluation of the operands by a defer statement has no
// effect.
func (m *matcher) callsOnly() error {
	for lit := range m.Literals {
		if call := m.calls[lit]; call != nil { // the cleanup is the method value
			sel := call.Fun.(*ast.SelectorExpr)
			if len(m.Captures) != 1 || m.handed() || m.methodOfCaptured(sel) == nil {
				return m.differ(lit, nil, "the cleanup is not the method %s of a captured variable", m.Finish)
			}
			if err := m.evaluatesLater(sel); err != nil {
				return err
			}
			continue
		}
		sig := m.home.Info.TypeOf(lit).(*types.Signature)
		call := onlyCall(lit, sig)
		if len(m.inLit[lit]) != len(m.Captures) || m.handed() || call == nil || !m.callsExisting(call, lit, sig) {
			return m.differ(lit, nil, "the cleanup does more than to call %s", m.Finish)
		}
	}
	return nil
}

// onlyCall returns the call that is all of the body of a literal, or nil.
func onlyCall(lit *ast.FuncLit, sig *types.Signature) *ast.CallExpr {
	if len(lit.Body.List) != 1 {
		return nil
	}
	var x ast.Expr
	switch s := lit.Body.List[0].(type) {
	case *ast.ExprStmt:
		if sig.Results().Len() == 0 {
			x = s.X
		}
	case *ast.ReturnStmt:
		if sig.Results().Len() == 1 && len(s.Results) == 1 {
			x = s.Results[0]
		}
	}
	call, _ := ast.Unparen(x).(*ast.CallExpr)
	return call
}

// callsExisting reports whether a call in a cleanup is one of Finish with the captured
// variables and the parameters of the cleanup.
func (m *matcher) callsExisting(call *ast.CallExpr, lit *ast.FuncLit, sig *types.Signature) bool {
	var fn *types.Signature
	var want []*types.Var
	switch fun := call.Fun.(type) {
	case *ast.SelectorExpr:
		if m.Method != m.OnVariable && len(m.Captures) == 1 {
			fn = m.methodOfCaptured(fun)
		}
	case *ast.Ident:
		if f, ok := m.home.Info.Uses[fun].(*types.Func); ok && fun.Name == m.Finish && f.Pkg() == m.home.Pkg && !m.Method && !m.OnVariable && len(m.params) == len(m.Captures) {
			fn = f.Signature()
		}
		for _, c := range m.params {
			want = append(want, c.Var)
		}
	}
	for _, p := range flatten(lit.Type.Params) {
		if p.name == nil {
			return false
		}
		want = append(want, variable(m.home.Info, p.name))
	}
	if fn == nil || len(want) != len(call.Args) || len(want) != fn.Params().Len() || fn.Variadic() != sig.Variadic() || sig.Variadic() != call.Ellipsis.IsValid() ||
		sig.Results().Len() == 1 && !types.Identical(fn.Results(), sig.Results()) {
		return false
	}
	for i, arg := range call.Args {
		if v := variable(m.home.Info, arg); v == nil || v != want[i] || !types.Identical(fn.Params().At(i).Type(), v.Type()) {
			return false
		}
	}
	return true
}

// methodOfCaptured returns the signature of the method Finish if sel selects that from the
// captured variable, without taking its address, or nil.
func (m *matcher) methodOfCaptured(sel *ast.SelectorExpr) *types.Signature {
	if sel == nil || sel.Sel.Name != m.Finish || variable(m.home.Info, sel.X) != m.Captures[0].Var {
		return nil
	}
	s := m.home.Info.Selections[sel]
	if s == nil || s.Kind() != types.MethodVal || len(s.Index()) != 1 {
		return nil
	}
	method := s.Obj().(*types.Func).Signature()
	_, holds := m.Captures[0].Var.Type().Underlying().(*types.Pointer)
	_, wants := method.Recv().Type().Underlying().(*types.Pointer)
	if holds != wants || types.IsInterface(m.Captures[0].Var.Type()) {
		return nil
	}
	return method
}

// asArgument returns a call of the method Finish as one of a function that takes the operand
// as its first argument.
func (m *matcher) asArgument(b, a *ast.CallExpr) (*ast.CallExpr, error) {
	sel, ok := ast.Unparen(a.Fun).(*ast.SelectorExpr)
	if !ok || sel.Sel.Name != m.Finish {
		return nil, m.differ(b, a, "%s is called in place of the cleanup", types.ExprString(a.Fun))
	}
	t := m.Captures[0].Var.Type()
	for _, s := range m.holderSites(b.Fun) {
		var operand ast.Expr
		switch c := m.Captures[0]; {
		case c.Way == Argument && c.Index < len(s.call.Args):
			operand = s.call.Args[c.Index]
		case c.Way == Result && c.Index < len(s.lhs) && m.named[s.lhs[c.Index]] == "":
			operand = s.lhs[c.Index]
		}
		if operand != nil && !types.Identical(m.unit.Info.TypeOf(operand), t) {
			return nil, m.differ(b, a, "%s has another type than the variable", types.ExprString(operand))
		}
	}
	call := *a
	call.Fun, call.Args = sel.Sel, append([]ast.Expr{sel.X}, a.Args...)
	return &call, nil
}

// holderSites returns the calls of prepare whose cleanup e is.
func (m *matcher) holderSites(e ast.Expr) []*site {
	if h := m.holder(e); h != nil && !h.inner {
		return h.sites
	}
	return nil
}
