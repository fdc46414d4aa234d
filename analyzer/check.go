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
	files map[string]*ast.File // unchanged files, by name
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
	edits := make(map[string][]udiff.Edit)
	for _, p := range proposals {
		own := make(map[string][]udiff.Edit)
		for _, e := range p.edits {
			own[e.File] = append(own[e.File], udiff.Edit{Start: e.Start, End: e.End, New: e.New})
		}
		for name, list := range own {
			merged, ok := udiff.Merge(edits[name], list)
			if !ok {
				return errors.New(later)
			}
			edits[name] = merged
		}
	}
	err := c.typeCheck(edits)
	if err == nil || len(edits) == 0 {
		return err
	}
	if c.typeCheck(nil) != nil {
		return fmt.Errorf("the package cannot be type-checked again: %w", err)
	}
	return fmt.Errorf("the package does not type-check with it: %w", err)
}

// typeCheck type-checks the package with edits, given by the names of files.
func (c *checker) typeCheck(edits map[string][]udiff.Edit) error {
	var files []*ast.File
	for _, old := range c.unit.Files {
		f, err := c.parse(c.unit.Filename(old.FileStart), edits)
		if err != nil {
			return err
		}
		files = append(files, f)
	}
	conf := types.Config{
		Importer: c, Sizes: c.pass.TypesSizes, GoVersion: c.pass.Pkg.GoVersion(), FakeImportC: c.cgo,
	}
	_, err := conf.Check(c.pass.Pkg.Path(), c.fset, files, nil)
	if e := (types.Error{}); errors.As(err, &e) {
		return errors.New(e.Msg) // without the position, which is one in the changed file
	}
	return err
}

// parse parses a file with its edits applied.
func (c *checker) parse(name string, edits map[string][]udiff.Edit) (*ast.File, error) {
	if f := c.files[name]; f != nil && len(edits[name]) == 0 {
		return f, nil
	}
	text, ok := c.texts[name]
	if !ok {
		var err error
		if text, err = c.unit.ReadFile(name); err != nil {
			return nil, err
		}
		c.texts[name] = text
	}
	if len(edits[name]) == 0 {
		f, err := parser.ParseFile(c.fset, name, text, parser.ParseComments|parser.SkipObjectResolution)
		c.files[name] = f
		return f, err
	}
	text, err := udiff.ApplyBytes(text, edits[name])
	if err != nil {
		return nil, err
	}
	return parser.ParseFile(c.fset, name, text, parser.ParseComments|parser.SkipObjectResolution)
}
