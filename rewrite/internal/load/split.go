package load

import (
	"errors"
	"os"
	"slices"
	"strings"

	"golang.org/x/tools/go/packages"
)

// enough is the size in bytes of the files of a part from which on Split begins another.
// Small parts would cost time, since each type-checks its dependencies anew.
const enough = 512 << 10

// ErrWhole says that a part of a scope cannot be examined without the others.
var ErrWhole = errors.New("packages outside of the part matter")

// Split divides the scope into parts that can be loaded, decided on and rewritten one
// after the other, so that the syntax and types of only one are in memory. No package of a
// part depends on one of another. If the scope cannot be divided, it is the only part.
//
// EachSound fails for a part with errors, and Widen returns ErrWhole if packages outside
// of the part matter. Since both can concern other parts, the run must start again with
// the whole scope.
func (s *Scope) Split() []*Scope {
	whole := []*Scope{s}
	if s.broken != nil {
		return whole
	}
	first := s.related()
	sizes := make(map[string]int) // of the packages that are related, by the first of them
	for path, size := range s.sizes() {
		sizes[first(path)] += size
	}
	number := make(map[string]int) // of the part
	last, size := 0, 0
	for _, path := range s.load {
		path = first(path)
		if _, known := number[path]; known {
			continue
		}
		if size >= enough || size > 0 && s.tree.Testing.Apart {
			last, size = last+1, 0
		}
		number[path] = last
		size += sizes[path]
	}
	if last == 0 {
		return whole
	}
	parts := make([]*Scope, last+1)
	for i := range parts {
		elsewhere := func(path string) bool { return number[first(path)] != i }
		part := *s
		part.whole = s
		part.load = slices.DeleteFunc(slices.Clone(s.load), elsewhere)
		part.reach = slices.DeleteFunc(slices.Clone(s.reach), elsewhere)
		if s.abridged != nil && !slices.ContainsFunc(part.load, func(path string) bool { return s.abridged.pkgs[path] }) {
			part.abridged = nil
		}
		parts[i] = &part
	}
	return parts
}

// related returns a function that returns the same path for packages that depend on each
// other, directly or through others.
func (s *Scope) related() (first func(path string) string) {
	to := make(map[string]string)
	first = func(path string) string {
		for to[path] != "" {
			path = to[path]
		}
		return path
	}
	reach := make(map[string]bool)
	for _, path := range s.reach {
		reach[path] = true
	}
	none := make(map[*packages.Package]bool) // those that depend on no package of reach
	var join func(p *packages.Package, path string, seen map[*packages.Package]bool) bool
	join = func(p *packages.Package, path string, seen map[*packages.Package]bool) bool {
		if none[p] || seen[p] {
			return !none[p]
		}
		seen[p] = true
		found := false
		for _, q := range p.Imports {
			if dep := testedPath(q); reach[dep] {
				found = true
				if a, b := first(path), first(dep); a != b {
					to[max(a, b)] = min(a, b)
				}
			} else if join(q, path, seen) {
				found = true
			}
		}
		none[p] = !found
		return found
	}
	for _, g := range s.lists {
		for _, pkgs := range g {
			packages.Visit(pkgs, nil, func(p *packages.Package) {
				if path := testedPath(p); reach[path] {
					join(p, path, make(map[*packages.Package]bool))
				}
			})
		}
	}
	return first
}

// testedPath returns the path of a package, or the path that an external test package
// tests. A package that is compiled once more for the test of another one has its own path.
func testedPath(p *packages.Package) string {
	if strings.TrimSuffix(p.PkgPath, "_test") == p.ForTest {
		return p.ForTest
	}
	return p.PkgPath
}

// sizes returns the sizes of the packages to load, in bytes.
func (s *Scope) sizes() map[string]int {
	sizes := make(map[string]int)
	seen := make(map[string]bool) // files
	for _, g := range s.lists {
		for _, pkgs := range g {
			for _, p := range pkgs {
				if !s.loads(p) {
					continue
				}
				for _, name := range p.GoFiles {
					if info, err := os.Stat(name); err == nil && !seen[name] {
						seen[name] = true
						sizes[basePath(p)] += int(info.Size())
					}
				}
			}
		}
	}
	return sizes
}
