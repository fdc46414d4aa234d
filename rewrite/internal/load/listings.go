package load

import (
	"context"

	"golang.org/x/tools/go/packages"
)

// listings lists the packages that the patterns match in every configuration.
//
// The go command reads all files of a module for each configuration, which is most of the
// work of a report. The result differs only in directories with a file whose name or build
// constraint depends on the system. So listings lists all packages in the first
// configuration, and only those directories in the others.
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
