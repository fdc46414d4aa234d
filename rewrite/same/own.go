package same

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"
)

// setsOwn returns the captures with Way Own that an assignment in finish sets first.
func (m *matcher) setsOwn(b *ast.AssignStmt) []*Capture {
	if m.role != finish || b.Tok != token.ASSIGN {
		return nil
	}
	var own []*Capture
	for _, l := range b.Lhs {
		if c := m.captureOf(l); c != nil && c.Way == Own && !m.own[c.Var] {
			own = append(own, c)
		}
	}
	return own
}

// assignOwn compares the first assignment of variables with Way Own with their
// declaration in finish: err := f(), or var err error = f(). The right side is evaluated
// before the variables are declared.
func (m *matcher) assignOwn(b *ast.AssignStmt, own []*Capture, a ast.Node) ([]part, error) {
	var now ast.AssignStmt
	if d, ok := a.(*ast.AssignStmt); ok {
		now = *d
	} else if s := varSpec(a); s != nil && (s.Type == nil || m.isType(s.Type, own[0], own[0].Var.Type())) {
		now = ast.AssignStmt{Lhs: exprsOf(s.Names), Tok: token.DEFINE, Rhs: s.Values}
	}
	for i, l := range b.Lhs {
		if now.Tok != token.DEFINE || types.ExprString(l) != "_" && !slices.Contains(own, m.captureOf(l)) {
			return nil, m.differ(b, a, "%s would be declared a second time, or %s would not be declared", types.ExprString(b.Lhs[i]), own[0].Var.Name())
		}
	}
	values := exprs(b.Rhs, now.Rhs)
	values[0].own = own
	return append(values, exprs(b.Lhs, now.Lhs)...), nil
}

// declaresOwn reports whether the statement a declares a variable with Way Own, without a
// value, directly before the statement b that sets it first:
//
//	if err = f(); err != nil {      var err error
//	                                if err = f(); err != nil {
func (m *matcher) declaresOwn(b, a ast.Stmt) bool {
	spec := varSpec(a)
	if m.role != finish || spec == nil || len(spec.Names) != 1 || len(spec.Values) > 0 {
		return false
	}
	switch s := b.(type) {
	case *ast.IfStmt:
		b = s.Init
	case *ast.SwitchStmt:
		b = s.Init
	}
	assign, ok := b.(*ast.AssignStmt)
	if !ok {
		return false
	}
	for _, c := range m.setsOwn(assign) {
		mentions := 0
		for id := range idents(assign) {
			if m.captureOf(id) == c {
				mentions++
			}
		}
		if mentions == 1 && c.Var.Name() == spec.Names[0].Name && m.isType(spec.Type, c, c.Var.Type()) {
			m.own[c.Var] = true
			return true
		}
	}
	return false
}
