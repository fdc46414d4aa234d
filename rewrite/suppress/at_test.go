package suppress_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"testing"

	"github.com/closurefix/closurefix/rewrite/suppress"
)

func TestAt(t *testing.T) {
	const text = `package p

func f() {
	a() //closurefix:ignore known
	b()
	//nolint:closurefix
	c()
	//lint:ignore closurefix measured
	d()

	e()
	//closurefix:ignore too far

	g()
	//lint:ignore closurefix
	h()
	i(
		//closurefix:ignore above an argument
		j(),
	)
}

//closurefix:ignore the whole function
func k() {
	l()
}

var _ = m() //nolint
`
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, "p.go", text, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	for forms, want := range map[suppress.Forms][]string{
		suppress.All:           {"a", "c", "d", "j", "l", "m"},
		suppress.WithoutNolint: {"a", "d", "j", "l"},
	} {
		var silenced []string
		for _, d := range f.Decls {
			ast.Inspect(d, func(n ast.Node) bool {
				if call, ok := n.(*ast.CallExpr); ok && suppress.New(forms).At(fset, f, d, call.Pos()) {
					silenced = append(silenced, call.Fun.(*ast.Ident).Name)
				}
				return true
			})
		}
		if !slices.Equal(silenced, want) {
			t.Errorf("forms %d: silenced %q, want %q", forms, silenced, want)
		}
	}
}
