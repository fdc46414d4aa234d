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

// An Opening has functions whose callers were not looked for in other packages.
type Opening struct {
	paths map[string]bool // of packages with functions that other packages may call
	names map[string]bool // of these functions

	// If paths is empty, only calls through an interface can reach the functions from other
	// packages.
}

// Opens returns the functions that are prepare functions in the version after but not in the
// version before, and that other packages may call. It returns nil if there are none.
// packageOf returns the path and the name of the package of a file, "" if it is not loaded.
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
func (s *Scope) Opens(before, after Overlay, packageOf func(file string) (path, name string)) (*Opening, error) {
	viaInterface := false
	o := &Opening{make(map[string]bool), make(map[string]bool)}
	for name := range before.differs(after) {
		old, ok := before[name]
		if !ok {
			var err error
			if old, err = s.tree.Source.Read(name); err != nil {
				return nil, err
			}
		}
		known := make(map[string]bool)
		for _, fn := range mayPrepare(name, old) {
			known[fn] = true
		}
		path, pkg := packageOf(name)
		for _, fn := range mayPrepare(name, after[name]) {
			switch {
			case known[fn]:
			case pkg == "main" || strings.HasSuffix(name, "_test.go"):
				viaInterface = true
			case s.tree.Exported || flow.Internal(path):
				if path != "" {
					o.paths[path] = true
				}
				o.names[fn[strings.LastIndex(fn, ".")+1:]] = true
			}
		}
	}
	if len(o.paths) == 0 && !viaInterface {
		return nil, nil
	}
	return o, nil
}

// Widen extends the scope to the packages that may call the functions. It reports whether there
// are packages to be loaded. Otherwise it records in views what it has learned about callers.
func (s *Scope) Widen(ctx context.Context, o *Opening, views []*View) (bool, error) {
	g, err := s.modules(ctx)
	if err != nil {
		return false, err
	}
	s.methods = true
	s.interfaceMethods = interfaceMethods(s.tree.Source, g, s.near.files)
	s.embeds = s.newEmbedding(g)
	s.leaveOut(g, o.names)
	load := make(map[string]bool)
	for _, path := range s.reach {
		load[path] = true
	}
	for _, p := range g.reach(o.paths) {
		load[basePath(p)] = true
	}
	if len(o.paths) == 0 || len(load) == len(s.load) && s.abridged == nil {
		for _, v := range views {
			if v != nil {
				s.recordCallers(v)
			}
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
