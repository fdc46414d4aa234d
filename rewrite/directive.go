package rewrite

import (
	"go/ast"
	"go/parser"
	"go/token"
	"slices"

	"github.com/closurefix/closurefix/rewrite/callers"
	"github.com/closurefix/closurefix/rewrite/candidate"
	"github.com/closurefix/closurefix/rewrite/internal/load"
	"github.com/closurefix/closurefix/rewrite/pattern"
	"github.com/closurefix/closurefix/rewrite/suppress"
)

// idleDirectives returns the comments that suppress nothing: they apply to no function, or
// only to functions that would not be findings with any options. An exported function that
// looks like a prepare function counts as one, since callers that are not loaded may defer
// its cleanup. misuses are the positions of comments that suppress a misuse. They are not
// idle.
func idleDirectives(t *load.Tree, s *load.Scope, views []*load.View, misuses map[token.Position]bool, candidates func(*callers.World) []*candidate.Candidate) ([]Directive, error) {
	var idle []Directive
	var silenced map[token.Position]bool // names of functions that could be findings
	for _, name := range s.Mentions() {
		text, err := t.Source.Read(name)
		if err != nil {
			return nil, err
		}
		fset := token.NewFileSet()
		f, err := parser.ParseFile(fset, name, text, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			continue // the file has changed, and another check reports it
		}
		may := pattern.May(f)
		for _, d := range suppress.Directives(fset, f) {
			if misuses[fset.PositionFor(d.Comment.Pos(), false)] {
				continue
			}
			if silenced == nil && slices.ContainsFunc(d.Funcs, func(fn *ast.FuncDecl) bool { return slices.Contains(may, fn) }) {
				silenced = silencedIn(s.Mentions(), views, candidates)
			}
			if !slices.ContainsFunc(d.Funcs, func(fn *ast.FuncDecl) bool {
				open := ast.IsExported(fn.Name.Name) && f.Name.Name != "main"
				return slices.Contains(may, fn) && (open || silenced[fset.PositionFor(fn.Name.Pos(), false)])
			}) {
				idle = append(idle, Directive{fset.PositionFor(d.Comment.Pos(), false), d.Comment.Text})
			}
		}
	}
	return idle, nil
}

// silencedIn returns the positions of the names of functions in files that would be
// candidates with all options set.
func silencedIn(files []string, views []*load.View, candidates func(*callers.World) []*candidate.Candidate) map[token.Position]bool {
	found := make(map[token.Position]bool)
	for _, v := range views {
		w := *v.World
		w.All, w.Tests, w.Omit = true, true, nil
		target := w.Target
		w.Target = func(u *pattern.Unit) bool {
			return target(u) && slices.ContainsFunc(u.Files, func(f *ast.File) bool {
				return slices.Contains(files, u.Filename(f.FileStart))
			})
		}
		for _, c := range candidates(&w) {
			found[declaredAt(c)] = true
		}
	}
	return found
}
