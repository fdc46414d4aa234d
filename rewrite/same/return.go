package same

import (
	"go/ast"
	"go/types"
	"slices"
)

// result compares a return statement of prepare with its replacement. The operand for
// the cleanup is removed, or replaced by the state or value. n is the number of the
// cleanup that the statement returns, or 0 for none.
func (m *matcher) result(b *ast.ReturnStmt, n int, a ast.Node) ([]part, error) {
	now, ok := a.(*ast.ReturnStmt)
	if !ok {
		return nil, m.differ(b, a, "the return is missing")
	}
	if err := m.hands(b, n); err != nil {
		return nil, err
	}
	if n == AnyNumber {
		return m.handsChosen(b, now)
	}
	if m.Bound && len(b.Results) == 0 {
		return exprs(nil, now.Results), nil // nothing sets the result
	}
	if n == 0 && m.staysBare(b, now) {
		return nil, nil
	}
	want, operands := slices.Clone(b.Results), now.Results
	if len(want) == 0 && (m.handed() || m.single()) { // the bare return gets operands
		for v := range m.fn.Signature().Results().Variables() {
			want = append(want, ast.NewIdent(v.Name()))
			if m.resultOf(v) != m.Result && m.lookup(v.Name(), b.Pos()) != types.Object(v) {
				return nil, m.differ(b, a, "%s means another variable here", v.Name())
			}
		}
	}
	if len(want) > 0 {
		if m.handed() || m.single() {
			if len(operands) != len(want) {
				return nil, m.differ(b, a, "the return had %d values and has %d", len(want), len(operands))
			}
			hands := m.handsState
			if m.Bound {
				hands = m.handsReceiver
			}
			if m.single() {
				hands = m.handsValue
			}
			if n == 0 && m.namesResult(b, operands[m.Result]) {
				hands = func(*ast.ReturnStmt, int, ast.Expr) error { return nil }
			}
			if err := hands(b, n, operands[m.Result]); err != nil {
				return nil, err
			}
			operands = slices.Delete(slices.Clone(operands), m.Result, m.Result+1)
		}
		want = slices.Delete(want, m.Result, m.Result+1)
	}
	return exprs(want, operands), nil
}

// staysBare reports whether a bare return that returned no cleanup returns the zero state, since
// nothing sets the result.
func (m *matcher) staysBare(b, now *ast.ReturnStmt) bool {
	return len(b.Results)+len(now.Results) == 0 && (m.handed() || m.single()) && m.neverSet()
}

// namesResult reports whether an operand names the result of prepare that is the zero state, as
// the operand in b names the one that was the cleanup.
func (m *matcher) namesResult(b *ast.ReturnStmt, a ast.Expr) bool {
	return len(b.Results) == m.fn.Signature().Results().Len() &&
		variable(m.home.Info, b.Results[m.Result]) == m.fn.Signature().Results().At(m.Result) &&
		reads(a, m.outcome) && m.neverSet()
}

// neverSet reports whether only return statements set the result that is the state: after the
// change, prepare uses its name for nothing but an operand of these, a field or a method.
func (m *matcher) neverSet() bool {
	if m.decl == nil || m.outcome == "" {
		return false
	}
	allowed := make(map[*ast.Ident]bool)
	set := false
	ast.Inspect(m.decl.Body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.ReturnStmt:
			if m.Result < len(n.Results) {
				if id, ok := n.Results[m.Result].(*ast.Ident); ok {
					allowed[id] = true
				}
			}
		case *ast.SelectorExpr:
			allowed[n.Sel] = true
		case *ast.CompositeLit:
			for _, e := range n.Elts {
				if kv, ok := e.(*ast.KeyValueExpr); ok {
					if id, ok := kv.Key.(*ast.Ident); ok {
						allowed[id] = true
					}
				}
			}
		case *ast.Ident:
			set = set || n.Name == m.outcome && n.Name != "_" && !allowed[n]
		}
		return true
	})
	return !set
}

// handsChosen compares a return statement whose operand is a variable in Chosen. The
// variable stays, and holds the state.
func (m *matcher) handsChosen(b, now *ast.ReturnStmt) ([]part, error) {
	if len(b.Results) != len(now.Results) {
		return nil, m.differ(b, now, "the return had %d values and has %d", len(b.Results), len(now.Results))
	}
	if len(b.Results) == 0 {
		return nil, nil
	}
	id, ok := ast.Unparen(b.Results[m.Result]).(*ast.Ident)
	if !ok {
		return nil, m.differ(b, now, "%s is not the variable that holds the state", text(now.Results[m.Result]))
	}
	if err := m.keepsName(m.holder(id), id, now.Results[m.Result]); err != nil {
		return nil, err
	}
	return exprs(slices.Delete(slices.Clone(b.Results), m.Result, m.Result+1), slices.Delete(slices.Clone(now.Results), m.Result, m.Result+1)), nil
}

// hands checks the claim that a return statement of prepare returns the literal with
// number n, or, if n is 0, nil or a cleanup that does nothing.
func (m *matcher) hands(b *ast.ReturnStmt, n int) error {
	if n == AnyNumber {
		v := m.fn.Signature().Results().At(m.Result)
		if len(b.Results) > 0 && len(b.Results) == m.fn.Signature().Results().Len() {
			v = variable(m.home.Info, b.Results[m.Result])
		}
		if h := m.holders[v]; h == nil || !h.chosen {
			return m.differ(b, nil, "the statement does not return a variable that holds one of several cleanups")
		}
		return nil
	}
	if len(b.Results) == 0 {
		return nil
	}
	if len(b.Results) != m.fn.Signature().Results().Len() {
		return m.differ(b, nil, "the return statement returns the results of a call")
	}
	x := b.Results[m.Result]
	ok := n == 0 && (m.isNil(x) || m.isNoop(x))
	if lit := m.cleanupLit(x); lit != nil {
		ok = m.Literals[lit] == n && (n > 0 || empty(m.home.Info, lit))
	} else if h := m.holder(x); h != nil && h.inner {
		earlier := func(lit *ast.FuncLit) bool { return lit.Pos() < b.Pos() }
		numbered := func(lit *ast.FuncLit) bool { return m.Literals[lit] == n }
		ok = n > 0 && slices.ContainsFunc(h.lits, numbered) || n == 0 && !slices.ContainsFunc(h.lits, earlier)
	}
	if m.Bound && n > 0 {
		_, _, ok = m.bindsMethod(x)
	}
	if !ok {
		return m.differ(x, nil, "%s is not the cleanup that is claimed", types.ExprString(x))
	}
	return nil
}

// wrapped compares a deferred call of a cleanup within prepare with a deferred literal
// that calls finish. Such a literal reads the operands when it runs. ok is false if the
// statements have another form.
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
