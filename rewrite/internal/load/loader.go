package load

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"maps"
	"os"
	"runtime"
	"slices"
	"sync"

	"golang.org/x/tools/go/gcexportdata"
	"golang.org/x/tools/go/packages"
)

// A loader type-checks the packages of one configuration.
//
// It does what packages.Load does at lower cost. packages.Load has the go command make
// export data for everything. That compiles also the packages that are then type-checked
// from source, and their tests, which takes minutes for a module that was not built
// before. The loader lists packages without export data, and requests it only for what
// they import. packages.Load type-checks a package with in-package tests twice, with and
// without them. The loader checks the bodies of functions once, in the variant with tests,
// and gives importers a variant without bodies.
type loader struct {
	tree   *Tree
	scope  *Scope
	config Config
	over   Overlay
	flags  []string // of the go command, for the overlay

	syntax *syntax
	order  []*packages.Package        // packages to type-check, dependencies first
	from   map[*packages.Package]bool // visited packages; true for those in order
	full   map[*packages.Package]bool // packages of which function bodies are type-checked

	dropped map[string]bool // IDs of packages that are not built in the configuration

	parts map[string]part // how much of a file to parse; the default is outlined
}

// errNotAlone says that packages cannot be type-checked from their files and the export
// data of others: they use cgo, or are in a form that the loader does not support.
var errNotAlone = errors.New("packages that need the go command")

// load returns the packages of the scope, each in its widest variant. Their errors are in
// the packages.
func (l *loader) load(ctx context.Context) ([]*packages.Package, error) {
	roots, ok := l.scope.listed(l.config)
	if !ok || len(l.over) > 0 { // a new version may have other imports
		var err error
		if roots, err = loadPackages(&packages.Config{
			Context: ctx, Mode: listMode, Dir: l.tree.Dir, Env: l.config.Env(l.tree.Env),
			BuildFlags: append(l.config.Flags(), l.flags...), Tests: true,
		}, l.scope.load); err != nil {
			return nil, err
		}
	}
	if len(l.tree.Configs) > 1 {
		roots = slices.DeleteFunc(roots, func(p *packages.Package) bool { return len(p.GoFiles) == 0 })
	}
	if len(l.tree.Configs) > 1 && len(problemsOf(l.tree.Dir, roots)) > 0 {
		// A package is not built if one that it depends on is not.
		roots = slices.DeleteFunc(roots, func(p *packages.Package) bool {
			if elsewhere(p) {
				l.dropped[p.ID] = true
			}
			return l.dropped[p.ID]
		})
	}
	if err := brokenIn(l.config, l.tree.Dir, roots); err != nil {
		return nil, err
	}
	roots = widest(roots, func(p *packages.Package) int { return len(p.GoFiles) })
	for _, p := range roots {
		l.full[p] = true
		part := allOfIt
		if l.syntax.brief.has(p) {
			part = inBrief
		}
		for _, name := range p.GoFiles {
			l.parts[name] = part
		}
	}
	for _, p := range roots {
		l.visit(p)
	}
	if err := l.imports(ctx); err != nil {
		return nil, err
	}
	return roots, l.check(ctx)
}

// loadWhole loads all packages with packages.Load.
func (l *loader) loadWhole(ctx context.Context) ([]*packages.Package, error) {
	pkgs, err := loadPackages(&packages.Config{
		Context: ctx, Mode: wholeMode, Dir: l.tree.Dir, Env: l.config.Env(l.tree.Env),
		BuildFlags: append(l.config.Flags(), l.flags...), Tests: true,
		ParseFile: func(fset *token.FileSet, name string, text []byte) (*ast.File, error) {
			text = l.tree.Source.note(name, text)
			if t, ok := l.over[name]; ok {
				text = t
			}
			return parser.ParseFile(fset, name, text, parseMode)
		},
	}, l.scope.load)
	return slices.DeleteFunc(pkgs, func(p *packages.Package) bool { return l.dropped[p.ID] }), err
}

const wholeMode = packages.NeedName | packages.NeedFiles | packages.NeedCompiledGoFiles | packages.NeedImports |
	packages.NeedTypes | packages.NeedTypesSizes | packages.NeedSyntax | packages.NeedTypesInfo |
	packages.NeedModule | packages.NeedForTest

