package cycles

import (
	"go/ast"
	"go/constant"
	"go/types"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/go/packages"
)

// A switch over the forms, kinds, routes or ways that this module knows names all of
// them, or says what it does about the others: a new one is not forgotten in silence.
func TestSwitches(t *testing.T) {
	pkgs, err := packages.Load(&packages.Config{
		Dir:  filepath.Join("..", ".."),
		Mode: packages.NeedName | packages.NeedFiles | packages.NeedSyntax | packages.NeedTypes | packages.NeedTypesInfo | packages.NeedImports,
	}, "./edit", "./same", "./candidate")
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	for _, p := range pkgs {
		for _, f := range p.Syntax {
			for n := range ast.Preorder(f) {
				s, ok := n.(*ast.SwitchStmt)
				if !ok || s.Tag == nil {
					continue
				}
				left := constants(p.TypesInfo.TypeOf(s.Tag))
				if left == nil {
					continue
				}
				seen++
				for _, c := range s.Body.List {
					list := c.(*ast.CaseClause).List
					if list == nil {
						left = nil
					}
					for _, e := range list {
						if v := p.TypesInfo.Types[e].Value; v != nil {
							delete(left, v.ExactString())
						}
					}
				}
				for _, name := range left {
					t.Errorf("%v: %s is no case, and there is no default", p.Fset.Position(s.Pos()), name)
				}
			}
		}
	}
	if seen < 5 {
		t.Errorf("%d switches, want 5", seen)
	}
}

// constants returns the names of the constants of a named integer type of this module,
// by their values; nil for another type.
func constants(t types.Type) map[string]string {
	named, ok := t.(*types.Named)
	if !ok || named.Obj().Pkg() == nil || !strings.HasPrefix(named.Obj().Pkg().Path(), "github.com/closurefix/") {
		return nil
	}
	if b, ok := named.Underlying().(*types.Basic); !ok || b.Info()&types.IsInteger == 0 {
		return nil
	}
	all := make(map[string]string)
	scope := named.Obj().Pkg().Scope()
	for _, name := range scope.Names() {
		if c, ok := scope.Lookup(name).(*types.Const); ok && types.Identical(c.Type(), named) && c.Val().Kind() == constant.Int {
			all[c.Val().ExactString()] = name
		}
	}
	return all
}
