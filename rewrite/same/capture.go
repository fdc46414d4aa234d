package same

import (
	"go/ast"
	"go/token"
	"go/types"
)

// captured compares an expression of a cleanup with its replacement in finish if it names
// a variable: a captured variable, or one that must have the same meaning in finish. done
// is false if the expression is to be compared part by part.
func (m *matcher) captured(b, a ast.Expr) (done bool, err error) {
	switch b := b.(type) {
	case *ast.UnaryExpr: // &v, where finish gets the address of v
		if c := m.captureOf(b.X); b.Op == token.AND && c != nil && c.Address {
			return true, m.carries(c, b, a)
		}
	case *ast.SelectorExpr: // (*v).f may be written v.f
		c := m.captureOf(b.X)
		if _, isIdent := b.X.(*ast.Ident); !isIdent || c == nil || !c.Address {
			return false, nil
		}
		switch c.Var.Type().Underlying().(type) {
		case *types.Pointer, *types.Interface:
			return false, nil
		}
		sel, ok := a.(*ast.SelectorExpr)
		if !ok || sel.Sel.Name != b.Sel.Name {
			return true, m.differ(b, a, "%s has become %s", types.ExprString(b), types.ExprString(a))
		}
		return true, m.carries(c, b, sel.X)
	case *ast.Ident:
		c := m.captureOf(b)
		switch {
		case c == nil:
			return false, m.free(b, a)
		case c.Way == Own && !m.own[c.Var]:
			return true, m.differ(b, a, "%s is not set here", b.Name)
		case !c.Address:
			return true, m.carries(c, b, a)
		}
		star, ok := a.(*ast.StarExpr)
		if !ok {
			return true, m.differ(b, a, "%s should be dereferenced", types.ExprString(a))
		}
		return true, m.carries(c, b, star.X)
	}
	return false, nil
}

// carries compares a use of a captured variable with an expression of finish. That must
// be the parameter for the variable, or the field of the state, and no local variable
// of the cleanup may shadow its name.
func (m *matcher) carries(c *Capture, b, a ast.Expr) error {
	name := c.Var.Name()
	if c.Way == Field {
		name = m.self + "." + name
		if obj := m.lookup(m.self, b.Pos()); obj != nil && m.within(obj, m.lit) {
			return m.differ(b, a, "%s means another variable here", m.self)
		}
	}
	if !reads(a, name) {
		return m.differ(b, a, "%s does not stand for %s", text(a), c.Var.Name())
	}
	return nil
}

// free checks a name in a cleanup that is not a captured variable. It must have the same
// meaning in finish.
func (m *matcher) free(b *ast.Ident, a ast.Expr) error {
	obj := m.unit.Info.Uses[b]
	if obj == nil || isMember(obj) || m.within(obj, m.lit) {
		return nil
	}
	if m.names[b.Name] {
		return m.differ(b, a, "%s would refer to a parameter of %s", b.Name, m.Finish)
	}
	t, isType := obj.(*types.TypeName)
	if isType {
		_, isType = t.Type().(*types.TypeParam)
	}
	if m.within(obj, m.Prepare) && !isType {
		return m.differ(b, a, "%s is out of scope in %s", b.Name, m.Finish)
	}
	sel, selected := m.parent().(*ast.SelectorExpr)
	if m.Local != nil && !(selected && sel.Sel == b) && m.lookup(b.Name, m.Local.Stmt.Pos()) != obj {
		return m.differ(b, a, "%s has another meaning in %s", b.Name, m.Finish)
	}
	return nil
}
