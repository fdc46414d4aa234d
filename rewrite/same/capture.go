package same

import (
	"go/ast"
	"go/token"
	"go/types"
)

// captured compares an expression of a cleanup that is, or begins with, a captured
// variable, and checks that its names mean in finish what they meant; done is false if
// it is to be compared part by part.
func (m *matcher) captured(b, a ast.Expr) (done bool, err error) {
	switch b := b.(type) {
	case *ast.UnaryExpr: // &v is the address that travels
		if c := m.captureOf(b.X); b.Op == token.AND && c != nil && c.Address {
			return true, m.carries(c, b, a)
		}
	case *ast.SelectorExpr: // as v.f is where v is no pointer
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
			return true, m.differ(b, a, "%s should be what a pointer points to", types.ExprString(a))
		}
		return true, m.carries(c, b, star.X)
	}
	return false, nil
}

// carries compares a use of a captured variable with what carries it: a parameter, or a
// field of the state that no variable of the cleanup's own hides.
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

// free checks a name of a cleanup that is no captured variable: finish must know it by
// the same meaning.
func (m *matcher) free(b *ast.Ident, a ast.Expr) error {
	obj := m.unit.Info.Uses[b]
	if obj == nil || isMember(obj) || m.within(obj, m.lit) {
		return nil
	}
	if m.names[b.Name] {
		return m.differ(b, a, "%s would mean a parameter of %s", b.Name, m.Finish)
	}
	t, isType := obj.(*types.TypeName)
	if isType {
		_, isType = t.Type().(*types.TypeParam)
	}
	if m.within(obj, m.Prepare) && !isType {
		return m.differ(b, a, "%s is out of scope in %s", b.Name, m.Finish)
	}
	return nil
}
