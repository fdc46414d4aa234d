package analyzer

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"strconv"

	"github.com/aymanbagabas/go-udiff"
	"github.com/closurefix/closurefix/rewrite/pattern"
	"golang.org/x/tools/go/analysis"
)

// A checker type-checks the package of a pass with fixes applied. It reads only the files
// of the package. The pass has the types of imports in memory.
type checker struct {
	pass    *analysis.Pass
	unit    *pattern.Unit
	imports map[string]*types.Package // by the path in the import declaration
	cgo     bool                      // some file imports "C"

	// The files are parsed again, since those of the pass belong to the file set of the
	// driver.
	fset  *token.FileSet
	texts map[string][]byte    // by name
	files map[string]*ast.File // as they are, by name
}

func newChecker(p *analysis.Pass, u *pattern.Unit) *checker {
	c := &checker{
		pass: p, unit: u, imports: map[string]*types.Package{"unsafe": types.Unsafe},
		fset: token.NewFileSet(), texts: make(map[string][]byte), files: make(map[string]*ast.File),
	}
	var visit func(pkg *types.Package)
	visit = func(pkg *types.Package) {
		for _, dep := range pkg.Imports() {
			if c.imports[dep.Path()] == nil {
				c.imports[dep.Path()] = dep
				visit(dep)
			}
		}
	}
	visit(p.Pkg)
	for _, f := range u.Files {
		for _, spec := range f.Imports {
			path, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				continue
			}
			c.cgo = c.cgo || path == "C"
			// The path of a vendored package differs from that in the import declaration.
			obj := u.Info.Implicits[spec]
			if spec.Name != nil {
				obj = u.Info.Defs[spec.Name]
			}
			if name, ok := obj.(*types.PkgName); ok {
				c.imports[path] = name.Imported()
			}
		}
	}
	return c
}

// Import implements types.Importer.
func (c *checker) Import(path string) (*types.Package, error) {
	pkg := c.imports[path]
	if pkg != nil && !pkg.Complete() {
		// The package is known only from export data of others. The type checker requires a
		// complete package, and that of the driver must not be changed.
		known := pkg
		pkg = types.NewPackage(path, known.Name())
		for _, name := range known.Scope().Names() {
			pkg.Scope().Insert(known.Scope().Lookup(name))
		}
		pkg.MarkComplete()
		c.imports[path] = pkg
	}
	if pkg != nil {
		return pkg, nil
	}
	return nil, errors.New("it is not a dependency of the package")
}

// check type-checks the package with proposals applied as drivers apply them. Its error
// says why they cannot be suggested.
func (c *checker) check(proposals ...*proposal) error {
	edits, err := merge(proposals...)
	if err != nil {
		return err
	}
	err = c.typeCheck(edits)
	if err == nil || len(edits) == 0 {
		return err
	}
	if c.typeCheck(nil) != nil {
		return fmt.Errorf("the package cannot be type-checked again: %w", err)
	}
	return fmt.Errorf("the package does not type-check with it: %w", err)
}

// merge returns the edits of proposals by the names of files, as drivers merge them.
func merge(proposals ...*proposal) (map[string][]udiff.Edit, error) {
	edits := make(map[string][]udiff.Edit)
	for _, p := range proposals {
		own := make(map[string][]udiff.Edit)
		for _, e := range p.edits {
			own[e.File] = append(own[e.File], udiff.Edit{Start: e.Start, End: e.End, New: e.New})
		}
		for name, list := range own {
			merged, ok := udiff.Merge(edits[name], list)
			if !ok {
				return nil, errors.New(later)
			}
			edits[name] = merged
		}
	}
	return edits, nil
}

// typeCheck type-checks the package with edits, given by the names of files.
func (c *checker) typeCheck(edits map[string][]udiff.Edit) error {
	var files []*ast.File
	for _, old := range c.unit.Files {
		name := c.unit.Filename(old.FileStart)
		f, err := c.parse(name)
		if err == nil && len(edits[name]) > 0 {
			f, err = c.edited(name, edits[name], nil)
		}
		if err != nil {
			return err
		}
		files = append(files, f)
	}
	_, err := c.config().Check(c.pass.Pkg.Path(), c.fset, files, nil)
	if e := (types.Error{}); errors.As(err, &e) {
		return errors.New(e.Msg) // without the position, which is one in the changed file
	}
	return err
}

func (c *checker) config() *types.Config {
	return &types.Config{
		Importer: c, Sizes: c.pass.TypesSizes, GoVersion: c.pass.Pkg.GoVersion(), FakeImportC: c.cgo,
	}
}

// parse parses a file as it is.
func (c *checker) parse(name string) (*ast.File, error) {
	if f := c.files[name]; f != nil {
		return f, nil
	}
	text, err := c.unit.ReadFile(name)
	if err != nil {
		return nil, err
	}
	f, err := parser.ParseFile(c.fset, name, text, parser.ParseComments|parser.SkipObjectResolution)
	c.texts[name], c.files[name] = text, f
	return f, err
}

// edited parses a file with edits applied, and leaves out the bodies of the functions with
// the given source.
func (c *checker) edited(name string, edits []udiff.Edit, omitted map[string]bool) (*ast.File, error) {
	text, err := udiff.ApplyBytes(c.texts[name], edits)
	if err != nil {
		return nil, err
	}
	f, err := parser.ParseFile(c.fset, name, text, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	return c.withoutBodies(f, text, omitted), nil
}
