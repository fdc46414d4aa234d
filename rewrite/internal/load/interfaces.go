package load

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"slices"

	"github.com/closurefix/closurefix/rewrite/callers"
	"golang.org/x/tools/go/packages"
)

// interfaceMethods returns the exported methods of the interfaces in the packages of g and
// in the files present, judging by syntax. An interface matters even if its package does
// not import the one that declares the methods: the operand of a type assertion may come
// from there through other packages.
func interfaceMethods(src *Sources, g graph, present []string) []callers.Method {
	paths := make(map[string]string) // path of the package, by file
	for _, pkgs := range g {
		packages.Visit(pkgs, nil, func(p *packages.Package) {
			if p.Module == nil {
				return // no interface of the standard library has a method that returns a cleanup
			}
			for _, name := range p.GoFiles {
				paths[name] = p.PkgPath
			}
		})
	}
	for _, name := range present { // including files that no configuration builds
		if _, ok := paths[name]; !ok {
			paths[name] = ""
		}
	}
	files := slices.Sorted(maps.Keys(paths))
	found := make([][]callers.Method, len(files))
	look := func(i int, name string, text []byte) {
		if !bytes.Contains(text, []byte("interface")) {
			return
		}
		abridge(text, func(tok token.Token, _ string) bool { return tok == token.INTERFACE })
		f, err := parser.ParseFile(token.NewFileSet(), name, text, parser.SkipObjectResolution)
		if f == nil || err != nil && len(f.Decls) == 0 {
			return
		}
		ast.Inspect(f, func(n ast.Node) bool {
			t, ok := n.(*ast.InterfaceType)
			if !ok {
				return true
			}
			var names []string
			for _, field := range t.Methods.List {
				for _, id := range field.Names {
					if id.IsExported() {
						names = append(names, id.Name)
					}
				}
			}
			for _, field := range t.Methods.List {
				sig, ok := field.Type.(*ast.FuncType)
				if !ok || len(field.Names) == 0 || !field.Names[0].IsExported() {
					continue
				}
				found[i] = append(found[i], callers.Method{
					Pkg: paths[name], Name: field.Names[0].Name, Params: sig.Params.NumFields(), Results: sig.Results.NumFields(), All: names,
				})
			}
			return true
		})
	}
	each(files, func(i int, name string) {
		// A file that is gone has no interface.
		_ = src.With(name, func(text []byte) { look(i, name, text) })
	})
	return slices.Concat(found...)
}
