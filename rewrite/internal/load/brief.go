package load

import (
	"maps"

	"golang.org/x/tools/go/packages"
)

// A briefing says which packages of a scope are loaded in brief at first: those without
// a hit, which are there only because they name one. Of their functions, only those that
// do so have bodies.
//
// Generated clients have packages of hundreds of thousands of lines, and each of them
// may call the one function of their library that could be a prepare function. What is
// decided with such packages in brief is that a function stays as it is. A rewrite that
// concerns them is decided again with all of their text: see Scope.Widest.
type briefing struct {
	names map[string]bool // of hits
	pkgs  map[string]bool // by path
}

// briefingOf returns what may be loaded in brief of the packages load, nil if nothing.
// Those with hits are not: decisions look into all functions of a hit's package.
func briefingOf(load, hits, names map[string]bool) *briefing {
	b := &briefing{names: names, pkgs: maps.Clone(load)}
	maps.DeleteFunc(b.pkgs, func(path string, _ bool) bool { return hits[path] })
	if len(b.pkgs) == 0 {
		return nil
	}
	return b
}

// has reports whether p is loaded in brief.
func (b *briefing) has(p *packages.Package) bool { return b != nil && b.pkgs[basePath(p)] }
