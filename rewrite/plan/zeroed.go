package plan

import (
	"go/ast"
	"go/token"
	"slices"

	"github.com/closurefix/closurefix/rewrite/flow"
	"github.com/closurefix/closurefix/rewrite/pattern"
)

// zeroed returns the statements that set a variable for the state to the zero state, which the
// variable holds already, since nothing has touched it before:
//
//	func open(path string) (closer func()) {     func open(path string) (closer openState) {
//		closer = func() {}                           if path != "" {
//		if path != "" {
//
// A statement with a comment stays.
func zeroed(p *pattern.Prepare) map[*ast.AssignStmt]bool {
	found := make(map[*ast.AssignStmt]bool)
	for _, c := range p.Choices {
		first := c.Sets[0]
		stmt := first.Stmt
		if first.Literal != nil || stmt.Tok != token.ASSIGN || len(stmt.Lhs) > 1 || flow.Loop(p.At(stmt), p.Decl) != nil ||
			slices.ContainsFunc(p.Access[c.Var], func(a flow.Access) bool { return a.Ident.Pos() < stmt.Pos() }) {
			continue
		}
		found[stmt] = !hasComment(p, stmt)
	}
	return found
}

// hasComment reports whether a statement in a list has a comment: before it, in it, or on its
// last line.
func hasComment(p *pattern.Prepare, stmt ast.Stmt) bool {
	list, i, ok := flow.List(p.At(stmt))
	if !ok {
		return true
	}
	line := func(pos token.Pos) int { return p.Unit.Fset.PositionFor(pos, false).Line }
	from, to := p.At(stmt).Parent().Node().Pos(), p.Decl.End()
	after := -1
	if i > 0 {
		from = list[i-1].End()
		after = line(from)
	}
	return slices.ContainsFunc(flow.Comments(p.File, from, to), func(g *ast.CommentGroup) bool {
		return line(g.Pos()) != after && (g.Pos() < stmt.End() || line(g.Pos()) == line(stmt.End()))
	})
}
