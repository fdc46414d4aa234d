package same

import (
	"go/ast"
	"go/token"
	"go/types"
	"strconv"
)

// handsState compares the operand of a return with the state for the cleanup of number
// n, or with the zero state if that is 0.
func (m *matcher) handsState(b *ast.ReturnStmt, n int, a ast.Expr) error {
	if n == 0 {
		return m.fieldsOf(b, a, nil)
	}
	if len(b.Results) > 0 {
		if lit := literal(m.home.Info, b.Results[m.Result]); lit != nil {
			return m.stateValue(lit, b, a)
		}
	}
	err := m.differ(b, a, "no literal has the number %d", n)
	for lit, k := range m.Literals {
		if k == n {
			if err = m.stateValue(lit, b, a); err == nil {
				return nil
			}
		}
	}
	return err
}

// stateValue compares an expression with the state that a literal of prepare stands
// for: its number and the variables that it captures. ret is the return that hands it
// out, nil elsewhere.
func (m *matcher) stateValue(lit *ast.FuncLit, ret *ast.ReturnStmt, a ast.Expr) error {
	text := func(want string) func(ast.Expr) error {
		return func(x ast.Expr) error {
			if now := types.ExprString(x); now != want {
				return m.differ(lit, x, "%s should be %s", now, want)
			}
			return nil
		}
	}
	want := make(map[string]func(ast.Expr) error)
	if m.State.Kind != "" {
		want[m.State.Kind] = text(strconv.Itoa(m.Literals[lit]))
	}
	if m.State.Live != "" {
		want[m.State.Live] = text("true")
	}
	use := m.path[len(m.path)-1]
	for name, c := range m.inLit[lit] {
		if c.Way != Field {
			continue
		}
		want[name] = func(x ast.Expr) error {
			if i := m.resultOf(c.Var); ret != nil && i >= 0 && !c.Address && len(ret.Results) > 0 && m.pure(ret.Results[i]) {
				return m.node(ret.Results[i], x) // what the return assigns to it
			}
			return m.variableOf(c, use, x)
		}
	}
	return m.fieldsOf(use, a, want)
}

// fieldsOf compares a composite literal of the state with the fields that it must have.
func (m *matcher) fieldsOf(b ast.Node, a ast.Expr, want map[string]func(ast.Expr) error) error {
	c, ok := ast.Unparen(a).(*ast.CompositeLit)
	if !ok || !m.isState(c.Type) {
		return m.differ(b, a, "%s should be a %s", types.ExprString(a), m.State.Type)
	}
	for _, e := range c.Elts {
		kv, ok := e.(*ast.KeyValueExpr)
		if !ok || want[types.ExprString(kv.Key)] == nil {
			return m.differ(b, e, "%s has no place here", types.ExprString(e))
		}
		if err := want[types.ExprString(kv.Key)](kv.Value); err != nil {
			return err
		}
		delete(want, types.ExprString(kv.Key))
	}
	for name := range want {
		return m.differ(b, a, "the field %s is missing", name)
	}
	return nil
}

// isState reports whether a type expression is that of the state. In the declarations
// of prepare and finish its type arguments are the type parameters of prepare.
func (m *matcher) isState(a ast.Expr) bool {
	if a == nil || !m.handed() {
		return false
	}
	var args []ast.Expr
	switch a := ast.Unparen(a).(type) {
	case *ast.IndexExpr:
		args = []ast.Expr{a.Index}
	case *ast.IndexListExpr:
		args = a.Indices
	}
	if m.role != caller {
		for i, p := range m.typeParams() {
			if i < len(args) && types.ExprString(args[i]) != p.Obj().Name() {
				return false
			}
		}
	}
	base := bare(a)
	if sel, ok := base.(*ast.SelectorExpr); ok {
		base = sel.Sel
	}
	return types.ExprString(base) == m.State.Type
}

// typeParams returns the type parameters of prepare: its receiver's and its own.
func (f *facts) typeParams() []*types.TypeParam {
	var list []*types.TypeParam
	for _, of := range []*types.TypeParamList{f.fn.Signature().RecvTypeParams(), f.fn.Signature().TypeParams()} {
		for p := range of.TypeParams() {
			list = append(list, p)
		}
	}
	return list
}

// stateDecl checks the declaration of the state: a field for each capture that travels
// in it, for the number and for the flag, and no other.
func (m *matcher) stateDecl(a ast.Decl) error {
	g, ok := a.(*ast.GenDecl)
	if !ok || g.Tok != token.TYPE || len(g.Specs) != 1 {
		return m.differ(m.Prepare, a, "the type %s is missing", m.State.Type)
	}
	s := g.Specs[0].(*ast.TypeSpec)
	body, ok := s.Type.(*ast.StructType)
	if !ok || s.Assign != token.NoPos || s.Name.Name != m.State.Type {
		return m.differ(nil, s, "%s is no struct", m.State.Type)
	}
	params, list := flatten(s.TypeParams), m.typeParams()
	for i, p := range params {
		if len(params) != len(list) || p.name.Name != list[i].Obj().Name() || !m.isSpelled(p.typ, list[i].Constraint()) {
			return m.differ(m.Prepare, s, "the type parameters are others than those of %s", m.Prepare.Name.Name)
		}
	}
	is := func(want string) func(ast.Expr) bool {
		return func(t ast.Expr) bool { return types.ExprString(t) == want }
	}
	want := make(map[string]func(ast.Expr) bool)
	for i, c := range m.Captures {
		if c.Way == Field {
			want[c.Var.Name()] = func(t ast.Expr) bool { return m.isType(t, &m.Captures[i], c.travels()) }
		}
	}
	if m.State.Kind != "" {
		want[m.State.Kind] = is("int")
	}
	if m.State.Live != "" {
		want[m.State.Live] = is("bool")
	}
	for _, p := range flatten(body.Fields) {
		name := p.nameOr("")
		if want[name] == nil || !want[name](p.typ) {
			return m.differ(nil, p.typ, "the field %s is not one of the state, or has another type than what it holds", name)
		}
		delete(want, name)
	}
	for name := range want {
		return m.differ(nil, s, "the state has no field %s", name)
	}
	return nil
}

// travels returns the type in which a captured variable reaches finish.
func (c *Capture) travels() types.Type {
	if c.Address {
		return types.NewPointer(c.Var.Type())
	}
	return c.Var.Type()
}
