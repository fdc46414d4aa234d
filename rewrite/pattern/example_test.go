package pattern_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"

	"github.com/closurefix/closurefix/rewrite/pattern"
)

// Find the prepare functions of a package, and their calls.
func ExampleFind() {
	const src = `package conn

type Conn struct{ failed error }

func (c *Conn) prepareRead(err *error) func() {
	return func() { c.failed = *err }
}

func (c *Conn) Read() (err error) {
	done := c.prepareRead(&err)
	defer done()
	return nil
}
`
	u := &pattern.Unit{Fset: token.NewFileSet(), Info: &types.Info{
		Types: make(map[ast.Expr]types.TypeAndValue), Defs: make(map[*ast.Ident]types.Object), Uses: make(map[*ast.Ident]types.Object),
		Implicits: make(map[ast.Node]types.Object), Selections: make(map[*ast.SelectorExpr]*types.Selection),
		Instances: make(map[*ast.Ident]types.Instance), Scopes: make(map[ast.Node]*types.Scope),
	}}
	f, err := parser.ParseFile(u.Fset, "conn.go", src, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		fmt.Println(err)
		return
	}
	u.Files = []*ast.File{f}
	if u.Pkg, err = new(types.Config).Check("example.com/conn", u.Fset, u.Files, u.Info); err != nil {
		fmt.Println(err)
		return
	}
	results := make(map[pattern.Key]int)
	for _, p := range pattern.Find(u) {
		results[p.Key] = p.Result
		fmt.Println(p.Key)
		for _, c := range p.Captures {
			fmt.Println("captures", c.Var.Name())
		}
	}
	sites, _ := pattern.References(u, results)
	for key, list := range sites {
		for _, s := range list {
			fmt.Println(u.Fset.Position(s.Call.Pos()), "calls", key)
		}
	}
	// Output:
	// (*Conn).prepareRead
	// captures c
	// captures err
	// conn.go:10:10 calls (*Conn).prepareRead
}
