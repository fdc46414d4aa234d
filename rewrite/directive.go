package rewrite

import (
	"go/ast"
	"go/parser"
	"go/token"
	"slices"

	"github.com/closurefix/closurefix/rewrite/pattern"
	"github.com/closurefix/closurefix/rewrite/suppress"
)

// directives finds the comments that silence nothing: they stand where they reach
// no function, or only functions that would be no finding, with whatever options.
// An exported function that syntax takes for a prepare function may be one to
// callers that are out of sight, and so gets the benefit of the doubt.
func (r *run) directives() error {
	var silenced map[token.Position]bool // names of functions that could be findings
	for _, name := range r.scope.mentions {
		text, err := r.src.read(name)
		if err != nil {
			return err
		}
		fset := token.NewFileSet()
		f, err := parser.ParseFile(fset, name, text, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			continue // the file changed, which is noticed elsewhere
		}
		may := pattern.May(f)
		for _, d := range suppress.Directives(fset, f) {
			if silenced == nil && slices.ContainsFunc(d.Funcs, func(fn *ast.FuncDecl) bool { return slices.Contains(may, fn) }) {
				silenced = r.silenced()
			}
			if !slices.ContainsFunc(d.Funcs, func(fn *ast.FuncDecl) bool {
				open := ast.IsExported(fn.Name.Name) && f.Name.Name != "main"
				return slices.Contains(may, fn) && (open || silenced[fset.PositionFor(fn.Name.Pos(), false)])
			}) {
				r.idle = append(r.idle, Directive{fset.PositionFor(d.Comment.Pos(), false), d.Comment.Text})
			}
		}
	}
	return nil
}

// silenced returns where the functions are named, in the files that may hold
// directives, that are candidates with all options.
func (r *run) silenced() map[token.Position]bool {
	found := make(map[token.Position]bool)
	for _, v := range r.views {
		w := *v.world
		w.All = true
		target := w.Target
		w.Target = func(u *pattern.Unit) bool {
			return target(u) && slices.ContainsFunc(u.Files, func(f *ast.File) bool {
				return slices.Contains(r.scope.mentions, u.Filename(f.FileStart))
			})
		}
		for _, c := range r.candidates(&w) {
			found[position(c)] = true
		}
	}
	return found
}

// A Directive is a comment that is there to silence findings: see package suppress.
type Directive struct {
	Pos  token.Position // unadjusted by line directives
	Text string         // with its slashes
}
