package same

import (
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"testing"
)

// TestAssignments checks that what is assigned is a variable, or a part of it that no pointer leads to.
func TestAssignments(t *testing.T) {
	const src = `package a

type in struct{ n int }

type out struct {
	in in
	p  *in
	l  [2]in
	s  []in
}

func f(v out, q *out) {
	v.in.n = 1
	v.l[1].n++
	v.p.n = 2
	v.s[0].n = 3
	q.in.n = 4
	(v.in) = in{}
	for v.in.n = range 2 {
	}
}
`
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, "a.go", src, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	u := &Unit{Fset: fset, Info: &types.Info{
		Types: make(map[ast.Expr]types.TypeAndValue), Uses: make(map[*ast.Ident]types.Object),
		Defs: make(map[*ast.Ident]types.Object), Selections: make(map[*ast.SelectorExpr]*types.Selection),
	}}
	if _, err := new(types.Config).Check("a", fset, []*ast.File{file}, u.Info); err != nil {
		t.Fatal(err)
	}
	fn := file.Decls[len(file.Decls)-1].(*ast.FuncDecl)
	found := make(map[string]int)
	for v, ids := range u.assignments(fn) {
		found[v.Name()] = len(ids)
	}
	if found["v"] != 4 || found["q"] != 0 {
		t.Errorf("assignments %v, want 4 of v", found)
	}
}
