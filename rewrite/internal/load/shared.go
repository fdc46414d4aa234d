package load

import (
	"bytes"
	"context"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/tools/go/packages"
)

// A shared is the listing of the first configuration. The other configurations use most of
// it.
type shared struct {
	tree        *Tree
	dirs        []string // directories of the patterns
	roots       []*packages.Package
	nodes       map[string]*packages.Package // roots and their dependencies, by ID
	constrained map[string]bool              // directories with a file for some systems only
}

// newShared returns the listing that other configurations can share. roots are the
// packages that the patterns match in the first configuration. It returns nil if sharing
// is not known to be right: if a pattern does not match all packages below a directory, a
// go.mod file ignores directories, another module may import a main one in some
// configurations, or the main module is the standard library.
func newShared(ctx context.Context, t *Tree, patterns []string, roots []*packages.Package) (*shared, error) {
	var dirs []string
	for _, p := range patterns {
		dir, ok := strings.CutSuffix(p, "/...")
		if !ok || dir != "." && !filepath.IsAbs(dir) {
			return nil, nil
		}
		if dir == "." {
			dir = t.Dir
		}
		dirs = append(dirs, dir)
	}
	if t.standard || len(t.systems) == 0 {
		return nil, nil
	}
	mains, err := t.mainModules(ctx)
	if err != nil {
		return nil, ctx.Err() // there may be no module
	}
	for _, dir := range mains {
		text, err := readSource(filepath.Join(dir, "go.mod"))
		if err != nil || bytes.Contains(text, []byte("ignore")) {
			return nil, nil
		}
	}
	s := &shared{tree: t, dirs: dirs, roots: roots, nodes: make(map[string]*packages.Package), constrained: make(map[string]bool)}
	files := make(map[string]bool)
	packages.Visit(roots, nil, func(p *packages.Package) {
		s.nodes[p.ID] = p
		if mainPackage(p) {
			for _, name := range filesOf(p) {
				files[name] = true
			}
		}
	})
	if s.entangled() {
		return nil, nil
	}
	// Add directories in which this configuration builds no file.
	inside := make(map[string]bool) // directories
	for _, name := range around(mains).files {
		dir := filepath.Dir(name)
		if _, ok := inside[dir]; !ok {
			inside[dir] = s.below(dir)
		}
		if inside[dir] {
			files[name] = true
		}
	}
	names := slices.Sorted(maps.Keys(files))
	constrained := make([]bool, len(names))
	each(names, func(i int, name string) { constrained[i] = t.constrained(name) })
	for i, name := range names {
		if constrained[i] {
			s.constrained[filepath.Dir(name)] = true
		}
	}
	return s, nil
}

// entangled reports whether another module imports a main one, or may do so in some
// configurations.
func (s *shared) entangled() bool {
	mains := make(map[string]bool)
	for _, p := range s.nodes {
		if mainPackage(p) {
			mains[p.Module.Path] = true
		}
	}
	requires := make(map[string]bool) // go.mod files that mention a main module
	for _, p := range s.nodes {
		if mainPackage(p) {
			continue
		}
		for _, q := range p.Imports {
			if mainPackage(q) {
				return true
			}
		}
		if p.Module == nil {
			continue // a package of the standard library
		}
		file := p.Module.GoMod
		if _, ok := requires[file]; !ok {
			text, err := s.tree.Source.Peek(file)
			requires[file] = err != nil
			for path := range mains {
				requires[file] = requires[file] || bytes.Contains(text, []byte(path))
			}
		}
		if requires[file] && slices.ContainsFunc(filesOf(p), func(name string) bool { return s.tree.constrained(name) }) {
			return true
		}
	}
	return false
}

// below reports whether a directory is below one of the patterns.
func (s *shared) below(name string) bool {
	return slices.ContainsFunc(s.dirs, func(dir string) bool { return below(dir, name) })
}

// list returns the packages that the patterns match in another configuration, or nil if
// they must be listed by the go command.
func (s *shared) list(ctx context.Context, config Config) ([]*packages.Package, error) {
	if !slices.Equal(config.Tags, s.tree.Configs[0].Tags) {
		return nil, nil
	}
	var roots []*packages.Package
	own := make(map[string]*packages.Package) // of the configuration, by ID
	if len(s.constrained) > 0 {
		var err error
		if roots, err = s.tree.list(ctx, config, slices.Sorted(maps.Keys(s.constrained))); err != nil {
			return nil, err
		}
		// A pattern with "..." would not match a directory without files.
		roots = slices.DeleteFunc(roots, func(p *packages.Package) bool { return excluded(p) })
		packages.Visit(roots, nil, func(p *packages.Package) { own[p.ID] = p })
		// Packages that the patterns do not match may still be dependencies.
		roots = slices.DeleteFunc(roots, func(p *packages.Package) bool { return !s.below(dirOf(p)) })
	}
	if !s.agrees(roots, own) {
		return nil, nil
	}
	var node func(p *packages.Package) *packages.Package
	node = func(p *packages.Package) *packages.Package {
		if q := own[p.ID]; q != nil {
			return q
		}
		q, imports := new(packages.Package), p.Imports
		*q = *p
		if s.constrained[dirOf(p)] {
			// A variant of the package, compiled for the test of a package that is not
			// constrained, from the same files.
			twin := own[p.PkgPath]
			*q, imports = *twin, twin.Imports
			q.ID, q.ForTest = p.ID, p.ForTest
		}
		own[p.ID] = q
		q.Errors = slices.Clip(q.Errors)
		q.Imports = make(map[string]*packages.Package, len(imports))
		for path, dep := range imports {
			if d := p.Imports[path]; d != nil {
				dep = d
			}
			q.Imports[path] = node(dep)
		}
		return q
	}
	for _, p := range s.roots {
		if !s.constrained[dirOf(p)] {
			roots = append(roots, node(p))
		}
	}
	slices.SortFunc(roots, func(p, q *packages.Package) int { return strings.Compare(p.ID, q.ID) })
	return roots, nil
}

// agrees reports whether the packages in constrained directories import the same packages of
// the main modules as in s. Then the packages around them do not change either. Otherwise a
// package may, for example, have to be recompiled for a test.
func (s *shared) agrees(roots []*packages.Package, own map[string]*packages.Package) bool {
	for _, p := range roots {
		if q := s.nodes[p.ID]; q != nil && !slices.Equal(mainImports(p), mainImports(q)) {
			return false
		}
	}
	for _, p := range s.nodes {
		if !mainPackage(p) || s.constrained[dirOf(p)] {
			continue
		}
		for _, dep := range p.Imports {
			if mainPackage(dep) && s.constrained[dirOf(dep)] && own[dep.PkgPath] == nil {
				return false // the imported package does not exist here
			}
		}
	}
	return true
}

// mainImports returns the IDs of the packages of main modules that p imports, sorted.
func mainImports(p *packages.Package) []string {
	var ids []string
	for _, dep := range p.Imports {
		if mainPackage(dep) {
			ids = append(ids, dep.ID)
		}
	}
	slices.Sort(ids)
	return ids
}
