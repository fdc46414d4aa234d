package load

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"golang.org/x/tools/go/packages"
)

// A paths decides whether the package of a file may depend on another package, for packages
// that are not type-checked. It is small, and is kept after the listings are freed.
type paths struct {
	src     *Sources
	imports map[string][]string // of listed packages that depend on a main module, by path
	others  map[string]bool     // listed packages that do not
	dirs    map[string]string   // paths of packages of the main modules, by directory

	mu      sync.Mutex
	ofDir   map[string][]string        // what the Go files of a directory import; "" is anything
	reaches map[string]map[string]bool // whether a package depends on another, by the path of that
}

// pathsOf returns the paths of the packages of a listing.
func pathsOf(src *Sources, g graph) *paths {
	ps := &paths{
		src: src, imports: make(map[string][]string), others: make(map[string]bool), dirs: make(map[string]string),
		ofDir: make(map[string][]string), reaches: make(map[string]map[string]bool),
	}
	for _, pkgs := range g {
		packages.Visit(pkgs, nil, func(p *packages.Package) { // after its imports
			if p.ForTest != "" || isTestMain(p) {
				return // nobody imports what only tests import
			}
			path := p.PkgPath
			var near []string
			for _, q := range p.Imports {
				if to := basePath(q); mainPackage(q) || ps.imports[to] != nil {
					near = append(near, to)
				}
			}
			switch {
			case mainPackage(p):
				ps.dirs[p.Dir] = path
				ps.imports[path] = append(ps.imports[path], near...)
				if ps.imports[path] == nil {
					ps.imports[path] = []string{}
				}
			case len(near) > 0:
				ps.imports[path] = append(ps.imports[path], near...)
			default:
				ps.others[path] = true
			}
		})
	}
	return ps
}

// depend reports whether the package of a file may depend on another package. It returns
// true for packages that were not listed: those that no configuration builds, and those of a
// module with the same owner, which may require a main module in turn.
func (ps *paths) depend(file, on string) bool {
	ps.mu.Lock()
	defer ps.mu.Unlock()
	dir := filepath.Dir(file)
	if ps.dirs[dir] == on {
		return true
	}
	known := ps.reaches[on]
	if known == nil {
		known = make(map[string]bool)
		ps.reaches[on] = known
	}
	return slices.ContainsFunc(ps.importsIn(dir), func(path string) bool { return ps.reach(known, path, on) })
}

// reach reports whether a package depends on another, or is it.
func (ps *paths) reach(known map[string]bool, path, on string) bool {
	if path == on || path == "" {
		return true
	}
	if yes, ok := known[path]; ok {
		return yes
	}
	imports, listed := ps.imports[path]
	if !listed {
		return !ps.others[path] && owner(path) == owner(on)
	}
	known[path] = false // also ends a cycle, which is an error elsewhere
	known[path] = slices.ContainsFunc(imports, func(to string) bool { return ps.reach(known, to, on) })
	return known[path]
}

// owner returns the first two elements of a path, or the first if there is one only.
func owner(path string) string {
	host, rest, _ := strings.Cut(path, "/")
	name, _, _ := strings.Cut(rest, "/")
	return host + "/" + name
}

// importsIn returns the paths that the Go files of a directory import, in any configuration.
func (ps *paths) importsIn(dir string) []string {
	if list, ok := ps.ofDir[dir]; ok {
		return list
	}
	var list []string
	entries, _ := os.ReadDir(dir) // a directory that is gone has no callers
	for _, e := range entries {
		if !e.IsDir() && goFile(e.Name()) {
			list = append(list, importsOf(ps.src, filepath.Join(dir, e.Name()))...)
		}
	}
	ps.ofDir[dir] = list
	return list
}
