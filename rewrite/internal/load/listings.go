package load

import (
	"context"

	"golang.org/x/tools/go/packages"
)

// listings lists the packages that patterns match, in every configuration.
//
// The go command reads the files of a module anew for each configuration, which is most
// of a report's work. Its output differs only where a file is bound to a system, by its
// name or a build constraint. So it lists everything once, and then the directories that
// hold such files.
func (t *Tree) listings(ctx context.Context, patterns []string) (graph, error) {
	g := make(graph)
	var s *shared
	for i, config := range t.Configs {
		var pkgs []*packages.Package
		var err error
		if s != nil {
			if pkgs, err = s.list(ctx, config); err != nil {
				return nil, err
			}
		}
		if pkgs == nil {
			if pkgs, err = t.list(ctx, config, patterns); err != nil {
				return nil, err
			}
		}
		g[config.String()] = pkgs
		if i == 0 && len(t.Configs) > 1 {
			if s, err = newShared(ctx, t, patterns, pkgs); err != nil {
				return nil, err
			}
		}
	}
	return g, nil
}
