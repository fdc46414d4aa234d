package same

import (
	"go/ast"
	"go/token"
	"go/types"
)

// again compares an operand of a call of prepare, e, with an operand of finish at a use, a.
// It must be the same expression with the same value. address is set if its address is
// what counts, not its value.
func (m *matcher) again(e, use, a ast.Expr, address bool) error {
	if !m.stays(e, use, address) {
		return m.differ(use, a, "%s may be something else here", types.ExprString(e))
	}
	return m.equal(e, a)
}

// stays reports whether an expression has the same value, or the same address, at a
// use: it is a constant, a function, a variable that nothing assigns, or the address of
// a variable.
func (m *matcher) stays(e, use ast.Expr, address bool) bool {
	info := m.unit.Info
	seen := func(id *ast.Ident) bool { return m.lookup(id.Name, use.Pos()) == info.Uses[id] }
	if info.Types[e].Value != nil {
		for id := range idents(e) {
			if obj := info.Uses[id]; obj != nil && obj.Pkg() == m.unit.Pkg && !isMember(obj) && !seen(id) {
				return false // a name of another package is selected from it
			}
		}
		return true
	}
	switch e := ast.Unparen(e).(type) {
	case *ast.Ident:
		v, isVar := info.Uses[e].(*types.Var)
		return seen(e) && (!isVar || address || v.Parent() != m.unit.Pkg.Scope() && !m.assigned(v, token.NoPos, nil))
	case *ast.SelectorExpr:
		if s := info.Selections[e]; s != nil {
			return address && s.Kind() == types.FieldVal && !s.Indirect() && m.stays(e.X, use, true)
		}
		_, isVar := info.Uses[e.Sel].(*types.Var)
		return seen(e.X.(*ast.Ident)) && (address || !isVar)
	case *ast.UnaryExpr:
		return e.Op == token.AND && m.stays(e.X, use, true)
	}
	return false
}

// pointerRecv reports whether prepare is a method of a pointer.
func (m *matcher) pointerRecv() bool {
	recv := m.fn.Signature().Recv()
	if recv == nil {
		return false
	}
	_, ok := recv.Type().Underlying().(*types.Pointer)
	return ok
}

// kept compares the variable that takes a result of prepare, l, with an operand of
// finish at a use: it is the same variable, which nothing else assigns.
func (m *matcher) kept(l, use, a ast.Expr) error {
	if name := m.named[l]; name != "" {
		if !reads(a, name) {
			return m.differ(use, a, "%s is not what takes the result", types.ExprString(a))
		}
		return nil
	}
	v := variable(m.unit.Info, l)
	id, ok := ast.Unparen(a).(*ast.Ident)
	if v == nil || !ok || v.Name() == "_" || m.lookup(id.Name, use.Pos()) != types.Object(v) {
		return m.differ(use, a, "%s is not what takes the result", types.ExprString(a))
	}
	if m.assigned(v, token.NoPos, l) {
		return m.differ(use, a, "%s may be assigned before the cleanup runs", id.Name)
	}
	return nil
}

// assigned reports whether the declaration at hand assigns a variable by name from a
// position on, but for one place. What cleanups do does not count.
func (m *matcher) assigned(v *types.Var, from token.Pos, except ast.Expr) (found bool) {
	hit := func(list ...ast.Expr) {
		for _, e := range list {
			id, ok := ast.Unparen(e).(*ast.Ident)
			found = found || ok && m.unit.Info.Uses[id] == types.Object(v) && id.Pos() >= from && e != except
		}
	}
	ast.Inspect(m.path[0], func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			return m.Literals[n] == 0
		case *ast.AssignStmt:
			hit(n.Lhs...)
		case *ast.IncDecStmt:
			hit(n.X)
		case *ast.RangeStmt:
			hit(n.Key, n.Value)
		}
		return true
	})
	return found
}

// variableOf compares an operand within prepare: it is the captured variable itself, or
// its address. A parameter that goes leaves new(T).
func (m *matcher) variableOf(c *Capture, use ast.Node, a ast.Expr) error {
	if c.Way == Argument && m.Drop[c.Index] {
		p, isPtr := types.Unalias(c.Var.Type()).(*types.Pointer)
		call, ok := ast.Unparen(a).(*ast.CallExpr)
		if ok && isPtr && types.ExprString(call.Fun) == "new" && len(call.Args) == 1 && !call.Ellipsis.IsValid() && m.isType(&ast.StarExpr{X: call.Args[0]}, c, types.NewPointer(p.Elem())) {
			return nil
		}
	}
	want := c.Var.Name()
	if c.Address {
		want = "&" + want
	}
	if !reads(a, want) {
		return m.differ(use, a, "%s should be %s", text(a), want)
	}
	if m.lookup(c.Var.Name(), use.Pos()) != types.Object(c.Var) {
		return m.differ(use, a, "%s means another variable here", c.Var.Name())
	}
	return nil
}
