package edit

import (
	"go/ast"
	"slices"
	"strings"

	"github.com/closurefix/closurefix/rewrite/pattern"
	"github.com/dave/dst"
)

// carry moves comments about a returned literal from the return statement to the body
// of finish. stmt is the return statement without the literal.
//
//	// The rest of the request.      // above the statement, if it is removed
//	return func() { c.n-- } //nolint // on the line of the body's last statement
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
		first.Start = slices.Concat(stmt.Decs.Start, first.Start)
		first.Before, stmt.Decs.Start = dst.NewLine, nil
	}
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
