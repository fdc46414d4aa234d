package rewrite

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/scanner"
	"go/token"
	"maps"
	"slices"
	"strconv"

	"golang.org/x/tools/go/packages"
)

// check type-checks a text in every configuration, as load does, given that
// r.views hold another one that passed. Packages whose files are the same in
// both, and that depend on none with other files, are taken over; the others
// are type-checked in this process. Nothing is listed or compiled: what they
// import is known. Only if a file imports what its package did not import
// before, the go command is asked, by load.
func (r *run) check(ctx context.Context, over overlay) ([]*view, error) {
	if r.anew {
		return r.load(ctx, over)
	}
	views := make([]*view, len(r.views))
	files := make(map[placed]*ast.File)
	for i, v := range r.views {
		next, err := r.recheck(ctx, v, over, files)
		if errors.Is(err, errUnknownImport) {
			return r.load(ctx, over)
		}
		if err != nil {
			return nil, err
		}
		views[i] = next
	}
	for _, v := range views {
		v.forgetBuilt(views)
	}
	return views, nil
}

// errUnknownImport says that a file imports what its package did not import
// when it was listed.
var errUnknownImport = errors.New("an import that is not known")

// recheck makes of v the view of another text.
func (r *run) recheck(ctx context.Context, v *view, over overlay, files map[placed]*ast.File) (*view, error) {
	c := &checker{
		ctx: ctx, over: over, run: r, config: v.config,
		changed: v.over.differs(over),
		roots:   make(map[*packages.Package]bool),
		files:   files,
		known:   make(map[*packages.Package]*packages.Package),
	}
	for _, p := range v.pkgs {
		c.roots[p] = true
	}
	pkgs := make([]*packages.Package, len(v.pkgs))
	for i, p := range v.pkgs {
		var err error
		if pkgs[i], err = c.next(p); err != nil {
			return nil, err
		}
	}
	if err := sourceError(v.config, problemsOf(r.Dir, pkgs)); err != nil {
		return nil, err
	}
	return r.viewOf(v.config, pkgs, over)
}

// differs returns the names of the files that o and p do not hold alike.
func (o overlay) differs(p overlay) map[string]bool {
	names := make(map[string]bool)
	for name := range maps.Keys(o) {
		if _, ok := p[name]; !ok {
			names[name] = true
		}
	}
	for name, text := range p {
		if old, ok := o[name]; !ok || !bytes.Equal(old, text) {
			names[name] = true
		}
	}
	return names
}

// A checker makes packages of a text out of those of another one.
type checker struct {
	*run
	ctx     context.Context
	config  Config
	over    overlay
	changed map[string]bool // files
	roots   map[*packages.Package]bool
	files   map[placed]*ast.File // parsed anew, since configurations and the variants of a package share files
	known   map[*packages.Package]*packages.Package
}

// A placed is the name of a file, in a file set.
type placed struct {
	fset *token.FileSet
	name string
}

// next returns p as it is in the new text: p itself if neither its files nor
// what it imports are others.
func (c *checker) next(p *packages.Package) (*packages.Package, error) {
	if q, ok := c.known[p]; ok {
		return q, nil
	}
	c.known[p] = p // also ends a cycle, which is an error elsewhere
	if len(p.Syntax) == 0 {
		return p, nil // from export data, as is all that it depends on
	}
	var imports map[string]*packages.Package
	for path, dep := range p.Imports {
		next, err := c.next(dep)
		if err != nil {
			return nil, err
		}
		if next != dep {
			if imports == nil {
				imports = maps.Clone(p.Imports)
			}
			imports[path] = next
		}
	}
	if imports == nil && !slices.ContainsFunc(p.CompiledGoFiles, func(name string) bool { return c.changed[name] }) {
		return p, nil
	}
	if err := c.ctx.Err(); err != nil {
		return nil, err
	}
	q := *p
	q.Errors, q.TypeErrors = nil, nil
	if imports != nil {
		q.Imports = imports
	}
	if err := c.parse(&q); err != nil {
		return nil, err
	}
	typeCheck(&q, c.roots[p], c.scope.brief.has(p))
	c.known[p] = &q
	return &q, nil
}

// parse replaces the syntax of the files of p that changed.
func (c *checker) parse(p *packages.Package) error {
	p.Syntax = slices.Clone(p.Syntax)
	for i, old := range p.Syntax {
		name := p.Fset.File(old.FileStart).Name()
		if !c.changed[name] {
			continue
		}
		at := placed{p.Fset, name}
		if c.files[at] == nil {
			text, ok := c.over[name]
			if !ok {
				var err error
				if text, err = c.src.read(name); err != nil {
					return err
				}
			}
			f, err := parser.ParseFile(p.Fset, name, text, parseMode)
			if err != nil {
				return &SourceError{Config: c.config, Problems: parseProblems(name, err)}
			}
			c.files[at] = f
		}
		p.Syntax[i] = c.files[at]
		for _, spec := range p.Syntax[i].Imports {
			path, err := strconv.Unquote(spec.Path.Value)
			if err != nil || path != "unsafe" && p.Imports[path] == nil {
				return fmt.Errorf("%w: %s", errUnknownImport, spec.Path.Value)
			}
		}
	}
	return nil
}

const parseMode = parser.AllErrors | parser.ParseComments | parser.SkipObjectResolution

func parseProblems(name string, err error) []Problem {
	if list, ok := err.(scanner.ErrorList); ok && len(list) > 0 {
		return syntaxProblems(name, list)
	}
	return []Problem{{File: name, Text: err.Error()}}
}
