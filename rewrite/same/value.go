package same

import (
	"go/ast"
	"go/types"
)

// handsValue compares the operand of a return with the value for the cleanup of number n,
// or with the zero value if that is 0.
func (m *matcher) handsValue(b *ast.ReturnStmt, n int, a ast.Expr) error {
	v := m.Value.Var
	switch {
	case n == 0:
		if !m.isZero(a, b) {
			return m.differ(b, a, "%s is not the zero value", text(a))
		}
		return nil
	case v == nil:
		return m.isTrue(a, b)
	}
	for lit, k := range m.Literals {
		if c := m.inLit[lit][v.Name()]; k == n && (c == nil || c.Var != v) {
			return m.differ(b, a, "the cleanup does not capture %s", v.Name())
		}
	}
	return m.variableOf(&Capture{Var: v}, b, a)
}

// isTrue checks that an expression in the place of b is the predeclared true.
func (m *matcher) isTrue(a ast.Expr, b ast.Node) error {
	if !reads(a, "true") || m.lookup("true", b.Pos()) != types.Universe.Lookup("true") {
		return m.differ(b, a, "%s should be true", text(a))
	}
	return nil
}

// isZero reports whether an expression in place of b is the zero value of the type of the
// value.
func (m *matcher) isZero(a ast.Expr, b ast.Node) bool {
	t := m.valueType()
	word := "nil"
	switch u := t.Underlying().(type) {
	case *types.Basic:
		switch {
		case u.Info()&types.IsString != 0:
			return reads(a, `""`)
		case u.Info()&types.IsNumeric != 0:
			return reads(a, "0")
		case u.Info()&types.IsBoolean != 0:
			word = "false"
		}
	case *types.Struct, *types.Array:
		lit, ok := ast.Unparen(a).(*ast.CompositeLit)
		return ok && len(lit.Elts) == 0 && m.isSpelled(lit.Type, t)
	}
	return reads(a, word) && m.lookup(word, b.Pos()) == types.Universe.Lookup(word)
}

// resultNames settles which names the results of prepare should have, now that one of
// them is the value. The name of a cleanup would be wrong for it: it may have one that
// nothing in prepare has, or a blank one, or no result has a name, if nothing uses one.
func (m *matcher) resultNames(results, now []param) error {
	old, name := results[m.Result].nameOr("_"), now[m.Result].nameOr("_")
	if old == name {
		return nil
	}
	if now[m.Result].name != nil {
		for id := range idents(m.Prepare) {
			if id.Name == name && name != "_" && !isMember(m.home.Info.ObjectOf(id)) {
				return m.differ(id, now[m.Result].typ, "%s has a meaning already", name)
			}
		}
		if types.Universe.Lookup(name) != nil {
			return m.differ(m.Prepare.Type.Results, now[m.Result].typ, "a result is called %s", name)
		}
		results[m.Result].name = now[m.Result].name
		return nil
	}
	for id := range idents(m.Prepare.Body) {
		v, ok := m.home.Info.Uses[id].(*types.Var)
		if i := m.resultOf(v); ok && i >= 0 && i != m.Result {
			return m.differ(id, nil, "the result %s has no name any more", id.Name)
		}
	}
	for r := range m.Returns {
		if len(r.Results) == 0 && len(results) > 1 {
			return m.differ(r, nil, "results without names are returned")
		}
	}
	for i := range results {
		if now[i].name != nil {
			return m.differ(m.Prepare.Type.Results, now[i].typ, "%s is still a name", now[i].name.Name)
		}
		results[i].name = nil
	}
	return nil
}

// resultName settles whether the result that is the state may have a new name, which nothing in
// prepare had, or if it is the only one, none. The old one means nothing outside of prepare, so that what still used it would not
// compile, or nothing in a has it, which is prepare after the change.
func (m *matcher) resultName(results, now []param, a *ast.FuncDecl) error {
	old, name := results[m.Result].nameOr("_"), now[m.Result].nameOr("_")
	if old == name {
		return nil
	}
	for id := range idents(m.Prepare) {
		if id.Name == name && name != "_" && !isMember(m.home.Info.ObjectOf(id)) {
			return m.differ(id, now[m.Result].typ, "%s has a meaning already", name)
		}
	}
	goes := now[m.Result].name == nil && len(results) == 1
	if old == "_" || name == "_" && !goes || m.lookup(name, m.Prepare.Pos()) != nil {
		return m.differ(m.Prepare, now[m.Result].typ, "a result is called %s", name)
	}
	for id := range idents(a) {
		if id.Name == old && m.lookup(old, m.Prepare.Pos()) != nil {
			return m.differ(m.Prepare, id, "%s is no longer a result", old)
		}
	}
	if h := m.holders[m.fn.Signature().Results().At(m.Result)]; h != nil && h.chosen {
		m.called[h] = name
	}
	results[m.Result].name = now[m.Result].name
	return nil
}

// holdsValue compares the variable of a cleanup with that of the value. It has the claimed
// name, or another one that is new in its block. The statement that declares it may blank it, and then nothing may
// use it.
func (m *matcher) holdsValue(h *holder, b *ast.Ident, a ast.Expr) error {
	now, ok := ast.Unparen(a).(*ast.Ident)
	switch {
	case h.inner || !ok || now.Name == b.Name && (now.Name != m.Value.Name || h.part) || now.Name == "_" && !m.taken[b]:
		return m.differ(b, a, "%s is not the variable that holds %s", types.ExprString(a), m.Value.Name)
	case m.called[h] == now.Name:
		return nil
	case m.called[h] != "" || !m.taken[b] && m.unit.Info.Defs[b] == nil:
		return m.differ(b, a, "%s is declared nowhere", now.Name)
	case now.Name != "_" && now.Name != b.Name:
		if err := m.bringsNew(h, b, now.Name, a); err != nil {
			return err
		}
	}
	m.called[h] = now.Name
	return nil
}
