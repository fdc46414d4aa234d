package load

import (
	"context"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/closurefix/closurefix/rewrite/callers"
	"golang.org/x/tools/go/packages"
)

// Survey lists the packages of the patterns in every configuration. It returns the scope
// of those that may declare a prepare function and those that may call one.
func Survey(ctx context.Context, t *Tree) (*Scope, error) {
	s := &Scope{tree: t, targets: make(map[string]bool), unshared: make(map[string]bool)}
	files, err := s.list(ctx)
	if err != nil {
		return nil, t.placeError(ctx, err)
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

// list lists the packages that the patterns match and returns their files, except those of
// packages in which the go command finds an error at a line of a file: these are left out.
// It fails for other errors, if a pattern matches no package and if no package is left.
func (s *Scope) list(ctx context.Context) (packageOf, error) {
	t := s.tree
	t.Status("listing packages")
	listed, err := t.listings(ctx, t.Patterns)
	if err != nil {
		return nil, err
	}
	s.lists = append(s.lists, listed)
	files := make(packageOf)
	var excluded []Problem
	matched := make(map[string]bool) // patterns
	bad := &SourceError{broken: make(map[string]string)}
	for _, config := range t.Configs {
		pkgs := listed[config.String()]
		if err := t.newer(pkgs); err != nil {
			return nil, err
		}
		var problems []Problem
		for _, p := range pkgs {
			alone := *p
			alone.Imports = nil // their problems matter only if p is loaded
			for _, q := range problemsOf(t.Dir, []*packages.Package{&alone}) {
				switch {
				case strings.Contains(q.Text, excludes):
					excluded = append(excluded, q)
				case q.Line > 0 && p.Dir != "":
					if len(bad.Problems) == 0 {
						bad.Config = config
					}
					bad.Problems = append(bad.Problems, q)
					bad.broken[basePath(p)] = p.Dir
				default:
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
	maps.DeleteFunc(files, func(_ string, p *packages.Package) bool { _, broken := bad.broken[basePath(p)]; return broken })
	maps.DeleteFunc(s.targets, func(path string, _ bool) bool { _, broken := bad.broken[path]; return broken })
	if len(bad.Problems) > 0 && (len(files) == 0 || !s.noteBroken(bad)) {
		return nil, sourceError(bad.Config, bad.Problems)
	}
	if len(files) == 0 && len(excluded) > 0 {
		return nil, sourceError(t.Configs[0], excluded)
	}
	for _, pattern := range t.Patterns {
		if !matched[pattern] {
			return nil, fmt.Errorf("%s: the pattern matches no packages", pattern)
		}
	}
	return files, nil
}

// linknames records the linkname directives in files of the main modules other than those
// in files, which were scanned: in packages that no pattern matches, and in files for
// other systems.
func (s *Scope) linknames(ctx context.Context, files packageOf) error {
	mains, err := s.tree.mainModules(ctx)
	if err != nil {
		return ctx.Err() // there may be no module
	}
	near := around(mains)
	rest := slices.DeleteFunc(slices.Concat(near.files, near.skipped), func(name string) bool { return files[name] != nil })
	symbols := make([][]string, len(rest))
	each(rest, func(i int, name string) {
		// A file that is gone has none.
		_ = s.tree.Source.With(name, func(text []byte) { symbols[i] = callers.Linknames(text) })
	})
	for i, name := range rest {
		for _, symbol := range symbols[i] {
			s.linked[symbol] = name
		}
	}
	return nil
}
