package same

import (
	"go/ast"
	"go/token"
	"go/types"
)

// again compares an operand of a call of prepare, e, with an operand of finish at a use, a.
// It must be the same expression with the same meaning: a constant, a function, a
// variable that nothing assigns, or the address of a variable. address is set if the
// address is what counts: the operand is a variable on which a method with a pointer
// receiver is called.
func (m *matcher) again(e, use, a ast.Expr, address bool) error {
	if err := m.node(e, a); err != nil {
		return err
	}
	constant := m.unit.Info.Types[e].Value != nil
	x := ast.Unparen(e)
	if u, ok := x.(*ast.UnaryExpr); ok && u.Op == token.AND {
		x, address = ast.Unparen(u.X), true
	}
	for n := range ast.Preorder(x) {
		sel := false
		switch n := n.(type) {
		case *ast.BasicLit, *ast.ParenExpr:
			continue
		case *ast.SelectorExpr:
			s := m.unit.Info.Selections[n]
			sel = s == nil || address && s.Kind() == types.FieldVal && !s.Indirect()
		case *ast.Ident:
			if obj := m.unit.Info.ObjectOf(n); !isMember(obj) && !m.qualified(x, n) && m.lookup(n.Name, use.Pos()) != obj {
				return m.differ(use, a, "%s means something else here", n.Name)
			}
			v, ok := m.unit.Info.ObjectOf(n).(*types.Var)
			if ok && !address && !v.IsField() && (v.Parent() == v.Pkg().Scope() || m.assigned(v, token.NoPos, nil)) {
				return m.differ(use, a, "%s may be assigned", n.Name)
			}
			continue
		}
		if !sel && !constant {
			return m.differ(n, a, "%s is evaluated a second time", kind(n, nil))
		}
	}
	return nil
}

// qualified reports whether an identifier is selected from another in an expression.
func (m *matcher) qualified(e ast.Expr, id *ast.Ident) bool {
	for n := range ast.Preorder(e) {
		if sel, ok := n.(*ast.SelectorExpr); ok && sel.Sel == id {
			return true
		}
	}
	return false
}

// isMember reports whether obj is a field or method, which is selected from something.
func isMember(obj types.Object) bool {
	switch obj := obj.(type) {
	case *types.Var:
		return obj.IsField()
	case *types.Func:
		return obj.Signature().Recv() != nil
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

// innerOperand compares the argument of finish for its parameter c where prepare runs a
// cleanup. Of several captures of the name it is the one of that cleanup.
func (m *matcher) innerOperand(h *holder, use ast.Expr, c *Capture, a ast.Expr) error {
	for _, lit := range h.lits {
		if own := m.inLit[lit][c.Var.Name()]; own != nil {
			c = own
		}
	}
	return m.variableOf(c, use, a)
}

// variableOf compares an operand within prepare: it is the captured variable itself, or
// its address. A parameter that goes leaves new(T).
func (m *matcher) variableOf(c *Capture, use ast.Node, a ast.Expr) error {
	x := ast.Unparen(a)
	if c.Way == Argument && m.Drop[c.Index] {
		p, isPtr := types.Unalias(c.Var.Type()).(*types.Pointer)
		call, ok := x.(*ast.CallExpr)
		if ok && isPtr && types.ExprString(call.Fun) == "new" && len(call.Args) == 1 && m.isType(&ast.StarExpr{X: call.Args[0]}, c, types.NewPointer(p.Elem())) {
			return nil
		}
	}
	if c.Address {
		u, ok := x.(*ast.UnaryExpr)
		if !ok || u.Op != token.AND {
			return m.differ(use, a, "%s should be the address of %s", types.ExprString(a), c.Var.Name())
		}
		x = ast.Unparen(u.X)
	}
	if types.ExprString(x) != c.Var.Name() {
		return m.differ(use, a, "%s should be %s", types.ExprString(a), c.Var.Name())
	}
	if m.lookup(c.Var.Name(), use.Pos()) != types.Object(c.Var) {
		return m.differ(use, a, "%s means another variable here", c.Var.Name())
	}
	return nil
}
