package load

import (
	"context"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/tools/go/packages"
)

// EachSound does what Each does for the files on disk, but removes from the scope packages
// that do not type-check and those that depend on them: see Broken. Then it begins again. If
// no package is left it returns the *SourceError.
func (s *Scope) EachSound(ctx context.Context, do func(i int, v *View) error) error {
	for {
		err := s.Each(ctx, nil, do)
		var bad *SourceError
		if !errors.As(err, &bad) || s.whole != nil {
			return err
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
		return err
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

// Load returns the views that Each makes.
func (s *Scope) Load(ctx context.Context, over Overlay) ([]*View, error) {
	views := make([]*View, len(s.tree.Configs))
	err := s.Each(ctx, over, func(i int, v *View) error {
		views[i] = v
		return nil
	})
	if err != nil {
		return nil, err
	}
	return views, nil
}

// Each type-checks the packages of the scope in one configuration after the other, with the
// files of the overlay in place of those on disk. It calls do with the index of a
// configuration and its view. Since it keeps no view, those that do drops are not in memory
// together. It may begin again with the first configuration. It returns a *SourceError if a
// package does not type-check.
func (s *Scope) Each(ctx context.Context, over Overlay, do func(i int, v *View) error) error {
	flags, remove, err := over.Flag()
	if err != nil {
		return err
	}
	defer remove()
	files := newSyntax(s.tree.Source, over, s.abridged)
	loaders := make([]*loader, len(s.tree.Configs))
	built := make([]map[string]bool, len(loaders))
	for i, config := range s.tree.Configs {
		loaders[i] = &loader{tree: s.tree, scope: s, config: config, over: over, flags: flags, syntax: files}
		loaders[i].list(ctx)
		built[i] = loaders[i].built()
	}
	for i := 0; i < len(loaders); i++ {
		v, err := loaders[i].view(ctx)
		if err != nil {
			return err
		}
		if err := s.tree.Source.check(); err != nil {
			return err
		}
		if !maps.Equal(v.Built, built[i]) { // errors have shown that a package is not built
			built[i] = v.Built
			if i > 0 {
				i = -1
				continue
			}
		}
		v.setBuilt(built)
		if err := do(i, v); err != nil {
			return err
		}
	}
	return nil
}

// view type-checks the scope in the configuration of the loader.
func (l *loader) view(ctx context.Context) (*View, error) {
	s := l.scope
	pkgs, err := l.load(ctx)
	l.forget()
	if l.unshare(err) {
		l.list(ctx)
		return l.view(ctx)
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
	if err := brokenIn(l.config, s.tree.Dir, pkgs); err != nil {
		return nil, err
	}
	return s.viewOf(l.config, pkgs, l.over)
}

// unshare reports whether the error of a load may be due to the listing that configurations
// share: it does not have the errors of a dependency in one of them. Then the loader does not use
// the listing again.
func (l *loader) unshare(err error) bool {
	s, config := l.scope, l.config.String()
	if bad := (*SourceError)(nil); !errors.As(err, &bad) && !errors.Is(err, errCgo) || s.unshared[config] || config == s.tree.Configs[0].String() {
		return false
	}
	s.unshared[config] = true
	return true
}
