package same

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"
)

// setsOwn returns the variables of finish's own that an assignment sets and nothing
// has set before.
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

// assignOwn compares the first assignment of finish's own variables with their
// declaration: err := f(), or var err error = f().
func (m *matcher) assignOwn(b *ast.AssignStmt, own []*Capture, a ast.Node) error {
	var lhs, rhs []ast.Expr
	switch a := a.(type) {
	case *ast.AssignStmt:
		if a.Tok != token.DEFINE {
			return m.differ(b, a, "%s is not declared", own[0].Var.Name())
		}
		lhs, rhs = a.Lhs, a.Rhs
	case *ast.DeclStmt:
		if spec := varSpec(a); spec != nil {
			if spec.Type != nil && !m.isType(spec.Type, own[0], own[0].Var.Type()) {
				return m.differ(b, a, "%s has another type", own[0].Var.Name())
			}
			for _, id := range spec.Names {
				lhs = append(lhs, id)
			}
			rhs = spec.Values
		}
	}
	if len(lhs) != len(b.Lhs) || len(rhs) != len(b.Rhs) {
		return m.differ(b, a, "the assignment has changed")
	}
	for i := range rhs {
		if err := m.node(b.Rhs[i], rhs[i]); err != nil {
			return err
		}
	}
	for i, l := range b.Lhs {
		id, ok := lhs[i].(*ast.Ident)
		c := m.captureOf(l)
		if !ok || id.Name != types.ExprString(l) || types.ExprString(l) != "_" && !slices.Contains(own, c) {
			return m.differ(l, lhs[i], "%s would be declared anew", types.ExprString(lhs[i]))
		}
	}
	for _, c := range own {
		m.own[c.Var] = true
	}
	return nil
}

// varSpec returns the single declaration of a var statement, or nil.
func varSpec(s ast.Stmt) *ast.ValueSpec {
	d, ok := s.(*ast.DeclStmt)
	if !ok {
		return nil
	}
	g, ok := d.Decl.(*ast.GenDecl)
	if !ok || g.Tok != token.VAR || len(g.Specs) != 1 {
		return nil
	}
	return g.Specs[0].(*ast.ValueSpec)
}

// declaresOwn reports whether a declares a variable of finish's own, without a value,
// before the statement b, which sets it before it reads it.
func (m *matcher) declaresOwn(b, a ast.Stmt) bool {
	spec := varSpec(a)
	if m.role != finish || spec == nil || len(spec.Names) != 1 || len(spec.Values) > 0 {
		return false
	}
	for i, c := range m.Captures {
		if c.Way != Own || c.Var.Name() != spec.Names[0].Name || m.own[c.Var] || !m.writesFirst(b, c.Var) {
			continue
		}
		if m.isType(spec.Type, &m.Captures[i], c.Var.Type()) {
			m.own[c.Var] = true
			return true
		}
	}
	return false
}

// writesFirst reports whether the first mention of a variable in a statement assigns
// it.
func (m *matcher) writesFirst(b ast.Stmt, v *types.Var) bool {
	decided, writes := false, false
	ast.Inspect(b, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.AssignStmt:
			reads := slices.ContainsFunc(n.Rhs, func(r ast.Expr) bool { return m.mentions(r, v) })
			sets := slices.ContainsFunc(n.Lhs, func(l ast.Expr) bool { return variable(m.unit.Info, l) == v })
			if n.Tok == token.ASSIGN && !decided && (reads || sets) {
				decided, writes = true, !reads
			}
		case *ast.Ident:
			decided = decided || m.unit.Info.Uses[n] == types.Object(v)
		}
		return !decided
	})
	return writes
}

// mentions reports whether a variable is used in a tree.
func (m *matcher) mentions(n ast.Node, v *types.Var) bool {
	for id := range idents(n) {
		if m.unit.Info.Uses[id] == types.Object(v) {
			return true
		}
	}
	return false
}
