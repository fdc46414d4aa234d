package rewrite

import (
	"go/ast"
	"go/token"
	"slices"

	"github.com/closurefix/closurefix/rewrite/candidate"
	"github.com/closurefix/closurefix/rewrite/internal/load"
	"github.com/closurefix/closurefix/rewrite/misuse"
	"github.com/closurefix/closurefix/rewrite/pattern"
	"github.com/closurefix/closurefix/rewrite/suppress"
)

// A Misuse is a bug at a caller of a function that returns a cleanup. It is reported
// whether or not the function is rewritten. Run does not fix it. Its positions are those in
// the files on disk.
type Misuse struct {
	Pos     token.Position // unadjusted by line directives
	End     token.Position
	Package string // path
	Func    string // the function around it, as in "(*DB).Begin"; "" in the initializer of a variable
	Kind    misuse.Kind
	Message string // in one sentence
	Related []Place
	Fix     string // a replacement of the source from Pos to End, or "" if a fix takes more
}

// selector returns what Options.Select is asked about m.
func (m Misuse) selector() Finding {
	return Finding{Pos: m.Pos, End: m.End, Last: m.End.Line, Package: m.Package, Name: m.Func, Kind: pattern.Kind(m.Kind)}
}

// A Place is a position with a message about it.
type Place struct {
	Pos     token.Position
	Message string
}

// misusesIn returns the misuses in a view, test files included. silenced has the positions of
// the comments that suppress one. An internal error of the analysis is only a warning, since
// nothing depends on misuses.
func misusesIn(v *load.View) (found []Misuse, silenced map[token.Position]bool, warnings []string) {
	silenced = make(map[token.Position]bool)
	comments := suppress.New(suppress.All)
	list, err := candidate.Misuses(v.World.Units, misuse.Options{Target: v.World.Target, Tests: true})
	if err != nil {
		warnings = append(warnings, err.Error())
	}
	for _, f := range list {
		if !comments.At(f.Unit.Fset, f.File, f.Decl, f.Pos) {
			found = append(found, misuseOf(f))
			continue
		}
		for _, d := range suppress.Directives(f.Unit.Fset, f.File) {
			if suppress.Reaches(f.Unit.Fset, f.Decl, d.Comment, f.Pos) || slices.ContainsFunc(d.Funcs, func(fn *ast.FuncDecl) bool { return ast.Decl(fn) == f.Decl }) {
				silenced[f.Unit.Fset.PositionFor(d.Comment.Pos(), false)] = true
			}
		}
	}
	return found, silenced, warnings
}

func misuseOf(f *misuse.Finding) Misuse {
	m := Misuse{
		Pos: f.Unit.Position(f.Pos), End: f.Unit.Position(f.End),
		Package: f.Unit.Pkg.Path(), Func: f.Func, Kind: f.Kind, Message: f.Message,
	}
	if f.Fix != nil {
		m.Fix = f.Fix.New
	}
	for _, r := range f.Related {
		m.Related = append(m.Related, Place{r.Unit.Position(r.Pos), r.Message})
	}
	return m
}
