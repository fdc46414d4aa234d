package same

import (
	"go/ast"
	"go/types"
	"slices"
)

// result compares a return statement of prepare that hands out the cleanup of number n,
// or none if that is 0: the cleanup's operand goes, or becomes the state.
func (m *matcher) result(b *ast.ReturnStmt, n int, a ast.Node) ([]part, error) {
	now, ok := a.(*ast.ReturnStmt)
	if !ok {
		return nil, m.differ(b, a, "the return is missing")
	}
	if err := m.hands(b, n); err != nil {
		return nil, err
	}
	want, operands := slices.Clone(b.Results), now.Results
	if len(want) == 0 && m.handed() { // a bare return is spelled out
		for v := range m.fn.Signature().Results().Variables() {
			want = append(want, ast.NewIdent(v.Name()))
			if m.lookup(v.Name(), b.Pos()) != types.Object(v) {
				return nil, m.differ(b, a, "%s means another variable here", v.Name())
			}
		}
	}
	if len(want) > 0 {
		if m.handed() {
			if len(operands) != len(want) {
				return nil, m.differ(b, a, "the return had %d values and has %d", len(want), len(operands))
			}
			if err := m.handsState(b, n, operands[m.Result]); err != nil {
				return nil, err
			}
			operands = slices.Delete(slices.Clone(operands), m.Result, m.Result+1)
		}
		want = slices.Delete(want, m.Result, m.Result+1)
	}
	return exprs(want, operands), nil
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

// wrapped compares a deferred call of a cleanup within prepare with a deferred literal
// that calls finish, so that its operands are read when it runs; ok is false if it
// is something else.
func (m *matcher) wrapped(b *ast.DeferStmt, a ast.Node) (becomes []part, ok bool, err error) {
	h := m.holder(b.Call.Fun)
	now, ok := a.(*ast.DeferStmt)
	if !ok || h == nil || !h.inner || len(b.Call.Args)+len(now.Call.Args) > 0 || m.recovers() {
		return nil, false, nil
	}
	lit, ok := now.Call.Fun.(*ast.FuncLit)
	if !ok || len(lit.Body.List) != 1 || lit.Type.Params.NumFields() > 0 {
		return nil, false, nil
	}
	x, ok := lit.Body.List[0].(*ast.ExprStmt)
	if !ok {
		return nil, false, nil
	}
	becomes, err = m.finishCall(h, b.Call, x.X, false)
	return becomes, true, err
}
