package same

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"
)

// failed reports whether the caller knows at the current node that the error of the
// call is not nil. This holds in the body of if err != nil, in the else branch of if
// err == nil, and after an if err == nil whose body leaves.
func (m *matcher) failed(h *holder) bool {
	for i, n := range m.path[:len(m.path)-1] {
		next := m.path[i+1]
		if s, ok := n.(*ast.IfStmt); ok {
			if next == ast.Node(s.Body) && m.tells(h, s.Cond, true) || next == s.Else && m.tells(h, s.Cond, false) {
				return true
			}
		}
		found := false
		for _, stmt := range listOf(n) {
			switch s := stmt.(type) {
			case *ast.LabeledStmt:
				found = false // a goto may skip the test
			case *ast.IfStmt:
				found = found || s != next && s.Else == nil && ends(s.Body) && m.tells(h, s.Cond, false)
			}
			if stmt == next {
				break
			}
		}
		if found {
			return true
		}
	}
	return false
}

// tells reports whether the error of a site of h is not nil if cond has the given value.
func (m *matcher) tells(h *holder, cond ast.Expr, value bool) bool {
	cmp, ok := ast.Unparen(cond).(*ast.BinaryExpr)
	if !ok {
		return false
	}
	switch {
	case cmp.Op == token.LAND && value, cmp.Op == token.LOR && !value:
		return m.tells(h, cmp.X, value) || m.tells(h, cmp.Y, value)
	case cmp.Op == token.NEQ && value, cmp.Op == token.EQL && !value:
		v := variable(m.unit.Info, cmp.X)
		return v != nil && m.isNil(cmp.Y) && slices.ContainsFunc(h.sites, func(s *site) bool { return s.sets(m.unit.Info, v, cmp.Pos()) })
	}
	return false
}

// sets reports whether the statement of a call of prepare sets v and stands before pos.
func (s *site) sets(info *types.Info, v *types.Var, pos token.Pos) bool {
	return !s.forwarded && slices.ContainsFunc(s.lhs, func(l ast.Expr) bool { return variable(info, l) == v && l.Pos() < pos })
}

// listOf returns the statements of a block or clause.
func listOf(n ast.Node) []ast.Stmt {
	switch n := n.(type) {
	case *ast.BlockStmt:
		return n.List
	case *ast.CaseClause:
		return n.Body
	case *ast.CommClause:
		return n.Body
	}
	return nil
}

// ends reports whether the last statement of a block is a return, break or continue.
func ends(b *ast.BlockStmt) bool {
	if len(b.List) == 0 {
		return false
	}
	switch s := b.List[len(b.List)-1].(type) {
	case *ast.ReturnStmt:
		return true
	case *ast.BranchStmt:
		return s.Tok != token.GOTO
	}
	return false
}
