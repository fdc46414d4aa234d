package same

import (
	"go/ast"
	"go/types"
	"slices"
)

// methodParams gives the literal for a method value the parameters and results of finish,
// after comparing their types with those of the cleanup. A name must not hide one in the
// operand.
func (m *matcher) methodParams(lit *ast.FuncLit, a *ast.FuncDecl, now []param) error {
	call := m.calls[lit]
	sig := m.fn.Signature().Results().At(m.Result).Type().Underlying().(*types.Signature)
	results := flatten(a.Type.Results)
	if sig.Variadic() || len(now) != sig.Params().Len() || len(results) != sig.Results().Len() {
		return m.differ(lit, a, "%s has other parameters or results", m.Finish)
	}
	written, _ := ast.Unparen(flatten(m.Prepare.Type.Results)[m.Result].typ).(*ast.FuncType)
	var params, returned []param
	if written != nil {
		params, returned = flatten(written.Params), flatten(written.Results)
	}
	same := func(list []param, i int, typ ast.Expr, t types.Type) bool {
		return i < len(list) && m.equal(list[i].typ, typ) == nil || m.isSpelled(typ, t)
	}
	lit.Type.Params.List, call.Args = nil, nil
	for i, p := range now {
		name := p.nameOr("_")
		if !same(params, i, p.typ, sig.Params().At(i).Type()) || name == "_" || hasIdent(call.Fun, name) || hasIdent(&ast.CallExpr{Fun: ast.NewIdent("_"), Args: call.Args}, name) {
			return m.differ(lit, p.typ, "the parameter %s is not one of the method", name)
		}
		lit.Type.Params.List = append(lit.Type.Params.List, &ast.Field{Names: []*ast.Ident{{NamePos: lit.Pos(), Name: name}}, Type: p.typ})
		call.Args = append(call.Args, &ast.Ident{NamePos: lit.Pos(), Name: name})
	}
	for i, p := range results {
		if p.name != nil || !same(returned, i, p.typ, sig.Results().At(i).Type()) {
			return m.differ(lit, p.typ, "the method returns something else")
		}
		lit.Type.Results = &ast.FieldList{List: []*ast.Field{{Type: p.typ}}}
	}
	return m.evaluatesLater(call.Fun.(*ast.SelectorExpr))
}

// evaluatesLater checks that the operand of a method value may be evaluated in finish
// instead: it leads to the same variable or value there.
func (m *matcher) evaluatesLater(sel *ast.SelectorExpr) error {
	bad := m.differ(sel, nil, "%s may be something else when it is called", types.ExprString(sel))
	s := m.home.Info.Selections[sel]
	if s == nil || s.Kind() != types.MethodVal {
		return bad
	}
	v, typ, ok := m.leadsTo(sel)
	if !ok || m.resultOf(v) >= 0 && !m.returnsAsIs(sel, v) {
		return bad
	}
	_, holds := v.Type().Underlying().(*types.Pointer) // the variable holds what leads to the receiver
	_, isPointer := typ.Underlying().(*types.Pointer)
	_, takesPointer := types.Unalias(s.Obj().(*types.Func).Signature().Recv().Type()).(*types.Pointer)
	if !types.IsInterface(typ) && !takesPointer && (holds || isPointer) {
		return bad
	}
	c, byAddress := m.capture[v], takesPointer && !holds
	switch {
	case c == nil && byAddress && m.outside(v):
		return nil // its address
	case c == nil || c.Address != byAddress:
		return bad
	}
	returned := false
	for r := range m.Returns {
		returned = returned || r.Pos() <= sel.Pos() && sel.End() <= r.End()
	}
	if !returned && !byAddress && m.assigned(v, sel.Pos()) {
		return bad
	}
	return nil
}

// outside reports whether prepare and finish refer to the same variable: one of the package, or of
// the function around both, if they are literals.
func (m *matcher) outside(v *types.Var) bool {
	return v.Kind() == types.PackageVar || m.Local != nil && !m.within(v, m.Local.Stmt)
}

// returnsAsIs reports whether the return of a method value sets v, a result of prepare, to
// itself, and nothing may set it or a part of it after that: no literal does, and nothing takes
// its address.
func (m *matcher) returnsAsIs(sel *ast.SelectorExpr, v *types.Var) bool {
	i := m.resultOf(v)
	returned := false
	for r := range m.Returns {
		if r.Pos() <= sel.Pos() && sel.End() <= r.End() {
			returned = i < len(r.Results) && variable(m.home.Info, r.Results[i]) == v
		}
	}
	set := m.home.assignments(m.Prepare)[v]
	for n := range ast.Preorder(m.Prepare.Body) {
		lit, ok := n.(*ast.FuncLit)
		if ok && slices.ContainsFunc(set, func(id *ast.Ident) bool { return within(id.Pos(), lit) }) {
			return false
		}
		if e, ok := n.(ast.Expr); ok && addressed(m.home.Info, e) == v {
			return false
		}
	}
	return returned
}

// leadsTo returns the variable in the operand of a method value, and the type of the
// operand. The operand is the variable, or a field that is reached from it through no
// other pointer, and that is no pointer or interface itself.
func (m *matcher) leadsTo(sel *ast.SelectorExpr) (v *types.Var, typ types.Type, ok bool) {
	var steps [][]int
	var x ast.Expr = sel
	for field, ok := x.(*ast.SelectorExpr); ok; field, ok = x.(*ast.SelectorExpr) {
		f := m.home.Info.Selections[field]
		if f == nil || field != sel && f.Kind() != types.FieldVal {
			return nil, nil, false
		}
		index := f.Index()
		if field == sel {
			index = index[:len(index)-1]
		}
		steps = append(steps, index)
		x = ast.Unparen(field.X)
	}
	if v = variable(m.home.Info, x); v == nil {
		return nil, nil, false
	}
	typ = v.Type()
	fields := 0
	for _, index := range slices.Backward(steps) {
		for _, k := range index {
			if p, isPtr := typ.Underlying().(*types.Pointer); isPtr && fields == 0 {
				typ = p.Elem()
			}
			st, isStruct := typ.Underlying().(*types.Struct)
			if !isStruct {
				return nil, nil, false
			}
			typ = st.Field(k).Type()
			fields++
		}
	}
	_, isPointer := typ.Underlying().(*types.Pointer)
	return v, typ, fields == 0 || !isPointer && !types.IsInterface(typ)
}
