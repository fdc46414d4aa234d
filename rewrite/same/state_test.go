package same

import (
	"go/ast"
	"testing"

	"github.com/closurefix/closurefix/rewrite/internal/snippet"
)

// TestAddressed asks whether a statement takes the address of v, or of a part of it.
func TestAddressed(t *testing.T) {
	for statement, want := range map[string]bool{
		"use(&v)":             true,
		"use(&v.n)":           true,
		"use(&v.list[1])":     true,
		"v.set()":             true,
		"use(v.set)":          true,
		"v.in.set()":          true,
		"use(v.list[:])":      true,
		"(v).list[0].set()":   true,
		"v.get()":             false,
		"v.n++":               false,
		"v.p.set()":           false,
		"use(&v.p.n)":         false,
		"use(v.more[1:])":     false,
		"v.more[0].set()":     false,
		"use(v, v.list[0].n)": false,
	} {
		u := snippet.LoadVersion(t, "go1.26", `
			type I struct{ n int }
			func (*I) set() {}
			type T struct { n int; in I; list [2]I; more []I; p *T }
			func (*T) set() {}
			func (T) get() int { return 0 }
			func use(...any) {}
			func f(v T) { `+statement+` }`)
		got := false
		for _, d := range u.Files[0].Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && fn.Name.Name == "f" {
				for n := range ast.Preorder(fn.Body) {
					if e, ok := n.(ast.Expr); ok {
						v := addressed(u.Info, e)
						got = got || v != nil && v.Name() == "v"
					}
				}
			}
		}
		if got != want {
			t.Errorf("%s: %v, want %v", statement, got, want)
		}
	}
}
