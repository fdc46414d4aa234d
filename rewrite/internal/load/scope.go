package load

import (
	"context"
	"path/filepath"
	"slices"
	"strings"

	"github.com/closurefix/closurefix/rewrite/callers"
	"golang.org/x/tools/go/packages"
)

// A Scope says which packages of a tree are type-checked and what is known about the
// others. Survey makes a scope. Widest and Widen enlarge it.
type Scope struct {
	tree     *Tree
	targets  map[string]bool // paths of packages that the patterns match
	load     []string        // paths of packages to type-check, sorted
	reach    []string        // load, and all packages that depend on one with an open hit
	abridged *abridgement    // packages of load that are abridged
	files    int             // number of scanned Go files
	dirs     []string        // directories of the targets
	tests    int             // number of hits in test files of packages that are not loaded, which some caller may defer

	// linked maps the symbols in linkname directives to the file.
	linked map[string]string

	mentions []string // files of the targets that may contain a directive, sorted

	// lists has the packages that the go command has listed, with their dependencies,
	// so that they need not be listed again to be loaded.
	lists    []graph
	unshared map[string]bool // configurations that cannot use the shared listing

	mains            []string         // directories of the main modules, once modules was called
	near             *neighbourhood   // what is below mains, once modules was called
	unbuilt          []string         // files of near that no configuration builds and that mention an open hit
	skipped          []string         // files of near that "..." skips, that import a package of a main module and mention an open hit
	outside          []string         // files of other modules that import a main one and mention an open hit
	interfaceMethods []callers.Method // methods of interfaces in the main modules, if a hit is a method that other packages can name

	methods bool       // a hit is such a method
	embeds  *embedding // nil if it is not known which types structs embed

	broken  *SourceError // errors of packages that are left out, or nil
	unsound []string     // the Go files of these packages

	whole *Scope // the scope of which this one is a part, or nil
	links *links // nil until Obstacle was called
	paths *paths // of the packages of the main modules, once modules was called
}

// Short returns the name of a file as messages show it.
func (s *Scope) Short(name string) string { return s.tree.Short(name) }

// Targets returns the number of packages that the patterns match.
func (s *Scope) Targets() int { return len(s.targets) }

// Files returns the number of scanned Go files.
func (s *Scope) Files() int { return s.files }

// Tests returns the number of functions in test files that look like prepare functions
// with a deferred cleanup, in packages that are not loaded because Settings.Tests is not
// set.
func (s *Scope) Tests() int { return s.tests }

// Broken returns the errors of the packages that Survey and EachSound left out, or nil.
func (s *Scope) Broken() *SourceError { return s.broken }

// Dirs returns the directories of the packages that the patterns match.
func (s *Scope) Dirs() []string { return s.dirs }

// Mentions returns the files of these packages that contain the word closurefix, sorted.
func (s *Scope) Mentions() []string { return s.mentions }

// Loaded returns the number of packages to type-check.
func (s *Scope) Loaded() int { return len(s.load) }

// Narrow reports whether some packages that a rewrite could affect are not loaded or are
// abridged.
func (s *Scope) Narrow() bool { return len(s.reach) > len(s.load) || s.abridged != nil }

// Widest extends the scope to all packages that a rewrite could affect, loaded fully.
func (s *Scope) Widest() { s.load, s.abridged = s.reach, nil }

// Forget frees the listings, which only the first loads can use.
func (s *Scope) Forget() { s.lists = nil }

// loads reports whether p is a package of the scope, in any variant.
func (s *Scope) loads(p *packages.Package) bool {
	_, found := slices.BinarySearchFunc(s.load, basePath(p), strings.Compare)
	return found
}

// listed returns the packages to type-check from an earlier listing that has all of them.
func (s *Scope) listed(config Config) (roots []*packages.Package, ok bool) {
	if s.unshared[config.String()] {
		return nil, false
	}
	for _, g := range s.lists {
		missing := make(map[string]bool)
		for _, path := range s.load {
			missing[path] = true
		}
		roots = nil
		for _, p := range g[config.String()] {
			if s.loads(p) {
				roots = append(roots, p)
				delete(missing, basePath(p))
			}
		}
		if len(missing) == 0 {
			return roots, true
		}
	}
	return nil, false
}

// modules lists the packages of the main modules.
func (s *Scope) modules(ctx context.Context) (graph, error) {
	s.tree.Status("looking for callers in other packages")
	dirs, err := s.tree.mainModules(ctx)
	if err != nil {
		return nil, err
	}
	s.mains = dirs
	s.near = around(dirs)
	if len(s.lists) > 0 && len(dirs) == 1 && resolved(dirs[0]) == resolved(s.tree.Dir) && slices.Contains(s.tree.Patterns, "./...") {
		s.paths = pathsOf(s.tree.Source, s.lists[0])
		return s.lists[0], nil
	}
	var patterns []string
	for _, p := range s.tree.Patterns {
		if slices.ContainsFunc(strings.Split(filepath.ToSlash(p), "/"), skipped) {
			patterns = append(patterns, p)
		}
	}
	for _, dir := range dirs {
		patterns = append(patterns, filepath.Join(dir, "..."))
	}
	g, err := s.tree.listings(ctx, patterns)
	if err != nil {
		return nil, err
	}
	s.lists = append(s.lists, g)
	s.paths = pathsOf(s.tree.Source, g)
	return g, nil
}

// leaveOut records the files that mention one of the names and are not loaded: files that
// no configuration builds, files in directories that "..." skips, and files of other
// modules.
func (s *Scope) leaveOut(g graph, names map[string]bool) {
	built := make(map[string]bool)
	for _, pkgs := range g {
		flawed := len(problemsOf("", pkgs)) > 0
		for _, p := range pkgs {
			if flawed && dependsOnExcluded(p) { // not loaded
				continue
			}
			for _, name := range p.GoFiles {
				built[name] = true
			}
		}
	}
	named := func(name string) bool {
		text, err := s.tree.Source.Peek(name)
		return err == nil && mentions(text, names)
	}
	note := func(list *[]string, name string) {
		if !slices.Contains(*list, name) && named(name) {
			*list = append(*list, name)
		}
	}
	for _, name := range s.near.files {
		if !built[name] {
			note(&s.unbuilt, name)
		}
	}
	for _, pkgs := range g { // a test may import a package below testdata
		packages.Visit(pkgs, nil, func(p *packages.Package) {
			for _, name := range p.GoFiles {
				built[name] = true
			}
		})
	}
	mains := g.mainPaths()
	for _, name := range s.near.skipped {
		if !built[name] && named(name) && importsBelow(s.tree.Source, name, mains) {
			note(&s.skipped, name)
		}
	}
	for _, name := range g.importers() {
		note(&s.outside, name)
	}
}
