package candidate

import (
	"cmp"
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
	for _, g := range flow.Comments(p.Prepare.File, decl.Body.Pos(), decl.Body.End()) {
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
		for _, g := range beside(s) {
			add(s.Unit, words.Stale(g, false))
		}
	}
	return all
}

// beside returns the comments on the line of a call of prepare or a use of the cleanup, or
// directly above it, in their order.
func beside(s *pattern.Site) []*ast.CommentGroup {
	file := s.Unit.Fset.File(s.File.Package)
	line := func(pos token.Pos) int { return file.PositionFor(pos, false).Line }
	var all []*ast.CommentGroup
	near := func(pos token.Pos) {
		at, end := line(pos), s.File.FileEnd
		if at < file.LineCount() {
			end = file.LineStart(at + 1)
		}
		for _, g := range flow.Comments(s.File, file.LineStart(max(1, at-1)), end) {
			if line(g.Pos()) == at || line(g.End())+1 == at {
				all = append(all, g)
			}
		}
	}
	near(s.Call.Pos())
	for _, u := range s.Uses {
		near(u.Expr.Pos())
	}
	slices.SortFunc(all, func(a, b *ast.CommentGroup) int { return cmp.Compare(a.Pos(), b.Pos()) })
	return slices.Compact(all)
}
