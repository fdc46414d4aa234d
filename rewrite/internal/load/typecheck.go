package load

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"slices"

	"golang.org/x/tools/go/packages"
)

// typeCheck type-checks a package that has its syntax and the types of its imports.
// Without bodies it records only the types of the package. If abridged is set, files may have
// unused imports.
func typeCheck(p *packages.Package, bodies, abridged bool) {
	cfg := &types.Config{
		Importer: importerFunc(func(path string) (*types.Package, error) {
			if path == "unsafe" {
				return types.Unsafe, nil
			}
			if dep := p.Imports[path]; dep != nil && dep.Types != nil {
				return dep.Types, nil
			}
			return nil, fmt.Errorf("no types of %s", path)
		}),
		IgnoreFuncBodies: !bodies,
		FakeImportC:      true, // a dependency may mention C if all its declarations are kept
		Sizes:            p.TypesSizes,
		Error: func(err error) {
			e := packages.Error{Pos: "-", Msg: err.Error(), Kind: packages.TypeError}
			if t, ok := err.(types.Error); ok {
				if abridged && unusedImport(p.Syntax, t.Pos, t.Soft) {
					return
				}
				e.Pos, e.Msg = t.Fset.Position(t.Pos).String(), t.Msg
			}
			p.Errors = append(p.Errors, e)
		},
	}
	if p.Module != nil && p.Module.GoVersion != "" {
		cfg.GoVersion = "go" + p.Module.GoVersion
	}
	p.TypesInfo = nil
	if bodies {
		p.TypesInfo = &types.Info{
			Types:        make(map[ast.Expr]types.TypeAndValue),
			Instances:    make(map[*ast.Ident]types.Instance),
			Defs:         make(map[*ast.Ident]types.Object),
			Uses:         make(map[*ast.Ident]types.Object),
			Implicits:    make(map[ast.Node]types.Object),
			Selections:   make(map[*ast.SelectorExpr]*types.Selection),
			FileVersions: make(map[*ast.File]string),
		}
	}
	p.Types, _ = cfg.Check(p.PkgPath, p.Fset, p.Syntax, p.TypesInfo)
}

type importerFunc func(string) (*types.Package, error)

func (f importerFunc) Import(path string) (*types.Package, error) { return f(path) }

// unusedImport reports whether the error at pos reports an unused import, which abridged
// files may have.
func unusedImport(files []*ast.File, pos token.Pos, soft bool) bool {
	return soft && slices.ContainsFunc(files, func(f *ast.File) bool {
		return slices.ContainsFunc(f.Imports, func(s *ast.ImportSpec) bool { return s.Pos() <= pos && pos < s.End() })
	})
}
