package load

import (
	"cmp"
	"context"
	"errors"
	"go/ast"
	"go/parser"
	"go/scanner"
	"go/token"
	"go/types"
	"maps"
	"runtime"
	"slices"
	"strings"
	"sync"

	"golang.org/x/tools/go/packages"
)

// A loader type-checks the packages of one configuration.
//
// It does what packages.Load does at lower cost. packages.Load has the go command make
// export data for all dependencies. That compiles them, which takes minutes for a module
// that was not built before. The loader type-checks them from their source, but only the
// declarations that are needed: see needs. packages.Load type-checks a package with
// in-package tests twice, with and without them. The loader checks the bodies of functions
// once, in the variant with tests, and gives importers a variant without bodies.
type loader struct {
	tree   *Tree
	scope  *Scope
	config Config
	over   Overlay
	flags  []string // of the go command, for the overlay

	syntax *syntax

	// What list finds.
	roots   []*packages.Package // of the scope, each in its widest variant
	dropped map[string]bool     // IDs of packages that are not built in the configuration
	failed  error

	needs *needs
	whole bool                       // all declarations of dependencies are needed
	order []*packages.Package        // packages to type-check, dependencies first
	from  map[*packages.Package]bool // packages whose types depend on those of the scope
	full  map[*packages.Package]bool // packages of which function bodies are type-checked

	parts map[string]part // how much of the files of full packages to parse
}

// errCgo says that packages, or declarations that they need, use cgo. They cannot be
// type-checked without the files that the go command generates.
var errCgo = errors.New("packages that use cgo")

// list lists the packages of the scope.
func (l *loader) list(ctx context.Context) {
	l.roots, l.failed = l.rootsOf(ctx)
	if l.unshare(l.failed) {
		l.roots, l.failed = l.rootsOf(ctx)
	}
}

func (l *loader) rootsOf(ctx context.Context) ([]*packages.Package, error) {
	l.dropped = make(map[string]bool)
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
			if dependsOnExcluded(p) {
				l.dropped[p.ID] = true
			}
			return l.dropped[p.ID]
		})
	}
	if err := brokenIn(l.config, l.tree.Dir, roots); err != nil {
		return nil, err
	}
	return widest(roots, func(p *packages.Package) int { return len(p.GoFiles) }), nil
}

// built returns the files of the listed packages.
func (l *loader) built() map[string]bool {
	files := make(map[string]bool)
	for _, p := range l.roots {
		for _, name := range p.GoFiles {
			files[name] = true
		}
	}
	return files
}

// load returns the packages of the scope, each in its widest variant. Their errors are in
// the packages. These are copies of the listed ones, so that the listing does not keep
// syntax and types.
func (l *loader) load(ctx context.Context) ([]*packages.Package, error) {
	if l.failed != nil {
		return nil, l.failed
	}
	l.from, l.full, l.parts = make(map[*packages.Package]bool), make(map[*packages.Package]bool), make(map[string]part)
	roots := copies(l.roots)
	for _, p := range roots {
		l.full[p] = true
		part := wholeFile
		if l.syntax.abridged.has(p) {
			part = abridgedFile
		}
		for _, name := range p.GoFiles {
			l.parts[name] = part
		}
	}
	return roots, l.typeCheck(ctx)
}

// forget forgets the packages of load.
func (l *loader) forget() {
	l.needs, l.whole, l.order, l.from, l.full, l.parts = nil, false, nil, nil, nil, nil
}

// typeCheck type-checks all packages. If a package of the scope has type errors, it does so
// again with all declarations of the dependencies, since a missing declaration may have
// caused the errors. Errors in the dependencies do not matter then.
func (l *loader) typeCheck(ctx context.Context) error {
	if err := l.find(); err != nil {
		return err
	}
	if err := l.check(ctx); err != nil {
		return err
	}
	wrong := false
	for p := range l.full {
		wrong = wrong || slices.ContainsFunc(p.Errors, isTypeError)
	}
	if !wrong {
		return nil
	}
	errs := make(map[*packages.Package][]packages.Error)
	for _, p := range l.order {
		errs[p] = slices.DeleteFunc(p.Errors, isTypeError)
		p.Errors = nil
	}
	l.whole = true
	if err := l.find(); err != nil {
		return err
	}
	err := l.check(ctx)
	for _, p := range l.order {
		if l.full[p] {
			p.Errors = append(errs[p], p.Errors...)
		} else {
			p.Errors = errs[p]
		}
	}
	return err
}

func isTypeError(e packages.Error) bool { return e.Kind == packages.TypeError }

// loadCompiled loads all packages with packages.Load, which reads the export data of their
// imports. If that is of a later Go release than packages.Load knows, it type-checks the
// imports from source.
func (l *loader) loadCompiled(ctx context.Context) ([]*packages.Package, error) {
	pkgs, err := l.loadMode(ctx, compiledMode)
	if err == nil && slices.ContainsFunc(pkgs, unreadable) {
		pkgs, err = l.loadMode(ctx, compiledMode|packages.NeedDeps)
	}
	return slices.DeleteFunc(pkgs, func(p *packages.Package) bool { return l.dropped[p.ID] }), err
}

