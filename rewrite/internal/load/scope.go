package load

import (
	"context"
	"path/filepath"
	"slices"
	"strings"

	"github.com/closurefix/closurefix/rewrite/callers"
	"golang.org/x/tools/go/packages"
)

// A Scope says which packages of a tree are type-checked, and what is known about the
// others. Survey makes one; Widest and Widen make it larger.
type Scope struct {
	tree    *Tree
	targets map[string]bool // paths of packages whose prepare functions are wanted
	load    []string        // paths of packages to type-check, sorted
	reach   []string        // load, and all that depend on a package with an open hit
	brief   *briefing       // what of load is enough in brief
	files   int             // Go files looked at
	dirs    []string        // of the targets
	tests   int             // hits in test files of packages that are not loaded, which some caller may defer

	// linked holds the symbols that linkname directives name, with the file.
	linked map[string]string

	mentions []string // files of the targets that may hold a directive, sorted

	// lists holds what the go command said about packages and all that they depend
	// on, so that it need not be asked again when they are loaded.
	lists []graph
	alone map[string]bool // configurations whose packages have to be listed once more, by themselves

	mains      []string            // directories of the main modules, known once modules was called
	neighbours []callers.Neighbour // the same, and so is present
	present    []string            // the Go files of the main modules
	unbuilt    []string            // those that no configuration builds, and that mention an open hit
	outside    []string            // those of other modules that import a main one, and that mention an open hit
	asked      []callers.Method    // of interfaces in the main modules, if a hit is a method that other packages can name

	broken  *SourceError // what is wrong with packages that are left out; nil: none are
	unsound []string     // their Go files

	links *links // nil until Obstacle was called
}

// Targets returns how many packages the patterns name.
func (s *Scope) Targets() int { return len(s.targets) }

// Files returns how many Go files of the targets were looked at.
func (s *Scope) Files() int { return s.files }

// Tests returns how many functions of test files look like prepare functions that are
// deferred, in packages that are not loaded since Settings.All is not set.
func (s *Scope) Tests() int { return s.tests }

// Broken returns what is wrong with the packages that LoadSound and Survey left out, or nil.
func (s *Scope) Broken() *SourceError { return s.broken }

// Dirs returns the directories of the targets.
func (s *Scope) Dirs() []string { return s.dirs }

// Mentions returns the files of the targets that hold the word closurefix, sorted.
func (s *Scope) Mentions() []string { return s.mentions }

// Loaded returns how many packages are type-checked.
func (s *Scope) Loaded() int { return len(s.load) }

// Narrow reports whether some packages that a rewrite could concern are not loaded, or
// are loaded in brief.
func (s *Scope) Narrow() bool { return len(s.reach) > len(s.load) || s.brief != nil }

// Widest makes the scope hold all packages that a rewrite could concern, with all of
// their text.
func (s *Scope) Widest() { s.load, s.brief = s.reach, nil }

// Forget frees what the go command said about packages, which only the first loads can
// use.
func (s *Scope) Forget() { s.lists = nil }

// loads reports whether p is a package of the scope, in any variant.
func (s *Scope) loads(p *packages.Package) bool {
	_, found := slices.BinarySearchFunc(s.load, basePath(p), strings.Compare)
	return found
}

// listed returns the packages to type-check from a list that has all of them.
func (s *Scope) listed(config Config) (roots []*packages.Package, ok bool) {
	if s.alone[config.String()] {
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
	s.neighbours, s.present = around(dirs)
	if len(s.lists) > 0 && len(dirs) == 1 && resolved(dirs[0]) == resolved(s.tree.Dir) && slices.Contains(s.tree.Patterns, "./...") {
		return s.lists[0], nil
	}
	var patterns []string
	for _, dir := range dirs {
		patterns = append(patterns, filepath.Join(dir, "..."))
	}
	g, err := s.tree.listings(ctx, patterns)
	if err != nil {
		return nil, err
	}
	s.lists = append(s.lists, g)
	return g, nil
}

// leaveOut notes the files that no configuration builds, and those of other modules, that
// mention one of names.
func (s *Scope) leaveOut(g graph, names map[string]bool) {
	built := make(map[string]bool)
	for _, pkgs := range g {
		flawed := len(problemsOf("", pkgs)) > 0
		for _, p := range pkgs {
			if flawed && elsewhere(p) { // load leaves it out
				continue
			}
			for _, name := range p.GoFiles {
				built[name] = true
			}
		}
	}
	note := func(list *[]string, name string) {
		if slices.Contains(*list, name) {
			return
		}
		if text, err := s.tree.Source.Peek(name); err == nil && mentions(text, names) {
			*list = append(*list, name)
		}
	}
	for _, name := range s.present {
		if !built[name] {
			note(&s.unbuilt, name)
		}
	}
	for _, name := range g.importers() {
		note(&s.outside, name)
	}
}
