package load

import (
	"context"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"maps"
	"slices"
	"strings"

	"github.com/closurefix/closurefix/rewrite/flow"
	"github.com/closurefix/closurefix/rewrite/pattern"
)

// Widen extends the scope to the packages that may call a function that is a prepare function
// in the version after but not in the version before. views are the views of the version after.
// Widen reports whether there are packages to be loaded.
//
// A function that returns the cleanup of another function returns a literal once that one
// is rewritten:
//
//	func Begin(n int) func() {
//		done := prepare(n)       // prepare(n)
//		return done              // return func() { finish(n) }
//	}
//
// If Begin is exported, its callers may be anywhere, and they were not looked for before.
func (s *Scope) Widen(ctx context.Context, views []*View, before, after Overlay) (bool, error) {
	// viaInterface is set if only calls through an interface can reach one of the functions from
	// other packages.
	viaInterface := false
	open, names := make(map[string]bool), make(map[string]bool) // paths, and functions
	for name := range before.differs(after) {
		old, ok := before[name]
		if !ok {
			var err error
			if old, err = s.tree.Source.Read(name); err != nil {
				return false, err
			}
		}
		known := make(map[string]bool)
		for _, fn := range mayPrepare(name, old) {
			known[fn] = true
		}
		u := unitOf(views, name)
		for _, fn := range mayPrepare(name, after[name]) {
			switch {
			case known[fn]:
			case u != nil && u.Pkg.Name() == "main" || strings.HasSuffix(name, "_test.go"):
				viaInterface = true
			case s.tree.Exported || u != nil && flow.Internal(u.Pkg.Path()):
				if u != nil {
					open[u.Pkg.Path()] = true
				}
				names[fn[strings.LastIndex(fn, ".")+1:]] = true
			}
		}
	}
	if len(open) == 0 && !viaInterface {
		return false, nil
	}
	g, err := s.modules(ctx)
	if err != nil {
		return false, err
	}
	s.methods = true
	s.interfaceMethods = interfaceMethods(s.tree.Source, g, s.near.files)
	s.embeds = s.newEmbedding(g)
	s.leaveOut(g, names)
	load := make(map[string]bool)
	for _, path := range s.reach {
		load[path] = true
	}
	for _, p := range g.reach(open) {
		load[basePath(p)] = true
	}
	if len(open) == 0 || len(load) == len(s.load) && s.abridged == nil {
		for _, v := range views {
			s.recordCallers(v)
		}
		return false, nil
	}
	if s.whole != nil && len(load) > len(s.reach) {
		return false, ErrWhole
	}
	s.load = slices.Sorted(maps.Keys(load))
	s.reach, s.abridged = s.load, nil
	return true, nil
}

// mayPrepare returns the names of exported functions in a file that may return a literal.
// It returns none for a file that does not parse, which the run has not written.
func mayPrepare(name string, text []byte) []string {
	f, err := parser.ParseFile(token.NewFileSet(), name, text, parser.SkipObjectResolution)
	if err != nil {
		return nil
	}
	var names []string
	for _, fn := range pattern.May(f) {
		if ast.IsExported(fn.Name.Name) {
			name := fn.Name.Name
			if fn.Recv != nil {
				name = types.ExprString(fn.Recv.List[0].Type) + "." + name
			}
			names = append(names, name)
		}
	}
	return names
}

// unitOf returns the unit of a file in the first view that has one, or nil.
func unitOf(views []*View, name string) *pattern.Unit {
	for _, v := range views {
		if u := v.Unit[name]; u != nil {
			return u
		}
	}
	return nil
}
