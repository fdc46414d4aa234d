package load

import (
	"maps"

	"golang.org/x/tools/go/packages"
)

// A briefing says which packages of a scope are loaded in brief at first: those that
// hold no hit, and are there only because they name one. Of their functions, only those
// that do so have bodies.
//
// Generated clients have packages of hundreds of thousands of lines, and each of them
// may call the one function of their library that could be a prepare function. What is
// decided with such packages in brief is that a function stays as it is. A rewrite that
// concerns them is decided again with all of their text: see run.opens.
type briefing struct {
	names map[string]bool // of hits
	pkgs  map[string]bool // by path
}

// briefingOf returns what may be loaded in brief, nil if nothing. Packages that one with
// a hit depends on are not, for decisions look into the functions that it calls.
func briefingOf(g graph, load, hits, names map[string]bool) *briefing {
	whole := make(map[string]bool)
	for _, pkgs := range g {
		seen := make(map[*packages.Package]bool)
		var visit func(p *packages.Package)
		visit = func(p *packages.Package) {
			if seen[p] {
				return
			}
			seen[p] = true
			whole[basePath(p)] = true
			whole[p.PkgPath] = true // compiled once more for a test, it has the path of that
			for _, dep := range p.Imports {
				visit(dep)
			}
		}
		for _, p := range pkgs {
			if hits[basePath(p)] {
				visit(p)
			}
		}
	}
	b := &briefing{names: names, pkgs: maps.Clone(load)}
	maps.DeleteFunc(b.pkgs, func(path string, _ bool) bool { return whole[path] })
	if len(b.pkgs) == 0 {
		return nil
	}
	return b
}

// has reports whether p is loaded in brief.
func (b *briefing) has(p *packages.Package) bool { return b != nil && b.pkgs[basePath(p)] }
