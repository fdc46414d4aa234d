package rewrite

import (
	"context"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"maps"
	"slices"
	"strings"

	"github.com/closurefix/closurefix/rewrite/pattern"
)

// widen brings into sight who may call a function that has become a prepare function.
//
// One that hands on the cleanup of another returns a literal once that is rewritten:
//
//	func Begin(n int) func() {
//		done := prepare(n)       // prepare(n)
//		return done              // return func() { finish(n) }
//	}
//
// Nothing has looked for callers of Begin so far, which may be anywhere if it is
// exported. before is the text that the last round started from.
func (r *run) widen(ctx context.Context, before overlay) error {
	asked := false
	open, names := make(map[string]bool), make(map[string]bool) // paths, and functions
	for name := range before.differs(r.over) {
		old, ok := before[name]
		if !ok {
			var err error
			if old, err = r.src.read(name); err != nil {
				return err
			}
		}
		known := make(map[string]bool)
		for _, fn := range mayPrepare(name, old) {
			known[fn] = true
		}
		path := r.pathOf(name)
		for _, fn := range mayPrepare(name, r.over[name]) {
			switch {
			case known[fn]:
			case r.main(name) || strings.HasSuffix(name, "_test.go"):
				asked = true // by an interface of another package
			case r.Exported || internal(path):
				open[path], names[fn[strings.LastIndex(fn, ".")+1:]] = true, true
			}
		}
	}
	if len(open) == 0 && !asked {
		return nil
	}
	g, err := r.scope.modules(ctx, r.Options, r.src)
	if err != nil {
		return err
	}
	r.scope.asked = interfaceMethods(r.src, g, r.scope.present)
	r.scope.leaveOut(r.src, g, names)
	load := make(map[string]bool)
	for _, path := range r.scope.reach {
		load[path] = true
	}
	for _, p := range g.reach(open) {
		load[basePath(p)] = true
	}
	if len(open) == 0 || len(load) == len(r.scope.load) && r.scope.brief == nil {
		for _, v := range r.views {
			v.world.Asked, v.world.Unbuilt, v.world.Outside = r.scope.asked, r.scope.unbuilt, r.scope.outside
		}
		return nil
	}
	r.scope.load = slices.Sorted(maps.Keys(load))
	r.scope.reach, r.scope.brief = r.scope.load, nil
	if r.views, err = r.load(ctx, r.over); err != nil {
		return err
	}
	r.noteDeclared()
	return nil
}

// mayPrepare returns the names of the functions in a file that may hand out a literal,
// and that other packages may call. A file that does not parse has none: it is not one
// that the run has written.
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

// main reports whether a file belongs to a main package.
func (r *run) main(name string) bool {
	return slices.ContainsFunc(r.views, func(v *view) bool {
		u := v.unit[name]
		return u != nil && u.Pkg.Name() == "main"
	})
}

// pathOf returns the path of the package that a file belongs to.
func (r *run) pathOf(name string) string {
	for _, v := range r.views {
		if u := v.unit[name]; u != nil {
			return u.Pkg.Path()
		}
	}
	return ""
}
