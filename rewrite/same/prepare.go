package same

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"
)

// A param is one parameter or result, out of its group.
type param struct {
	name *ast.Ident // nil if it has none
	typ  ast.Expr
}

func flatten(list *ast.FieldList) []param {
	var all []param
	if list == nil {
		return nil
	}
	for _, f := range list.List {
		if len(f.Names) == 0 {
			all = append(all, param{nil, f.Type})
		}
		for _, id := range f.Names {
			all = append(all, param{id, f.Type})
		}
	}
	return all
}

// params compares parameters with each other: their names and types.
func (m *matcher) params(b, a []param, at ast.Node) error {
	if len(b) != len(a) {
		return m.differ(at, nil, "there are %d parameters or results and should be %d", len(a), len(b))
	}
	for i := range b {
		if err := m.node(b[i].typ, a[i].typ); err != nil {
			return err
		}
		old, now := "_", "_"
		if b[i].name != nil {
			old = b[i].name.Name
		}
		if a[i].name != nil {
			now = a[i].name.Name
		}
		if old != now {
			return m.differ(b[i].typ, a[i].typ, "%s is called %s", old, now)
		}
	}
	return nil
}

// prepareDecl compares prepare with what becomes of it.
func (m *matcher) prepareDecl(a *ast.FuncDecl) error {
	b := m.Prepare
	if b.Name.Name != a.Name.Name || a.Body == nil {
		return m.differ(b, a, "%s is missing", b.Name.Name)
	}
	if err := m.node(b.Recv, a.Recv); err != nil {
		return err
	}
	if err := m.node(b.Type.TypeParams, a.Type.TypeParams); err != nil {
		return err
	}
	var keep []param
	for i, p := range flatten(b.Type.Params) {
		if !m.Drop[i] {
			keep = append(keep, p)
		}
	}
	now := flatten(a.Type.Params)
	if err := m.params(keep, now, b); err != nil {
		return err
	}
	results, now := flatten(b.Type.Results), flatten(a.Type.Results)
	if !m.State.none() {
		if m.Result >= len(now) || !m.stateType(now[m.Result].typ) {
			return m.differ(b.Type.Results, a, "no result is the state")
		}
		if id := now[m.Result].name; id != nil && id.Name != "_" {
			if err := m.fresh(id.Name, b.Body.Lbrace, id); err != nil {
				return err
			}
		}
		now = slices.Delete(slices.Clone(now), m.Result, m.Result+1)
	}
	results = slices.Delete(results, m.Result, m.Result+1)
	if err := m.params(results, now, b); err != nil {
		return err
	}
	return m.list(b.Body.List, a.Body.List, func(s ast.Stmt) bool {
		r, ok := s.(*ast.ReturnStmt)
		n, claimed := m.Returns[r]
		return ok && claimed && m.State.none() && len(results) == 0 && m.hands(r, n) == nil
	})
}

// result compares a return statement of prepare: the cleanup's operand goes, or
// becomes the state.
func (m *matcher) result(b *ast.ReturnStmt, a ast.Node) error {
	ra, ok := a.(*ast.ReturnStmt)
	if !ok {
		return m.differ(b, a, "the return is missing")
	}
	n, ok := m.Returns[b]
	if !ok {
		return m.differ(b, a, "nothing is claimed about this return")
	}
	if err := m.hands(b, n); err != nil {
		return err
	}
	want := b.Results
	if len(b.Results) == 0 {
		if len(ra.Results) == 0 && m.State.none() {
			return nil // nothing sets the result that was the cleanup
		}
		sig := m.fn.Signature().Results() // a bare return spelled out
		want = make([]ast.Expr, sig.Len())
	}
	operands := ra.Results
	for i, x := range want {
		if i == m.Result && m.State.none() {
			continue
		}
		if len(operands) == 0 {
			return m.differ(b, a, "the return has lost a value")
		}
		y := operands[0]
		operands = operands[1:]
		var err error
		switch {
		case i == m.Result && n == 0:
			if !m.zero(y) {
				err = m.differ(b, y, "%s should be the zero value", types.ExprString(y))
			}
		case i == m.Result:
			err = m.stateOfNumber(n, b, y)
		case x == nil:
			v := m.fn.Signature().Results().At(i)
			if id, ok := y.(*ast.Ident); !ok || id.Name != v.Name() || m.lookup(id.Name, b.Pos()) != types.Object(v) {
				err = m.differ(b, y, "%s should be the result %s", types.ExprString(y), v.Name())
			}
		default:
			err = m.node(x, y)
		}
		if err != nil {
			return err
		}
	}
	if len(operands) > 0 {
		return m.differ(b, operands[0], "the return has a value more")
	}
	return nil
}

// hands checks that a return hands out what is claimed: the literal of number n, or
// none with something to do if that is 0.
func (m *matcher) hands(b *ast.ReturnStmt, n int) error {
	if len(b.Results) == 0 {
		return nil
	}
	if len(b.Results) != m.fn.Signature().Results().Len() {
		return m.differ(b, nil, "the return hands on the results of another function")
	}
	x := b.Results[m.Result]
	if lit := literal(m.home.Info, x); lit != nil {
		if m.Literals[lit] == n && (n > 0 || empty(m.home.Info, lit)) {
			return nil
		}
	} else if h := m.holder(x); h != nil && h.inner {
		bound := n == 0
		for _, lit := range h.lits {
			if n == 0 && lit.Pos() < b.Pos() {
				bound = false
			}
			bound = bound || n > 0 && m.Literals[lit] == n
		}
		if bound {
			return nil
		}
	} else if m.isNil(x) && n == 0 {
		return nil
	}
	return m.differ(x, nil, "%s is not the cleanup that is claimed", types.ExprString(x))
}

