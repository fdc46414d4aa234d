package misuse

import (
	"cmp"
	"go/ast"
	"go/token"
	"slices"
	"strings"

	"github.com/closurefix/closurefix/rewrite/flow"
	"github.com/closurefix/closurefix/rewrite/pattern"
)

// A Kind is a kind of bug. Its string is the category of the diagnostic.
type Kind string

const (
	EagerArgument Kind = "eager-argument" // an error is evaluated at the defer, where it is nil
	NilCleanup    Kind = "nil-cleanup"    // the cleanup is called where it may be nil
)

// A Finding is one bug in the source.
type Finding struct {
	Kind    Kind
	Unit    *pattern.Unit
	File    *ast.File
	Decl    ast.Decl // the top-level declaration around it
	Pos     token.Pos
	End     token.Pos
	Func    string // the declared function around it, as in "(*DB).Begin"; "" for a variable's initializer
	Message string // one sentence without a full stop
	Related []Related
	Fix     *Fix // nil if none is offered
}

// A Related is a place that explains a finding. It may be in another unit.
type Related struct {
	Unit    *pattern.Unit
	Pos     token.Pos
	End     token.Pos
	Message string
}

// A Fix is a suggested change of one statement. It changes what the program does, and is
// applied only on request.
type Fix struct {
	Message  string
	Pos, End token.Pos
	New      string
}

// Options selects the files whose findings are reported.
type Options struct {
	// Target reports whether findings in a unit are reported. A nil Target means that all
	// are.
	Target func(*pattern.Unit) bool

	// Tests includes findings in test files.
	Tests bool
}

// Find returns the bugs in the units of one build configuration, sorted by position. It
// knows the functions that return cleanups if they are in one of the units; eager
// arguments are found without that.
func Find(units []*pattern.Unit, o Options) []*Finding {
	var found []*Finding
	s := &search{units: units, prepares: make(map[pattern.Key][]*pattern.Prepare)}
	s.index()
	for _, u := range units {
		if o.Target != nil && !o.Target(u) {
			continue
		}
		for _, file := range u.Files {
			if !o.Tests && strings.HasSuffix(u.Filename(file.Package), "_test.go") || flow.Generated(file) && !flow.Translated(file) {
				continue
			}
			for _, d := range file.Decls {
				if holdsDefer(d) {
					found = append(found, s.eager(u, file, d)...)
				}
			}
		}
		for _, f := range s.nilCleanups(u) {
			if o.Tests || !strings.HasSuffix(u.Filename(f.File.Package), "_test.go") {
				found = append(found, f)
			}
		}
	}
	slices.SortStableFunc(found, func(a, b *Finding) int {
		p, q := a.Unit.Fset.PositionFor(a.Pos, false), b.Unit.Fset.PositionFor(b.Pos, false)
		return cmp.Or(cmp.Compare(p.Filename, q.Filename), p.Offset-q.Offset)
	})
	return found
}

// A search holds the units and the functions in them that return a cleanup.
type search struct {
	units    []*pattern.Unit
	prepares map[pattern.Key][]*pattern.Prepare // one for each result that may be a cleanup
}

// index finds the functions that return a cleanup.
func (s *search) index() {
	for _, u := range s.units {
		for _, p := range pattern.Find(u) {
			s.prepares[p.Key] = append([]*pattern.Prepare{p}, p.Others...)
		}
	}
}

// holdsDefer reports whether a declaration contains a defer statement.
func holdsDefer(d ast.Decl) bool {
	for n := range ast.Preorder(d) {
		if _, ok := n.(*ast.DeferStmt); ok {
			return true
		}
	}
	return false
}

// nameOf returns the name of the function that d declares, or "".
func nameOf(u *pattern.Unit, d ast.Decl) string {
	fn, ok := d.(*ast.FuncDecl)
	if !ok {
		return ""
	}
	if f := funcOf(u.Info, fn.Name); f != nil {
		return pattern.KeyOf(f).String()
	}
	return fn.Name.Name
}

// finding returns a finding at a node, without a message.
func finding(kind Kind, facts *flow.Facts, at ast.Node) *Finding {
	return &Finding{
		Kind: kind, Unit: facts.Unit, File: facts.File, Decl: facts.Decl,
		Pos: at.Pos(), End: at.End(), Func: nameOf(facts.Unit, facts.Decl),
	}
}
