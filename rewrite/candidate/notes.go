package candidate

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"regexp"
	"slices"
	"strings"

	"github.com/closurefix/closurefix/rewrite/flow"
	"github.com/closurefix/closurefix/rewrite/pattern"
	"github.com/closurefix/closurefix/rewrite/plan"
	"github.com/closurefix/closurefix/rewrite/prose"
)

// notes returns remarks about comments that mention the cleanup or a removed parameter:
// the doc comments of prepare and its forwarders, comments within it, comments of its callers,
// and those of types and variables of its file that name it. documented are those with a comment.
func notes(p *plan.Plan, documented []*ast.GenDecl, short func(file string) string) []string {
	words := p.Prose()
	var all []string
	add := func(u *pattern.Unit, sentences []prose.Sentence) {
		for _, s := range sentences {
			at := u.Fset.PositionFor(s.Pos, false)
			all = append(all, fmt.Sprintf("review the comment of %s (%s:%d): %q", p.Prepare.Key, short(at.Filename), at.Line, s.Text))
		}
	}
	for _, fw := range p.Forwarders {
		if fw.Decl.Doc != nil {
			add(fw.Unit, p.ForwarderProse(fw).Stale(fw.Decl.Doc, true))
		}
	}
	decl := p.Prepare.Decl
	if decl.Doc != nil {
		add(p.Prepare.Unit, words.Stale(decl.Doc, true))
	}
	if p.Local != nil && p.Local.Doc != nil {
		add(p.Prepare.Unit, words.Stale(p.Local.Doc, false))
	}
	for _, g := range flow.Comments(p.Prepare.File, decl.Body.Pos(), decl.Body.End()) {
		within := func(l *pattern.Literal) bool { return flow.Within(g, l.Lit.Body) }
		if flow.Within(g, decl.Body) && !slices.ContainsFunc(p.Prepare.Literals, within) {
			if movesToFinish(p.Prepare, g) {
				add(p.Prepare.Unit, words.Moved().Stale(g, true))
			} else {
				add(p.Prepare.Unit, words.Inside().Stale(g, true))
			}
		}
	}
	name := regexp.MustCompile(`\b` + regexp.QuoteMeta(p.Prepare.Key.Name) + `\b`)
	for _, d := range documented { // such as that of the receiver's type
		if name.MatchString(d.Doc.Text()) {
			add(p.Prepare.Unit, slices.DeleteFunc(words.Stale(d.Doc, false), func(s prose.Sentence) bool { return !name.MatchString(s.Text) }))
		}
	}
	for _, sp := range p.Sites {
		s := sp.Site
		if s.Var == nil || p.State != nil && sp.Variable == "" {
			continue // the variable stays
		}
		words := prose.Change{Prepare: words.Prepare, Finish: words.Finish, Cleanup: []string{s.Var.Name()}, Former: []string{s.Var.Name()}}
		for _, g := range mentions(s) {
			add(s.Unit, words.Stale(g, false))
		}
	}
	all = append(all, kept(p, short)...)
	for _, d := range p.Unused {
		at := p.Prepare.Unit.Fset.PositionFor(d.Pos(), false)
		for _, g := range plan.CommentsOf(d) {
			if says := p.TypeSays(); says != "" && strings.HasSuffix(strings.Join(strings.Fields(g.Text()), " "), says) {
				continue // finish says so
			}
			all = append(all, fmt.Sprintf("what has no use left goes with its comment (%s:%d): %q", short(at.Filename), at.Line, strings.TrimSpace(g.Text())))
		}
	}
	if note := unusedType(p, short); note != "" {
		all = append(all, note)
	}
	return all
}

// documented returns the declarations of types, variables and constants in a file that have a doc comment.
func (f *finder) documented(file *ast.File) []*ast.GenDecl {
	all, known := f.docs[file]
	if !known {
		for _, d := range file.Decls {
			if d, ok := d.(*ast.GenDecl); ok && d.Doc != nil {
				all = append(all, d)
			}
		}
		f.docs[file] = all
	}
	return all
}