// resultOf returns the index of a variable among the results of prepare, which every
// return statement assigns; -1 for another variable.
func (f *facts) resultOf(v *types.Var) int {
	for i := range f.fn.Signature().Results().Len() {
		if f.fn.Signature().Results().At(i) == v {
			return i
		}
	}
	return -1
}

// stateOfNumber compares an operand with the state that the literals of a number stand
// for: the one in the return, or one bound to the variable in it.
func (m *matcher) stateOfNumber(n int, b *ast.ReturnStmt, a ast.Expr) error {
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

// stateType reports whether a type expression is that of the state.
func (m *matcher) stateType(a ast.Expr) bool {
	if a == nil || m.State.none() {
		return false
	}
	if m.State.Type != "" {
		id := ident(bare(a))
		return id != nil && id.Name == m.State.Type
	}
	switch {
	case m.State.Kind != "":
		return types.ExprString(a) == "int"
	case m.State.Live != "":
		return types.ExprString(a) == "bool"
	}
	for i, c := range m.Captures {
		if c.Way == Field && c.Name == m.State.Name {
			if m.isType(a, m.Captures[i].travels(), m.around()) {
				return true
			}
		}
	}
	return false
}

// travels returns the type in which a captured variable reaches finish.
func (c *Capture) travels() types.Type {
	if c.Address {
		return types.NewPointer(c.Var.Type())
	}
	return c.Var.Type()
}

// around returns the node at hand before the change, whose scope decides about a type
// that is written after it.
func (m *matcher) around() ast.Node {
	if m.role == caller && len(m.path) > 0 {
		return m.path[len(m.path)-1]
	}
	return m.Prepare
}

// zero reports whether an expression after the change is the zero value of the state.
func (m *matcher) zero(a ast.Expr) bool {
	a = ast.Unparen(a)
	if m.State.Type != "" {
		c, ok := a.(*ast.CompositeLit)
		return ok && m.stateType(c.Type) && len(c.Elts) == 0
	}
	return isZero(a, m.single())
}

// single returns the type of a state that is a single value.
func (m *matcher) single() types.Type {
	switch {
	case m.State.Kind != "":
		return types.Typ[types.Int]
	case m.State.Live != "":
		return types.Typ[types.Bool]
	}
	for i, c := range m.Captures {
		if c.Way == Field {
			return m.Captures[i].travels()
		}
	}
	return types.Typ[types.Invalid]
}

// isZero reports whether an expression is written like the zero value of a type.
func isZero(a ast.Expr, t types.Type) bool {
	switch a := ast.Unparen(a).(type) {
	case *ast.StarExpr: // *new(T)
		call, ok := a.X.(*ast.CallExpr)
		return ok && types.ExprString(call.Fun) == "new"
	case *ast.CallExpr: // T(0)
		return len(a.Args) == 1 && isZero(a.Args[0], t)
	case *ast.CompositeLit:
		_, isStruct := t.Underlying().(*types.Struct)
		return (isStruct || isArray(t)) && len(a.Elts) == 0
	case *ast.Ident:
		b, isBasic := t.Underlying().(*types.Basic)
		_, isStruct := t.Underlying().(*types.Struct)
		if isBasic && b.Kind() != types.UnsafePointer {
			return a.Name == "false" && b.Info()&types.IsBoolean != 0
		}
		return a.Name == "nil" && !isStruct && !isArray(t)
	case *ast.BasicLit:
		b, ok := t.Underlying().(*types.Basic)
		if ok && b.Info()&types.IsString != 0 {
			return a.Value == `""` || a.Value == "``"
		}
		return ok && b.Info()&types.IsNumeric != 0 && (a.Value == "0" || a.Value == "0.0")
	}
	return false
}

// stateDecl checks the declaration of the state: a field for each capture that travels
// in it, for the number and for the flag, and no other.
func (m *matcher) stateDecl(s *ast.TypeSpec) error {
	if m.State.Type == "" {
		return nil
	}
	if s == nil {
		return m.differ(m.Prepare, nil, "the type %s is missing", m.State.Type)
	}
	body, ok := s.Type.(*ast.StructType)
	if !ok || s.Assign != token.NoPos {
		return m.differ(nil, s, "%s is no struct", m.State.Type)
	}
	if err := m.typeParams(s.TypeParams); err != nil {
		return err
	}
	want := make(map[string]func(ast.Expr) bool)
	for i, c := range m.Captures {
		if c.Way == Field {
			want[c.Name] = func(t ast.Expr) bool {
				return m.isType(t, m.Captures[i].travels(), m.Prepare)
			}
		}
	}
	if m.State.Kind != "" {
		want[m.State.Kind] = func(t ast.Expr) bool { return types.ExprString(t) == "int" }
	}
	if m.State.Live != "" {
		want[m.State.Live] = func(t ast.Expr) bool { return types.ExprString(t) == "bool" }
	}
	for _, p := range flatten(body.Fields) {
		if p.name == nil || want[p.name.Name] == nil {
			return m.differ(nil, p.typ, "the state has a field that nothing was claimed about")
		}
		if !want[p.name.Name](p.typ) {
			return m.differ(nil, p.typ, "the field %s has another type than what it holds", p.name.Name)
		}
		delete(want, p.name.Name)
	}
	for name := range want {
		return m.differ(nil, s, "the state has no field %s", name)
	}
	return nil
}
