package load

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/tools/go/packages"
)

// LoadSound loads the files on disk, like Load, but removes from the scope packages that
// do not type-check and those that depend on them: see Broken. If no package is left it
// returns the *SourceError.
func (s *Scope) LoadSound(ctx context.Context) ([]*View, error) {
	for {
		views, err := s.Load(ctx, nil)
		var bad *SourceError
		if !errors.As(err, &bad) || s.whole != nil {
			return views, err
		}
		s.tree.explain(bad)
		if s.leaveBroken(bad) {
			continue
		}
		if s.broken != nil {
			for _, p := range bad.Problems {
				s.broken.add(p)
			}
			bad.Problems = s.broken.Problems
		}
		return nil, err
	}
}

// leaveBroken removes from the scope the packages that an error reports. It returns false
// if it does not know them or if no other package is left.
func (s *Scope) leaveBroken(bad *SourceError) bool {
	broken := func(path string) bool { _, found := bad.broken[path]; return found }
	sound := slices.DeleteFunc(slices.Clone(s.load), broken)
	if len(sound) == len(s.load) || len(sound) == 0 {
		return false
	}
	s.load = sound
	s.reach = slices.DeleteFunc(s.reach, broken)
	return s.noteBroken(bad)
}

// noteBroken records the errors of packages that are left out, and their files. It returns
// false if a directory cannot be read.
func (s *Scope) noteBroken(bad *SourceError) bool {
	for _, dir := range bad.broken {
		entries, err := os.ReadDir(dir)
		if err != nil {
			return false
		}
		for _, e := range entries {
			if strings.HasSuffix(e.Name(), ".go") {
				s.unsound = append(s.unsound, filepath.Join(dir, e.Name()))
			}
		}
	}
	if s.broken == nil {
		s.broken = &SourceError{Config: bad.Config}
	}
	for _, p := range bad.Problems {
		s.broken.add(p)
	}
	return true
}

// Load type-checks the packages of the scope in every configuration, with the files of the
// overlay in place of those on disk. It returns a *SourceError if a package does not
// type-check.
func (s *Scope) Load(ctx context.Context, over Overlay) ([]*View, error) {
	flags, remove, err := over.Flag()
	if err != nil {
		return nil, err
	}
	defer remove()
	files := newSyntax(s.tree.Source, over, s.abridged)
	var views []*View
	for _, config := range s.tree.Configs {
		v, err := s.view(ctx, config, over, flags, files)
		if err != nil {
			return nil, err
		}
		views = append(views, v)
	}
	if err := s.tree.Source.check(); err != nil {
		return nil, err
	}
	for _, v := range views {
		v.forgetBuilt(views)
	}
	return views, nil
}

// view type-checks the scope in one configuration.
func (s *Scope) view(ctx context.Context, config Config, over Overlay, flags []string, files *syntax) (*View, error) {
	l := &loader{
		tree: s.tree, scope: s, config: config, over: over, flags: flags, syntax: files,
		from: make(map[*packages.Package]bool), full: make(map[*packages.Package]bool),
		parts: make(map[string]part), dropped: make(map[string]bool),
	}
	pkgs, err := l.load(ctx)
	if bad := (*SourceError)(nil); (errors.As(err, &bad) || errors.Is(err, errCgo)) && !s.unshared[config.String()] && config.String() != s.tree.Configs[0].String() {
		// The listing that configurations share does not have the errors of a
		// dependency in one of them.
		s.unshared[config.String()] = true
		return s.view(ctx, config, over, flags, files)
	}
	if s.tree.Testing.Compiled || errors.Is(err, errCgo) {
		pkgs, err = l.loadCompiled(ctx)
	}
	if err != nil {
		return nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	pkgs = slices.DeleteFunc(pkgs, func(p *packages.Package) bool {
		// A package that is not built in this configuration.
		return len(p.CompiledGoFiles) == 0 && len(s.tree.Configs) > 1
	})
	if err := brokenIn(config, s.tree.Dir, pkgs); err != nil {
		return nil, err
	}
	return s.viewOf(config, pkgs, over)
}
