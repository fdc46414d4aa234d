package same

import (
	"go/ast"
	"go/types"
	"slices"
)

// A param is one parameter or result, out of its group.
type param struct {
	name *ast.Ident // nil if it has none
	typ  ast.Expr
}

// nameOr returns the name of a parameter, or other if it has none.
func (p param) nameOr(other string) string {
	if p.name == nil {
		return other
	}
	return p.name.Name
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
func (m *matcher) sameParams(b, a []param, at ast.Node) error {
	if len(b) != len(a) {
		return m.differ(at, nil, "there are %d parameters or results and should be %d", len(a), len(b))
	}
	for i := range b {
		if err := m.node(b[i].typ, a[i].typ); err != nil {
			return err
		}
		if old, now := b[i].nameOr("_"), a[i].nameOr("_"); old != now {
			return m.differ(b[i].typ, a[i].typ, "%s is called %s", old, now)
		}
	}
	return nil
}

// prepareDecl compares prepare with what becomes of it.
func (m *matcher) prepareDecl(a *ast.FuncDecl) error {
	b := m.Prepare
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
	if err := m.sameParams(keep, flatten(a.Type.Params), b); err != nil {
		return err
	}
	results, now := flatten(b.Type.Results), flatten(a.Type.Results)
	if m.handed() {
		if len(now) != len(results) || !m.isState(now[m.Result].typ) {
			return m.differ(b.Type.Results, a, "no result is the state")
		}
		results[m.Result].typ = now[m.Result].typ
	} else {
		results = slices.Delete(results, m.Result, m.Result+1)
	}
	if err := m.sameParams(results, now, b); err != nil {
		return err
	}
	return m.list(b.Body.List, a.Body.List, func(s ast.Stmt) bool {
		r, ok := s.(*ast.ReturnStmt)
		n, claimed := m.Returns[r]
		return ok && claimed && len(results) == 0 && m.hands(r, n) == nil
	})
}

// result compares a return statement of prepare that hands out the cleanup of number n,
// or none if that is 0: the cleanup's operand goes, or becomes the state.
func (m *matcher) result(b *ast.ReturnStmt, n int, a ast.Node) error {
	now, ok := a.(*ast.ReturnStmt)
	if !ok {
		return m.differ(b, a, "the return is missing")
	}
	if err := m.hands(b, n); err != nil {
		return err
	}
	want, operands := slices.Clone(b.Results), now.Results
	if len(want) == 0 && m.handed() { // a bare return is spelled out
		for v := range m.fn.Signature().Results().Variables() {
			want = append(want, ast.NewIdent(v.Name()))
			if m.lookup(v.Name(), b.Pos()) != types.Object(v) {
				return m.differ(b, a, "%s means another variable here", v.Name())
			}
		}
	}
	if len(want) > 0 {
		if m.handed() {
			if len(operands) != len(want) {
				return m.differ(b, a, "the return had %d values and has %d", len(want), len(operands))
			}
			if err := m.handsState(b, n, operands[m.Result]); err != nil {
				return err
			}
			operands = slices.Delete(slices.Clone(operands), m.Result, m.Result+1)
		}
		want = slices.Delete(want, m.Result, m.Result+1)
	}
	return m.exprs(want, operands)
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
	ok := m.isNil(x) && n == 0
	if lit := literal(m.home.Info, x); lit != nil {
		ok = m.Literals[lit] == n && (n > 0 || empty(m.home.Info, lit))
	} else if h := m.holder(x); h != nil && h.inner {
		earlier := func(lit *ast.FuncLit) bool { return lit.Pos() < b.Pos() }
		numbered := func(lit *ast.FuncLit) bool { return m.Literals[lit] == n }
		ok = n > 0 && slices.ContainsFunc(h.lits, numbered) || n == 0 && !slices.ContainsFunc(h.lits, earlier)
	}
	if !ok {
		return m.differ(x, nil, "%s is not the cleanup that is claimed", types.ExprString(x))
	}
	return nil
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

// wrapped compares a deferred call of a cleanup within prepare with a deferred literal
// that calls finish, so that its operands are read when it runs; done is false if it
// is something else.
func (m *matcher) wrapped(b *ast.DeferStmt, a ast.Node) (done bool, err error) {
	h := m.holder(b.Call.Fun)
	now, ok := a.(*ast.DeferStmt)
	if !ok || h == nil || !h.inner || len(b.Call.Args)+len(now.Call.Args) > 0 || m.recovers() {
		return false, nil
	}
	lit, ok := now.Call.Fun.(*ast.FuncLit)
	if !ok || len(lit.Body.List) != 1 || lit.Type.Params.NumFields() > 0 {
		return false, nil
	}
	x, ok := lit.Body.List[0].(*ast.ExprStmt)
	if !ok {
		return false, nil
	}
	m.path = append(m.path, b.Call, b.Call) // not deferred itself
	defer func() { m.path = m.path[:len(m.path)-2] }()
	return true, m.finishCall(h, b.Call, x.X)
}
