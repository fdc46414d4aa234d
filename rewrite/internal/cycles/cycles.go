package cycles

import (
	"errors"
	"go/types"
	"maps"
	"slices"
	"strings"

	"golang.org/x/tools/go/packages"
)

// cycles returns the cycles of at least two files in the packages that the patterns match.
// Patterns are relative to dir. The cycles are ordered by package and then by length, the
// longest first.
func cycles(dir string, patterns []string) ([]cycle, error) {
	pkgs, err := packages.Load(&packages.Config{
		Dir:  dir,
		Mode: packages.NeedName | packages.NeedFiles | packages.NeedSyntax | packages.NeedTypes | packages.NeedTypesInfo | packages.NeedImports | packages.NeedDeps,
	}, patterns...)
	if err != nil {
		return nil, err
	}
	var all []cycle
	for _, p := range pkgs {
		if len(p.Errors) > 0 {
			return nil, errors.New(p.Errors[0].Error())
		}
		all = append(all, cyclesOf(p)...)
	}
	return all, nil
}

// A graph maps each file to the files that it uses, and these to the names that it uses.
type graph map[string]map[string]map[string]bool

// cyclesOf returns the cycles of one package.
func cyclesOf(p *packages.Package) []cycle {
	g := usesOf(p)
	var found []cycle
	for _, files := range components(g) {
		c := cycle{pkg: p.PkgPath, files: files}
		for _, from := range files {
			for _, to := range files {
				if names := g[from][to]; len(names) > 0 {
					c.uses = append(c.uses, use{from, to, slices.Sorted(maps.Keys(names))})
				}
			}
		}
		found = append(found, c)
	}
	slices.SortStableFunc(found, func(a, b cycle) int { return len(b.files) - len(a.files) })
	return found
}

// usesOf returns the graph of a package.
func usesOf(p *packages.Package) graph {
	g := make(graph)
	for id, obj := range p.TypesInfo.Uses {
		obj = origin(obj)
		if obj.Pkg() != p.Types || local(obj) {
			continue
		}
		from, to := base(p.Fset.Position(id.Pos()).Filename), base(p.Fset.Position(obj.Pos()).Filename)
		if from == to {
			continue
		}
		if g[from] == nil {
			g[from] = make(map[string]map[string]bool)
		}
		if g[from][to] == nil {
			g[from][to] = make(map[string]bool)
		}
		g[from][to][obj.Name()] = true
	}
	return g
}

// origin returns the generic object that obj is an instance of, or obj.
func origin(obj types.Object) types.Object {
	switch obj := obj.(type) {
	case *types.Func:
		return obj.Origin()
	case *types.Var:
		return obj.Origin()
	}
	return obj
}

// local reports whether an object belongs to a file or a function rather than to the
// package: an import, a parameter, a local variable. Fields and methods belong to the
// package.
func local(obj types.Object) bool {
	switch obj := obj.(type) {
	case *types.PkgName, *types.Label:
		return true
	case *types.Var:
		return !obj.IsField() && obj.Parent() != obj.Pkg().Scope()
	}
	return obj.Parent() != nil && obj.Parent() != obj.Pkg().Scope()
}

// components returns the sets of at least two files that use each other, directly or
// through others of the set. Each set is sorted. The sets are ordered by their first
// files.
func components(g graph) [][]string {
	reach := make(map[string]map[string]bool)
	for from := range g {
		reach[from] = make(map[string]bool)
		var visit func(file string)
		visit = func(file string) {
			for to := range g[file] {
				if !reach[from][to] {
					reach[from][to] = true
					visit(to)
				}
			}
		}
		visit(from)
	}
	var sets [][]string
	done := make(map[string]bool)
	for _, from := range slices.Sorted(maps.Keys(reach)) {
		if done[from] || !reach[from][from] {
			continue
		}
		var set []string
		for to := range reach[from] {
			if reach[to][from] {
				set = append(set, to)
				done[to] = true
			}
		}
		slices.SortFunc(set, strings.Compare)
		sets = append(sets, set)
	}
	return sets
}