// visit adds p to order if it is in the scope or depends on a package that is. The export
// data of such a package refers to types that differ from those of the scope.
func (l *loader) visit(p *packages.Package) bool {
	yes, ok := l.from[p]
	if ok {
		return yes
	}
	yes = l.full[p] || l.scope.loads(p)
	for _, path := range slices.Sorted(maps.Keys(p.Imports)) {
		yes = l.visit(p.Imports[path]) || yes
	}
	if l.from[p] = yes; yes {
		p.Fset, p.CompiledGoFiles, p.Syntax = l.syntax.fset, p.GoFiles, nil // it may have been loaded before
		p.TypesSizes = types.SizesFor("gc", cmp.Or(l.config.GOARCH, l.tree.goarch))
		l.order = append(l.order, p)
	}
	return yes
}

// imports reads the export data of the packages that those in order import.
func (l *loader) imports(ctx context.Context) error {
	wanted := make(map[string]*packages.Package)
	for _, p := range l.order {
		for _, dep := range p.Imports {
			if !l.from[dep] && dep.PkgPath != "unsafe" {
				if dep.ID != dep.PkgPath {
					return errNotAlone // recompiled for a test
				}
				wanted[dep.ID] = dep
			}
		}
	}
	if len(wanted) == 0 {
		return nil
	}
	pkgs, err := loadPackages(&packages.Config{
		Context: ctx, Mode: packages.NeedName | packages.NeedExportFile, Dir: l.tree.Dir, Env: l.config.Env(l.tree.Env),
		BuildFlags: append(l.config.Flags(), l.flags...),
	}, slices.Sorted(maps.Keys(wanted)))
	if err != nil {
		return errors.Join(errNotAlone, ctx.Err())
	}
	if err := brokenIn(l.config, l.tree.Dir, pkgs); err != nil {
		return l.importersOf(err)
	}
	known := make(map[string]*types.Package)
	for _, p := range pkgs {
		dep := wanted[p.ID]
		if dep == nil || p.ExportFile == "" {
			return errNotAlone
		}
		if dep.Types, err = l.export(p, known); err != nil {
			return fmt.Errorf("%s: %w", p.PkgPath, err)
		}
		delete(wanted, p.ID)
	}
	if len(wanted) > 0 {
		return errNotAlone
	}
	return nil
}

// importersOf returns an error about imported packages with the packages of the scope that
// depend on them in their place.
func (l *loader) importersOf(err error) error {
	bad, ok := err.(*SourceError)
	if !ok {
		return err
	}
	broken := make(map[string]string)
	for p := range l.full {
		packages.Visit([]*packages.Package{p}, nil, func(dep *packages.Package) {
			if _, found := bad.broken[dep.PkgPath]; found {
				broken[basePath(p)] = p.Dir
			}
		})
	}
	bad.broken = broken
	return bad
}

// export reads the export data of one package.
func (l *loader) export(p *packages.Package, known map[string]*types.Package) (*types.Package, error) {
	if t := known[p.PkgPath]; t != nil && t.Complete() {
		return t, nil
	}
	f, err := os.Open(p.ExportFile)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	in, err := gcexportdata.NewReader(f)
	if err != nil {
		return nil, err
	}
	pkg, err := gcexportdata.Read(in, l.syntax.fset, known, p.PkgPath)
	if err != nil {
		// Its form changes with Go releases, also with minor ones.
		err = fmt.Errorf("the export data of the go command cannot be read; a later closurefix may be necessary: %w", err)
	}
	return pkg, err
}

// check type-checks the packages in order, several at a time.
func (l *loader) check(ctx context.Context) error {
	done := make(map[*packages.Package]chan struct{})
	for _, p := range l.order {
		done[p] = make(chan struct{})
	}
	errs := make([]error, len(l.order))
	tokens := make(chan struct{}, runtime.GOMAXPROCS(0))
	var wg sync.WaitGroup
	for i, p := range l.order {
		wg.Go(func() {
			defer close(done[p])
			for _, dep := range p.Imports {
				if l.from[dep] {
					<-done[dep]
				}
			}
			tokens <- struct{}{}
			defer func() { <-tokens }()
			if errs[i] = ctx.Err(); errs[i] == nil {
				if errs[i] = l.parse(p); errs[i] == nil {
					typeCheck(p, l.full[p], l.syntax.brief.has(p))
				}
			}
		})
	}
	wg.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// parse parses the files of p.
func (l *loader) parse(p *packages.Package) error {
	for _, name := range p.CompiledGoFiles {
		part, ok := l.parts[name]
		if !ok {
			part = outlined
		}
		f, err := l.syntax.file(name, part)
		if err != nil {
			return &SourceError{Config: l.config, Problems: parseProblems(name, err)}
		}
		for _, spec := range f.Imports {
			if spec.Path.Value == `"C"` {
				return errNotAlone
			}
		}
		p.Syntax = append(p.Syntax, f)
	}
	return nil
}
