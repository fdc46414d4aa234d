package edit

import (
	"go/ast"
	"slices"
	"strings"

	"github.com/closurefix/closurefix/rewrite/pattern"
	"github.com/closurefix/closurefix/rewrite/plan/spell"
	"github.com/dave/dst"
)

// carry moves comments about a returned literal from the return statement to the body
// of finish. stmt is the return statement without the literal.
//
//	// The rest of the request.      // above the statement, if it is removed or says
//	return func() { c.n-- } //nolint // what the body ends, or on the line of its last statement
//
//	return func() {
//		c.n--
//	} // end of the request          // on finish's last line
func (d *declarer) carry(r *pattern.Return, stmt *dst.ReturnStmt) {
	if !r.Live() || ast.Unparen(r.Expr) != ast.Expr(r.Literal.Lit) || !slices.Contains(d.Plan.Literals, r.Literal) {
		return
	}
	body := d.node(r.Literal.Lit).(*dst.FuncLit).Body
	first, last := body.List[0].Decorations(), body.List[len(body.List)-1].Decorations()
	fset := d.Prepare.Unit.Fset
	inLine := fset.Position(r.Literal.Lit.Pos()).Line == fset.Position(r.Literal.Lit.End()).Line
	atEnd := r.Expr == r.Stmt.Results[len(r.Stmt.Results)-1]
	goes := len(stmt.Results) == 0 && d.trims(r.Stmt, stmt)
	var stays []string
	for _, c := range stmt.Decs.End {
		switch {
		case inLine && (directive(c) || goes):
			last.End = append(last.End, c)
		case !inLine && atEnd && len(d.Plan.Literals) == 1:
			d.closing = append(d.closing, c)
		default:
			stays = append(stays, c)
		}
	}
	stmt.Decs.End = stays
	if goes && len(stmt.Decs.Start) > 0 {
		stmt.Decs.Start = mendInside(d.Plan.Prose().Moved(), stmt.Decs.Start)
		first.Start = slices.Concat(stmt.Decs.Start, first.Start)
		first.Before, stmt.Decs.Start = dst.NewLine, nil
	}
	moveEnding(stmt.Decorations(), body)
}

// moveEnding moves a comment directly above a statement that sets or returns a literal to the literal's body
// if it speaks of what that does: its first word says that something ends.
//
//	// Reset env vars back to original values.
//	return func() {
func moveEnding(above *dst.NodeDecs, body *dst.BlockStmt) {
	i := len(above.Start)
	for i > 0 && above.Start[i-1] != "\n" {
		i--
	}
	own := above.Start[i:]
	if len(own) == 0 || slices.ContainsFunc(own, directive) {
		return
	}
	words := strings.Fields(strings.TrimPrefix(own[0], "//"))
	if len(words) < 2 || words[1] == "of" || !spell.Ends(words[0]) && !spell.Ends(strings.TrimSuffix(words[0], "s")) {
		return
	}
	first := body.List[0].Decorations()
	if len(first.Start) > 0 {
		own = append(slices.Clone(own), "\n")
	}
	first.Start, first.Before = slices.Concat(own, first.Start), dst.NewLine
	above.Start = slices.Clip(above.Start[:i])
}

// directive reports whether a comment is a directive to a tool that concerns its line.
func directive(comment string) bool {
	for _, prefix := range []string{"//nolint", "//lint:", "// #nosec", "//#nosec"} {
		if strings.HasPrefix(comment, prefix) {
			return true
		}
	}
	return false
}
