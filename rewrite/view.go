package rewrite

import (
	"context"
	"errors"
	"fmt"
	"go/ast"
	"path/filepath"
	"slices"
	"strings"

	"github.com/closurefix/closurefix/rewrite/pattern"
	"github.com/closurefix/closurefix/rewrite/plan"
	"golang.org/x/tools/go/packages"
)

// A view is what one build configuration makes of the scope.
type view struct {
	config Config
	pkgs   []*packages.Package // that the scope names, in all variants
	over   overlay             // what is not as on disk
	world  *plan.World
	built  map[string]bool      // files that belong to a unit, by name
	ours   map[string]bool      // those of main modules, which may be edited
	syntax map[string]*ast.File // by name
	unit   map[string]*pattern.Unit
}

// load type-checks the scope in every configuration, with the files of the
// overlay in the place of those on disk. It fails with a *SourceError if a
// package does not type-check.
func (r *run) load(ctx context.Context, over overlay) ([]*view, error) {
	flags, remove, err := over.flag()
	if err != nil {
		return nil, err
	}
	defer remove()
	files := newSyntax(r.src, over, r.scope.brief)
	var views []*view
	for _, config := range r.Configs {
		v, err := r.view(ctx, config, over, flags, files)
		if err != nil {
			return nil, err
		}
		views = append(views, v)
	}
	if err := r.src.check(); err != nil {
		return nil, err
	}
	for _, v := range views {
		v.forgetBuilt(views)
	}
	return views, nil
}

func (r *run) view(ctx context.Context, config Config, over overlay, flags []string, files *syntax) (*view, error) {
	l := &loader{
		run: r, config: config, over: over, flags: flags, syntax: files,
		from: make(map[*packages.Package]bool), full: make(map[*packages.Package]bool),
		parts: make(map[string]part), dropped: make(map[string]bool),
	}
	pkgs, err := l.load(ctx)
	if bad := (*SourceError)(nil); (errors.As(err, &bad) || errors.Is(err, errNotAlone)) && !r.scope.alone[config.String()] && config.String() != r.Configs[0].String() {
		// What configurations share of their listings lacks what is wrong with a
		// dependency in one of them.
		r.scope.alone[config.String()] = true
		return r.view(ctx, config, over, flags, files)
	}
	if r.whole || errors.Is(err, errNotAlone) {
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
		return len(p.CompiledGoFiles) == 0 && len(r.Configs) > 1
	})
	if err := sourceError(config, problemsOf(r.Dir, pkgs)); err != nil {
		return nil, err
	}
	return r.viewOf(config, pkgs, over)
}

// viewOf describes packages that are sound.
func (r *run) viewOf(config Config, pkgs []*packages.Package, over overlay) (*view, error) {
	read := func(name string) ([]byte, error) {
		if text, ok := over[name]; ok {
			return text, nil
		}
		return r.src.read(name)
	}
	v := &view{
		config: config,
		pkgs:   pkgs,
		over:   over,
		world:  &plan.World{Module: true, Exported: r.Exported, All: r.All, Linked: r.scope.linked, Neighbours: r.scope.neighbours, Asked: r.scope.asked, Unbuilt: r.scope.unbuilt, Outside: r.scope.outside},
		built:  make(map[string]bool),
		ours:   make(map[string]bool),
		syntax: make(map[string]*ast.File),
		unit:   make(map[string]*pattern.Unit),
	}
	targets := make(map[*pattern.Unit]bool)
	root := moduleRoot(r.Dir)
	for _, p := range widest(pkgs, func(p *packages.Package) int { return len(p.Syntax) }) {
		u := &pattern.Unit{
			Fset: p.Fset, Files: p.Syntax, Pkg: p.Types, Info: p.TypesInfo,
			Ignored: slices.Clone(p.IgnoredFiles), Other: p.OtherFiles, Read: read,
		}
		for _, f := range u.Files {
			name := u.Filename(f.FileStart)
			if w := v.unit[name]; w != nil {
				return nil, fmt.Errorf("%s is in two packages, %s and %s", name, w.Pkg.Path(), u.Pkg.Path())
			}
			v.unit[name], v.syntax[name] = u, f
		}
		mine := p.Module != nil && p.Module.Main && !below(r.modcache, p.Module.Dir) || p.Module == nil && r.standard && below(root, p.Dir) && !below(r.modcache, p.Dir)
		for _, name := range p.GoFiles {
			v.built[name] = true
			if mine {
				v.ours[name] = true
			}
		}
		targets[u] = r.scope.targets[p.PkgPath]
		v.world.Units = append(v.world.Units, u)
	}
	v.world.Target = func(u *pattern.Unit) bool { return targets[u] }
	return v, nil
}

// below reports whether name is dir, or below it, by any name of them.
func below(dir, name string) bool {
	for _, d := range []string{dir, resolved(dir)} {
		for _, n := range []string{name, resolved(name)} {
			if rel, err := filepath.Rel(d, n); d != "" && err == nil && filepath.IsLocal(rel) {
				return true
			}
		}
	}
	return false
}

// resolved returns the name without symbolic links, or as it is if there is no such
// file.
func resolved(name string) string {
	if r, err := filepath.EvalSymlinks(name); err == nil {
		return r
	}
	return name
}

// widest keeps each package once: with its in-package tests, if it has any.
// The result is sorted by path.
func widest(pkgs []*packages.Package, files func(*packages.Package) int) []*packages.Package {
	tested := make(map[string]bool)
	for _, p := range pkgs {
		if p.ForTest == p.PkgPath {
			tested[p.PkgPath] = true
		}
	}
	var kept []*packages.Package
	for _, p := range pkgs {
		if p.ForTest == "" && tested[p.PkgPath] || files(p) == 0 {
			continue
		}
		kept = append(kept, p)
	}
	slices.SortFunc(kept, func(a, b *packages.Package) int { return strings.Compare(a.PkgPath, b.PkgPath) })
	return kept
}

// forgetBuilt takes from the ignored files of v those that another of the
// requested configurations builds: their callers are seen there.
func (v *view) forgetBuilt(views []*view) {
	for _, u := range v.world.Units {
		u.Ignored = slices.DeleteFunc(u.Ignored, func(name string) bool {
			return slices.ContainsFunc(views, func(w *view) bool { return w.built[name] })
		})
	}
}

// declarations returns which top-level declarations of a file the range
// [start, end) touches, by index. A range between declarations that touches
// none belongs to no declaration.
func (v *view) declarations(name string, start, end int) []int {
	f := v.syntax[name]
	if f == nil {
		return nil
	}
	file := v.unit[name].Fset.File(f.FileStart)
	var touched []int
	for i, d := range f.Decls {
		from := d.Pos()
		switch d := d.(type) {
		case *ast.FuncDecl:
			if d.Doc != nil {
				from = d.Doc.Pos()
			}
		case *ast.GenDecl:
			if d.Doc != nil {
				from = d.Doc.Pos()
			}
		}
		if file.Offset(from) <= end && start <= file.Offset(d.End()) {
			touched = append(touched, i)
		}
	}
	return touched
}