// kept returns a remark for each function that keeps its func result.
func kept(p *plan.Plan, short func(file string) string) (all []string) {
	for _, sp := range p.Sites {
		if sp.Kept == nil {
			continue
		}
		s, name := sp.Site, "a function literal"
		if d, ok := s.Decl.(*ast.FuncDecl); ok && s.Func == ast.Node(d) {
			name = d.Name.Name
		}
		at := s.Unit.Fset.PositionFor(s.Call.Pos(), false)
		all = append(all, fmt.Sprintf("%s still returns a func, which each call allocates as before (%s:%d)", name, short(at.Filename), at.Line))
	}
	return all
}

// movesToFinish reports whether a comment stands above the statement that sets a variable to a literal,
// which goes.
func movesToFinish(p *pattern.Prepare, g *ast.CommentGroup) bool {
	line := func(pos token.Pos) int { return p.Unit.Fset.Position(pos).Line }
	return slices.ContainsFunc(p.Literals, func(l *pattern.Literal) bool {
		return l.Bind != nil && l.Choice == nil && g.Pos() < l.Bind.Pos() && line(g.End())+1 >= line(l.Bind.Pos())
	})
}

// unusedType returns a remark about an unexported func type that only the result of prepare
// names, and what declares the variables of callers, if the rewrite does not remove it.
func unusedType(p *plan.Plan, short func(file string) string) string {
	u := p.Prepare.Unit
	named, ok := p.Prepare.Type().(*types.Named)
	if !ok || named.Obj().Pkg() != u.Pkg || named.Obj().Exported() || len(p.Convert) > 0 {
		return ""
	}
	if slices.ContainsFunc(p.Unused, func(d ast.Decl) bool { return d.Pos() <= named.Obj().Pos() && named.Obj().Pos() < d.End() }) {
		return ""
	}
	for _, f := range u.Files {
		for n := range ast.Preorder(f) {
			id, ok := n.(*ast.Ident)
			if !ok || u.Info.Uses[id] != types.Object(named.Obj()) || flow.Within(id, p.Prepare.Decl.Type.Results) {
				continue
			}
			if !slices.ContainsFunc(p.Sites, func(sp *plan.SitePlan) bool { return sp.Site.Spec != nil && flow.Within(id, sp.Site.Spec) }) {
				return ""
			}
		}
	}
	at := u.Fset.PositionFor(named.Obj().Pos(), false)
	return fmt.Sprintf("type %s may have no use left (%s:%d)", named.Obj().Name(), short(at.Filename), at.Line)
}

// mentions returns the comments in the caller of a site that contain the name of the cleanup's
// variable. The doc comment is one of them, unless it may be about a func that the caller returns.
func mentions(s *pattern.Site) []*ast.CommentGroup {
	from := s.Decl.Pos()
	if fn, ok := s.Decl.(*ast.FuncDecl); ok && fn.Doc != nil && !returnsFunc(s.Unit.Info, fn) {
		from = fn.Doc.Pos()
	}
	name := regexp.MustCompile(`\b` + regexp.QuoteMeta(s.Var.Name()) + `\b`)
	return slices.DeleteFunc(slices.Clone(flow.Comments(s.File, from, s.Decl.End())), func(g *ast.CommentGroup) bool {
		return !slices.ContainsFunc(g.List, func(c *ast.Comment) bool { return name.MatchString(c.Text) })
	})
}

// returnsFunc reports whether a result of a function is a func.
func returnsFunc(info *types.Info, fn *ast.FuncDecl) bool {
	f, ok := info.Defs[fn.Name].(*types.Func)
	if !ok {
		return false
	}
	for v := range f.Signature().Results().Variables() {
		if _, ok := v.Type().Underlying().(*types.Signature); ok {
			return true
		}
	}
	return false
}
