package load

import (
	"context"
	"errors"
	"slices"

	"golang.org/x/tools/go/packages"
)

// Load type-checks the scope in every configuration, with the files of the
// overlay in the place of those on disk. It fails with a *SourceError if a
// package does not type-check.
func (s *Scope) Load(ctx context.Context, over Overlay) ([]*View, error) {
	flags, remove, err := over.Flag()
	if err != nil {
		return nil, err
	}
	defer remove()
	files := newSyntax(s.tree.Source, over, s.brief)
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
	if bad := (*SourceError)(nil); (errors.As(err, &bad) || errors.Is(err, errNotAlone)) && !s.alone[config.String()] && config.String() != s.tree.Configs[0].String() {
		// What configurations share of their listings lacks what is wrong with a
		// dependency in one of them.
		s.alone[config.String()] = true
		return s.view(ctx, config, over, flags, files)
	}
	if s.tree.Testing.Whole || errors.Is(err, errNotAlone) {
		pkgs, err = l.loadWhole(ctx)
	}
	if err != nil {
		return nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	pkgs = slices.DeleteFunc(pkgs, func(p *packages.Package) bool {
		// A package of another configuration.
		return len(p.CompiledGoFiles) == 0 && len(s.tree.Configs) > 1
	})
	if err := sourceError(config, problemsOf(s.tree.Dir, pkgs)); err != nil {
		return nil, err
	}
	return s.viewOf(config, pkgs, over)
}
