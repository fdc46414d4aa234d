package load

import (
	"context"
	"fmt"
	"go/ast"
	"maps"
	"slices"
	"strings"

	"github.com/closurefix/closurefix/rewrite/flow"
	"golang.org/x/tools/go/packages"
)

// choose decides which packages of the scope to type-check: those with a hit that a caller
// may defer, and those that may call it.
func (s *Scope) choose(ctx context.Context, files packageOf, found *scan) error {
	t := s.tree
	hits := slices.Clone(found.hits)
	var unwanted []hit
	if !t.Tests { // leave out hits in test files, unless a comment there may suppress one
		hits = slices.DeleteFunc(hits, func(h hit) bool {
			if !h.inTest() || slices.Contains(s.mentions, h.file) {
				return false
			}
			unwanted = append(unwanted, h)
			return true
		})
	}
	own := slices.Sorted(maps.Keys(files))
	hits, g, err := s.usedHits(ctx, files, hits, own)
	if err != nil {
		return err
	}
	if files.methods(hits, t.Exported) {
		s.methods = true
		s.interfaceMethods = interfaceMethods(t.Source, g, s.near.files)
		s.embeds = s.newEmbedding(g)
	}
	load := files.paths(hits)
	left, _ := usedIn(t.Source, slices.DeleteFunc(unwanted, func(h hit) bool { return load[basePath(files[h.file])] }), own)
	s.tests = len(left)
	for _, name := range found.eager {
		if !strings.HasSuffix(name, "_test.go") || t.Tests {
			load[basePath(files[name])] = true
		}
	}
	for _, name := range found.flawed { // reported when the package is loaded
		load[basePath(files[name])] = true
	}
	t.Progress(fmt.Sprintf("%s scanned, %s may hold a prepare function", Count(s.files, "file"), Count(len(load), "package")))
	all := maps.Clone(load)
	if visible := files.open(hits, true); len(visible) > 0 {
		if open := files.open(hits, t.Exported); len(open) > 0 {
			s.leaveOut(g, namesOf(open))
		}
		held := maps.Clone(load)
		names := namesOf(visible)
		if err := addCallers(t.Source, g.reach(files.paths(visible)), names, load, all); err != nil {
			return err
		}
		s.abridged = abridgementOf(load, held, names)
		t.Progress(fmt.Sprintf("%s may reach them, %s may call them", Count(len(all), "package"), Count(len(load), "package")))
	}
	s.load = slices.Sorted(maps.Keys(load))
	s.reach = slices.Sorted(maps.Keys(all))
	return nil
}

// usedHits returns the hits whose cleanup a caller may defer or call, and the functions of
// the targets that may be forwarders of such a cleanup. It also returns the packages of the
// main modules if other packages may call one of these. own are the files of the targets.
func (s *Scope) usedHits(ctx context.Context, files packageOf, hits []hit, own []string) (kept []hit, g graph, err error) {
	t := s.tree
	kept = hits
	first := true
	for next := hits; len(next) > 0; {
		if g == nil && (len(files.open(next, true)) > 0 || files.methods(next, t.Exported)) {
			if g, err = s.modules(ctx); err != nil {
				return nil, nil, err
			}
		}
		from := make(map[string]bool) // files that may hold callers
		for _, name := range own {
			from[name] = true
		}
		for _, p := range g.reach(files.paths(files.open(next, true))) {
			for _, name := range p.GoFiles {
				from[name] = true
			}
		}
		found, forwarders := usedIn(t.Source, next, slices.Sorted(maps.Keys(from)))
		if first && !t.Testing.Undeferred {
			kept = found
		}
		first = false
		next = nil
		for _, h := range forwarders {
			if files[h.file] != nil && !slices.Contains(kept, h) {
				kept, next = append(slices.Clip(kept), h), append(next, h)
			}
		}
	}
	return kept, g, nil
}

// A packageOf maps each scanned file to its package.
type packageOf map[string]*packages.Package

// open returns the hits that other packages may call. If exported is not set, it returns only
// those of internal packages: others are not rewritten then.
func (files packageOf) open(hits []hit, exported bool) []hit {
	return slices.DeleteFunc(slices.Clone(hits), func(h hit) bool {
		p := files[h.file]
		return !ast.IsExported(h.name) || p.Name == "main" || h.inTest() || !exported && !flow.Internal(basePath(p))
	})
}

// methods reports whether a hit may be a method of an interface in another package.
func (files packageOf) methods(hits []hit, exported bool) bool {
	return slices.ContainsFunc(hits, func(h hit) bool {
		return h.method && ast.IsExported(h.name) &&
			(files[h.file].Name == "main" || h.inTest() || len(files.open([]hit{h}, exported)) > 0)
	})
}

// namesOf returns the names of hits.
func namesOf(hits []hit) map[string]bool {
	names := make(map[string]bool)
	for _, h := range hits {
		names[h.name] = true
	}
	return names
}

// paths returns the paths of the packages that declare hits.
func (files packageOf) paths(hits []hit) map[string]bool {
	paths := make(map[string]bool)
	for _, h := range hits {
		paths[basePath(files[h.file])] = true
	}
	return paths
}

// addCallers adds the packages in reach to all, and to load if they mention one of the
// names: only these can contain a caller.
func addCallers(src *Sources, reach []*packages.Package, names, load, all map[string]bool) error {
	for _, p := range reach {
		path := basePath(p)
		all[path] = true
		for _, name := range p.GoFiles {
			if load[path] {
				break
			}
			err := src.With(name, func(text []byte) {
				if mentions(text, names) {
					load[path] = true
				}
			})
			if err != nil {
				return err
			}
		}
	}
	return nil
}
