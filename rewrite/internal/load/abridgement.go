package load

import (
	"maps"

	"golang.org/x/tools/go/packages"
)

// An abridgement says which packages of a scope are abridged at first. These packages have
// no hit and are loaded only because they mention one. In them, only functions that mention
// a hit keep their bodies.
//
// Generated clients have packages of hundreds of thousands of lines, each of which may
// call the one function in their library that could be a prepare function. A refusal is
// final if it was decided with abridged packages. A rewrite that affects them is decided
// again with these packages loaded fully: see Scope.Widest.
type abridgement struct {
	names map[string]bool // names of hits
	pkgs  map[string]bool // abridged packages, by path
}

// abridgementOf returns the packages of load that may be abridged, or nil if there are none.
// Packages with hits may not: decisions need all functions of a hit's package.
func abridgementOf(load, hits, names map[string]bool) *abridgement {
	b := &abridgement{names: names, pkgs: maps.Clone(load)}
	maps.DeleteFunc(b.pkgs, func(path string, _ bool) bool { return hits[path] })
	if len(b.pkgs) == 0 {
		return nil
	}
	return b
}

// has reports whether p is abridged.
func (b *abridgement) has(p *packages.Package) bool { return b != nil && b.pkgs[basePath(p)] }
