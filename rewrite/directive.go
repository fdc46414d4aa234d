package rewrite

import (
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"slices"

	"github.com/closurefix/closurefix/rewrite/callers"
	"github.com/closurefix/closurefix/rewrite/candidate"
	"github.com/closurefix/closurefix/rewrite/internal/load"
	"github.com/closurefix/closurefix/rewrite/pattern"
	"github.com/closurefix/closurefix/rewrite/suppress"
)

// comments are the comments of the targets that suppress findings.
type comments struct {
	files    []string // that may contain one
	all      []*comment
	silenced map[token.Position]bool // names of functions that would be findings, with any options
}

// A comment is a comment that suppresses findings.
type comment struct {
	Directive
	open  bool             // it applies to an exported function that may be a prepare function: callers that are not loaded may defer its cleanup
	names []token.Position // of other functions that may be prepare functions, to which it applies
	used  bool             // it suppresses a misuse
}

// commentsIn finds the comments in the files of the scope.
func commentsIn(t *load.Tree, s *load.Scope) (*comments, error) {
	cs := &comments{files: s.Mentions(), silenced: make(map[token.Position]bool)}
	for _, name := range cs.files {
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
			c := &comment{Directive: Directive{fset.PositionFor(d.Comment.Pos(), false), d.Comment.Text}}
			cs.all = append(cs.all, c)
			for _, fn := range d.Funcs {
				switch {
				case !slices.Contains(may, fn):
				case ast.IsExported(fn.Name.Name) && f.Name.Name != "main":
					c.open = true
				default:
					c.names = append(c.names, fset.PositionFor(fn.Name.Pos(), false))
				}
			}
		}
	}
	return cs, nil
}

// add records which misuses and functions that would be findings the comments suppress.
func (cs *comments) add(asides []*aside) {
	for _, a := range asides {
		for _, c := range cs.all {
			c.used = c.used || a.silenced[c.Pos]
		}
		maps.Copy(cs.silenced, a.suppressed)
	}
}

// doubtful reports whether a comment that suppresses no misuse, other than those at the
// positions, may suppress findings.
func (cs *comments) doubtful(used map[token.Position]bool) bool {
	return slices.ContainsFunc(cs.all, func(c *comment) bool { return !c.used && !used[c.Pos] && !c.open && len(c.names) > 0 })
}

// idle returns the comments that suppress nothing: they apply to no function, or only to
// functions that would not be findings with any options.
func (cs *comments) idle() []Directive {
	var idle []Directive
	for _, c := range cs.all {
		if !c.used && !c.open && !slices.ContainsFunc(c.names, func(at token.Position) bool { return cs.silenced[at] }) {
			idle = append(idle, c.Directive)
		}
	}
	return idle
}

// silencedIn returns the positions of the names of functions of a view in files that would be
// candidates with all options set.
func silencedIn(files []string, v *load.View, candidates func(*callers.World) []*candidate.Candidate) map[token.Position]bool {
	found := make(map[token.Position]bool)
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
	return found
}
