package same

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"
)

// again compares e, an operand of a call of prepare, with a, the operand of finish at a
// use. Both must be the same expression with the same value, or the same address if
// address is set.
func (m *matcher) again(e, use, a ast.Expr, address bool) error {
	if !m.stays(e, use, address) {
		return m.differ(use, a, "%s may have another value here", types.ExprString(e))
	}
	return m.equal(e, a)
}

// stays reports whether an expression has the same value, or the same address, at a use.
// That is so for a constant, a function, a variable that nothing assigns in between, and the
// address of a variable.
func (m *matcher) stays(e, use ast.Expr, address bool) bool {
	info := m.unit.Info
	seen := func(id *ast.Ident) bool { return m.lookup(id.Name, use.Pos()) == info.Uses[id] }
	if info.Types[e].Value != nil {
		for id := range idents(e) {
			if obj := info.Uses[id]; obj != nil && obj.Pkg() == m.unit.Pkg && !isMember(obj) && !seen(id) {
				return false // pkg.Name, a variable of another package
			}
		}
		return true
	}
	switch e := ast.Unparen(e).(type) {
	case *ast.Ident:
		v, isVar := info.Uses[e].(*types.Var)
		return seen(e) && (!isVar || address || v.Parent() != m.unit.Pkg.Scope() && !m.assignedUntil(v, e, use))
	case *ast.SelectorExpr:
		if s := info.Selections[e]; s != nil {
			return s.Kind() == types.FieldVal && !s.Indirect() && m.stays(e.X, use, address)
		}
		_, isVar := info.Uses[e.Sel].(*types.Var)
		return seen(e.X.(*ast.Ident)) && (address || !isVar)
	case *ast.UnaryExpr:
		return e.Op == token.AND && m.stays(e.X, use, true)
	}
	return false
}

// receiverStays reports whether the address of a receiver of prepare is the same at a use. It may be a
// field of what a variable points to that nothing assigns. The call of prepare has shown that
// this is not nil.
func (m *matcher) receiverStays(e, use ast.Expr) bool {
	x, ok := ast.Unparen(e).(*ast.SelectorExpr)
	if !ok {
		return m.stays(e, use, true)
	}
	s := m.unit.Info.Selections[x]
	if s == nil || s.Kind() != types.FieldVal || len(s.Index()) > 1 {
		return m.stays(e, use, true)
	}
	if _, ok := m.unit.Info.TypeOf(x.X).Underlying().(*types.Pointer); !ok {
		return m.receiverStays(x.X, use)
	}
	return m.stays(x.X, use, false)
}

// pointerRecv reports whether prepare is a method with a pointer receiver.
func (m *matcher) pointerRecv() bool {
	recv := m.fn.Signature().Recv()
	if recv == nil {
		return false
	}
	_, ok := recv.Type().Underlying().(*types.Pointer)
	return ok
}

// kept compares l, the variable that takes a result of prepare, with a, an operand of
// finish at a use. It must be the same variable, and nothing else may assign it in between.
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
	if m.assignedUntil(v, l, use) {
		return m.differ(use, a, "%s may be assigned before the cleanup runs", id.Name)
	}
	return nil
}

// assigned reports whether the current declaration assigns v by name after a position,
// except in cleanups.
func (m *matcher) assigned(v *types.Var, from token.Pos) bool {
	return slices.ContainsFunc(m.assignedAt(v), func(id *ast.Ident) bool { return id.Pos() >= from })
}

// variableOf compares an operand of finish within prepare, which is the captured variable
// itself or its address. In place of a removed parameter it is new(T).
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
		return m.differ(use, a, "%s refers to another variable here", c.Var.Name())
	}
	return nil
}