// unreadable reports whether the export data of an import of p could not be read because a
// later Go release wrote it.
func unreadable(p *packages.Package) bool {
	return slices.ContainsFunc(p.Errors, func(err packages.Error) bool { return strings.Contains(err.Msg, "export data version ") })
}

func (l *loader) loadMode(ctx context.Context, mode packages.LoadMode) ([]*packages.Package, error) {
	return loadPackages(&packages.Config{
		Context: ctx, Mode: mode, Dir: l.tree.Dir, Env: l.config.Env(l.tree.Env),
		BuildFlags: append(l.config.Flags(), l.flags...), Tests: true,
		ParseFile: func(fset *token.FileSet, name string, text []byte) (*ast.File, error) {
			text = l.tree.Source.note(name, text)
			if t, ok := l.over[name]; ok {
				text = t
			}
			return parser.ParseFile(fset, name, text, parseMode)
		},
	}, l.scope.load)
}

const compiledMode = packages.NeedName | packages.NeedFiles | packages.NeedCompiledGoFiles | packages.NeedImports |
	packages.NeedTypes | packages.NeedTypesSizes | packages.NeedSyntax | packages.NeedTypesInfo |
	packages.NeedModule | packages.NeedForTest

// find parses the packages of the scope, finds the declarations that they need of others, and
// sets the order in which all are type-checked.
func (l *loader) find() error {
	own := slices.SortedFunc(maps.Keys(l.full), func(a, b *packages.Package) int { return strings.Compare(a.ID, b.ID) })
	var names []string
	for _, p := range own {
		names = append(names, p.GoFiles...)
	}
	each(names, func(_ int, name string) { l.syntax.file(name, l.parts[name]) }) // parse reads the errors
	var problems []Problem
	broken := make(map[string]string)
	for _, p := range own {
		l.begin(p)
		found, err := l.parse(p)
		if err != nil {
			return err
		}
		if len(found) > 0 {
			problems = append(problems, found...)
			broken[basePath(p)] = p.Dir
		}
	}
	if bad, ok := sourceError(l.config, problems).(*SourceError); ok {
		bad.broken = broken
		return bad
	}
	l.needs = newNeeds(l.syntax, own, func(p *packages.Package) bool {
		return l.whole || l.scope.loads(p) // the files of packages in the scope may change
	})
	if l.scope.methods {
		l.needs.wantInterfaces()
	}
	l.needs.find()
	for _, d := range l.needs.deps {
		if d.usesC && !l.whole { // with whole, every declaration is kept, needed or not
			return errCgo
		}
		l.begin(d.pkg)
	}
	l.order = l.needs.order()
	for _, d := range l.needs.deps {
		d.reduce()
	}
	for _, p := range l.order {
		l.from[p] = l.full[p] || l.scope.loads(p) || slices.ContainsFunc(l.needs.before[p], func(dep *packages.Package) bool { return l.from[dep] })
	}
	return nil
}

// begin prepares p to be type-checked, perhaps again.
func (l *loader) begin(p *packages.Package) {
	p.Fset, p.CompiledGoFiles, p.Syntax, p.Types = l.syntax.fset, p.GoFiles, nil, nil
	p.TypesSizes = types.SizesFor("gc", cmp.Or(l.config.GOARCH, l.tree.goarch))
}

// check type-checks the packages in order, several at a time.
func (l *loader) check(ctx context.Context) error {
	done := make(map[*packages.Package]chan struct{})
	for _, p := range l.order {
		done[p] = make(chan struct{})
	}
	tokens := make(chan struct{}, runtime.GOMAXPROCS(0))
	var wg sync.WaitGroup
	for _, p := range l.order {
		wg.Go(func() {
			defer close(done[p])
			for _, dep := range l.needs.before[p] {
				if c := done[dep]; c != nil { // not unsafe
					<-c
				}
			}
			tokens <- struct{}{}
			defer func() { <-tokens }()
			if ctx.Err() != nil {
				return
			}
			if l.full[p] {
				typeCheck(p, true, l.syntax.abridged.has(p))
				return
			}
			l.needs.deps[p].parse(l.syntax)
			if len(p.Syntax) == 0 {
				p.Types = types.NewPackage(p.PkgPath, p.Name)
				p.Types.MarkComplete()
				return
			}
			typeCheck(p, false, false)
			if !l.from[p] {
				p.Syntax = nil
			}
		})
	}
	wg.Wait()
	return ctx.Err()
}

// parse parses the files of p. It returns their syntax errors.
func (l *loader) parse(p *packages.Package) (problems []Problem, err error) {
	for _, name := range p.CompiledGoFiles {
		f, err := l.syntax.file(name, l.parts[name])
		if _, ok := err.(scanner.ErrorList); ok {
			problems = append(problems, parseProblems(name, err)...)
			continue
		}
		if err != nil {
			return nil, &SourceError{Config: l.config, Problems: parseProblems(name, err)}
		}
		for _, spec := range f.Imports {
			if spec.Path.Value == `"C"` {
				return nil, errCgo
			}
		}
		p.Syntax = append(p.Syntax, f)
	}
	return problems, nil
}
