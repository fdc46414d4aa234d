package load

import (
	"context"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"slices"

	"golang.org/x/tools/go/packages"
)

// ErrAnew says that a view cannot be made from that of another version of the files.
var ErrAnew = errors.New("the packages must be listed again")

// Check returns the view of a new version of the files, in the configuration of the view v of
// another version. Packages whose files and dependencies have not changed are reused. The
// others are type-checked in this process, without the go command. Check returns a
// *SourceError if one does not type-check, and ErrAnew if a file imports a package that its
// package did not import before.
func (s *Scope) Check(ctx context.Context, v *View, over Overlay) (*View, error) {
	if s.tree.Testing.Anew {
		return nil, ErrAnew
	}
	c := &checker{
		ctx: ctx, over: over, scope: s, config: v.Config,
		changed: v.over.differs(over),
		roots:   make(map[*packages.Package]bool),
		files:   make(map[fileKey]*ast.File),
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
	if err := sourceError(v.Config, problemsOf(s.tree.Dir, pkgs)); err != nil {
		return nil, err
	}
	next, err := s.viewOf(v.Config, pkgs, over)
	if err != nil {
		return nil, err
	}
	next.setBuilt(v.built)
	return next, nil
}

// A checker type-checks the packages of a new version of the files.
type checker struct {
	scope   *Scope
	ctx     context.Context
	config  Config
	over    Overlay
	changed map[string]bool // names of changed files
	roots   map[*packages.Package]bool
	files   map[fileKey]*ast.File // changed files as parsed, shared by the variants of a package
	known   map[*packages.Package]*packages.Package
}

// A fileKey identifies a parsed file: the same name is parsed once for each file set.
type fileKey struct {
	fset *token.FileSet
	name string
}

// next returns p in the new version. It returns p itself if no file of p or of a
// dependency has changed.
func (c *checker) next(p *packages.Package) (*packages.Package, error) {
	if q, ok := c.known[p]; ok {
		return q, nil
	}
	c.known[p] = p // also ends a cycle, which is an error elsewhere
	if len(p.Syntax) == 0 {
		return p, nil // its types do not depend on those of the scope
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
	typeCheck(&q, c.roots[p], c.scope.abridged.has(p))
	c.known[p] = &q
	return &q, nil
}

// parse parses the changed files of p.
func (c *checker) parse(p *packages.Package) error {
	p.Syntax = slices.Clone(p.Syntax)
	for i, old := range p.Syntax {
		name := p.Fset.File(old.FileStart).Name()
		if !c.changed[name] {
			continue
		}
		at := fileKey{p.Fset, name}
		if c.files[at] == nil {
			text, ok := c.over[name]
			if !ok {
				var err error
				if text, err = c.scope.tree.Source.Read(name); err != nil {
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
			if path := importPath(spec); path != "unsafe" && p.Imports[path] == nil {
				return fmt.Errorf("%w: %s imports %s", ErrAnew, name, spec.Path.Value)
			}
		}
	}
	return nil
}
