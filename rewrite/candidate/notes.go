package candidate

import (
	"fmt"
	"go/ast"
	"go/token"
	"path/filepath"
	"slices"

	"github.com/closurefix/closurefix/rewrite/flow"
	"github.com/closurefix/closurefix/rewrite/pattern"
	"github.com/closurefix/closurefix/rewrite/plan"
	"github.com/closurefix/closurefix/rewrite/prose"
)

// notes returns remarks about comments that mention the cleanup or a removed parameter:
// the doc comment of prepare, comments within it, and comments next to its calls.
func notes(p *plan.Plan) []string {
	words := p.Prose()
	var all []string
	add := func(u *pattern.Unit, sentences []prose.Sentence) {
		for _, s := range sentences {
			at := u.Fset.PositionFor(s.Pos, false)
			all = append(all, fmt.Sprintf("review the comment of %s (%s:%d): %q", p.Prepare.Key, filepath.Base(at.Filename), at.Line, s.Text))
		}
	}
	decl := p.Prepare.Decl
	if decl.Doc != nil {
		add(p.Prepare.Unit, words.Stale(decl.Doc, true))
	}
	for _, g := range p.Prepare.File.Comments {
		within := func(l *pattern.Literal) bool { return flow.Within(g, l.Lit.Body) }
		if flow.Within(g, decl.Body) && !slices.ContainsFunc(p.Prepare.Literals, within) {
			add(p.Prepare.Unit, words.Stale(g, false))
		}
	}
	for _, sp := range p.Sites {
		s := sp.Site
		if p.State != nil || s.Var == nil {
			continue // the variable stays
		}
		words := prose.Change{Prepare: words.Prepare, Finish: words.Finish, Cleanup: []string{s.Var.Name()}}
		for _, g := range s.File.Comments {
			if beside(s, g) {
				add(s.Unit, words.Stale(g, false))
			}
		}
	}
	return all
}

// beside reports whether a comment is on the line of a call of prepare or a use of the
// cleanup, or directly above it.
func beside(s *pattern.Site, g *ast.CommentGroup) bool {
	line := func(pos token.Pos) int { return s.Unit.Fset.PositionFor(pos, false).Line }
	near := func(pos token.Pos) bool { return line(g.Pos()) == line(pos) || line(g.End())+1 == line(pos) }
	return near(s.Call.Pos()) || slices.ContainsFunc(s.Uses, func(u *pattern.Use) bool { return near(u.Expr.Pos()) })
}
