package load

import (
	"context"
	"fmt"
	"go/ast"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/closurefix/closurefix/rewrite/plan"
	"golang.org/x/tools/go/packages"
)

// Survey lists the packages of the patterns in every configuration, and keeps
// those that may hold a prepare function, together with those that may call
// one of them.
func Survey(ctx context.Context, t *Tree) (*Scope, error) {
	s := &Scope{tree: t, targets: make(map[string]bool), alone: make(map[string]bool)}
	files := make(map[string]*packages.Package) // by name
	var excluded []Problem
	matched := make(map[string]bool) // patterns
	t.Status("listing packages")
	listed, err := t.listings(ctx, t.Patterns)
	if err != nil {
		return nil, err
	}
	s.lists = append(s.lists, listed)
	for _, config := range t.Configs {
		pkgs := listed[config.String()]
		var problems []Problem
		for _, p := range pkgs {
			alone := *p
			alone.Imports = nil // whose problems matter if p is loaded
			for _, q := range problemsOf(t.Dir, []*packages.Package{&alone}) {
				if strings.Contains(q.Text, excludes) {
					excluded = append(excluded, q)
				} else {
					problems = append(problems, q)
				}
			}
			if len(p.GoFiles) == 0 {
				continue
			}
			s.targets[p.PkgPath] = true
			for _, name := range p.GoFiles {
				files[name] = p
			}
		}
		if err := sourceError(config, problems); err != nil {
			return nil, err
		}
		for _, pattern := range t.Patterns {
			match := matcher(t.Dir, pattern)
			matched[pattern] = matched[pattern] || slices.ContainsFunc(pkgs, match)
		}
	}
	if len(files) == 0 && len(excluded) > 0 {
		return nil, sourceError(t.Configs[0], excluded)
	}
	for _, pattern := range t.Patterns {
		if !matched[pattern] {
			return nil, fmt.Errorf("%s: the pattern matches no packages", pattern)
		}
	}
	s.files = len(files)
	for name := range files {
		s.dirs = append(s.dirs, filepath.Dir(name))
	}
	slices.Sort(s.dirs)
	s.dirs = slices.Compact(s.dirs)
	t.Progress(fmt.Sprintf("%s listed", Count(len(s.targets), "package")))

	t.Status(fmt.Sprintf("scanning %s", Count(len(files), "file")))
	found := scanFiles(t.Source, slices.Sorted(maps.Keys(files)))
	if err := sourceError(t.Configs[0], found.problems); err != nil {
		return nil, err
	}
	s.linked, s.mentions = found.linked, found.mentions
	if len(found.hits) > 0 {
		if err := s.linknames(ctx, files); err != nil {
			return nil, err
		}
	}
	return s, s.choose(ctx, files, found)
}

// linknames notes the linkname directives of the main modules that are not in files, which
// were looked through: in packages that no pattern names, and in files for other systems.
func (s *Scope) linknames(ctx context.Context, files map[string]*packages.Package) error {
	mains, err := s.tree.mainModules(ctx)
	if err != nil {
		return ctx.Err() // it may be no module
	}
	_, present := around(mains)
	rest := slices.DeleteFunc(present, func(name string) bool { return files[name] != nil })
	symbols := make([][]string, len(rest))
	each(rest, func(i int, name string) {
		if text, err := s.tree.Source.Peek(name); err == nil {
			symbols[i] = plan.Linknames(text)
		}
	})
	for i, name := range rest {
		for _, symbol := range symbols[i] {
			s.linked[symbol] = name
		}
	}
	return nil
}

// choose finds out which packages of the scope have to be type-checked, files being
// the package of each file: those with a hit that somebody may defer, and those that
// may call it.
func (s *Scope) choose(ctx context.Context, files map[string]*packages.Package, found *scan) error {
	t, src := s.tree, s.tree.Source
	hits := slices.Clone(found.hits)
	if !t.All { // then those of test files are no findings; but is the comment idle that silences one?
		hits = slices.DeleteFunc(hits, func(h hit) bool {
			return strings.HasSuffix(h.file, "_test.go") && !slices.Contains(s.mentions, h.file)
		})
	}
	open := func(hits []hit) []hit { // those that other packages may call
		return slices.DeleteFunc(slices.Clone(hits), func(h hit) bool {
			path := basePath(files[h.file])
			return !ast.IsExported(h.name) || files[h.file].Name == "main" || strings.HasSuffix(h.file, "_test.go") ||
				!t.Exported && !internal(path)
		})
	}
	paths := func(hits []hit) map[string]bool {
		paths := make(map[string]bool)
		for _, h := range hits {
			paths[basePath(files[h.file])] = true
		}
		return paths
	}
	var g graph
	methods := func(hits []hit) bool { // that an interface of another package may ask for
		return slices.ContainsFunc(hits, func(h hit) bool {
			return h.method && ast.IsExported(h.name) && (files[h.file].Name == "main" || strings.HasSuffix(h.file, "_test.go") || len(open([]hit{h})) > 0)
		})
	}
	if len(open(hits)) > 0 || methods(hits) {
		var err error
		if g, err = s.modules(ctx); err != nil {
			return err
		}
	}
	if !t.Testing.Undeferred {
		from := make(map[string]bool) // files that may hold callers
		for _, name := range found.defers {
			from[name] = true
		}
		for _, p := range g.reach(paths(open(hits))) {
			for _, name := range p.GoFiles {
				from[name] = true
			}
		}
		hits = deferred(src, hits, slices.Sorted(maps.Keys(from)))
	}
	if methods(hits) {
		s.asked = interfaceMethods(src, g, s.present)
	}
	load := paths(hits)
	t.Progress(fmt.Sprintf("%s scanned, %s may hold a prepare function", Count(s.files, "file"), Count(len(load), "package")))
	all := maps.Clone(load)
	if hits := open(hits); len(hits) > 0 {
		names := make(map[string]bool)
		for _, h := range hits {
			names[h.name] = true
		}
		s.leaveOut(g, names)
		held := maps.Clone(load)
		if err := callers(src, g.reach(paths(hits)), names, load, all); err != nil {
			return err
		}
		for _, h := range found.hits { // a caller of those that are not open makes a finding, too
			if ast.IsExported(h.name) {
				names[h.name] = true
			}
		}
		s.brief = briefingOf(g, load, held, names)
		t.Progress(fmt.Sprintf("%s may reach them, %s may call them", Count(len(all), "package"), Count(len(load), "package")))
	}
	s.load = slices.Sorted(maps.Keys(load))
	s.reach = slices.Sorted(maps.Keys(all))
	return nil
}

// callers adds to all the packages that reach a package with open hits, and to load
// those of them that mention one of their names: only they can hold a caller.
func callers(src *Sources, reach []*packages.Package, names, load, all map[string]bool) error {
	for _, p := range reach {
		path := basePath(p)
		all[path] = true
		for _, name := range p.GoFiles {
			if load[path] {
				break
			}
			text, err := src.Peek(name)
			if err != nil {
				return err
			}
			if mentions(text, names) {
				load[path] = true
			}
		}
	}
	return nil
}
