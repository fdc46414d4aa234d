package same

import (
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"slices"
	"strings"
	"testing"
)

// TestSight holds what uses of the variable c may see. set(1) is what a statement sets it to, and the uses
// are listed in the order of the source.
func TestSight(t *testing.T) {
	for _, test := range []struct{ body, want string }{
		{"c := set(1); c(); c = set(2); c()", "1, 2"},
		{"c := set(1); c = twice(c); c()", "1, "},
		{"c := set(1); if ok { c = set(2); c() }; c()", "2, 1 2"},
		{"c := set(1); if ok { c(); return }; c = set(2); c()", "1, 2"},
		{"c := set(1); if c = set(2); ok { c() } else { c() }; c()", "2, 2, 2"},
		{"c := set(1); for ok { c(); c = set(2); c() }", "1 2, 2"},
		{"c := set(1); for ok { c = set(2); if ok { continue }; c() }; c()", "2, 1 2"},
		{"c := set(1); for range 3 { c() }; c = set(2)", "1"},
		{"c := set(1); switch { case ok: c = set(2); fallthrough; default: c() }", "1 2"},
		{"c := set(1); switch { case ok: c = set(2); c() }", "2"},
		{"c := set(1); select { case c = <-ch: c(); default: c() }", ",  1"},
		{"c := set(1); { c = set(2) }; c()", "2"},
		{"c := set(1); L: for { c = set(2); break L }; c()", "1 2"},
		{"c := set(1); defer func() { c() }(); c = set(2)", "1 2"},
		{"c := set(1); c = set(2); defer func() { c() }()", "2"},
		{"c := set(1); for ok { defer func() { c() }() }; c()", "1, 1"},
		{"c := set(1); for ok { c = set(2); defer func() { c() }() }", "c is set in a loop, and used in a literal"},
		{"for ok { c := set(1); defer func() { c() }() }", "1"},
		{"for c := set(1); ok; { c = set(2); defer func() { c() }() }", "c is set in a loop, and used in a literal"},
		{"c := set(1); func() { c = set(2) }(); c()", "c is set in a literal"},
		{"func() { c := set(1); c(); c = set(2); c() }()", "1, 2"},
		{"c := set(1); p := &c; *p = set(2); c()", "c has an address"},
		{"c := set(1); goto L; L: c()", "c is in a function with a goto"},
		{"var c func(); if ok { c = set(1); c() }; c()", "1,  1"},
		{"c := set(1); for _, c = range list { c() }; c()", " 1,  1"},
	} {
		src := "package p; var ok bool; var ch chan func(); var list []func(); func set(int) func() { return nil }; func twice(f func()) func() { return f }; func f() { " + test.body + " }"
		fset := token.NewFileSet()
		file, err := parser.ParseFile(fset, "p.go", src, 0)
		if err != nil {
			t.Fatal(err)
		}
		info := &types.Info{Defs: make(map[*ast.Ident]types.Object), Uses: make(map[*ast.Ident]types.Object)}
		if _, err := new(types.Config).Check("p", fset, []*ast.File{file}, info); err != nil {
			t.Fatalf("%s: %v", test.body, err)
		}
		decl := file.Decls[len(file.Decls)-1]
		values := make(map[*ast.Ident]string)
		var v *types.Var
		for n := range ast.Preorder(decl) {
			a, ok := n.(*ast.AssignStmt)
			if ok && len(a.Rhs) == 1 {
				if call, ok := a.Rhs[0].(*ast.CallExpr); ok && len(call.Args) == 1 {
					if n, ok := call.Args[0].(*ast.BasicLit); ok && a.Lhs[0] != nil {
						if id, ok := a.Lhs[0].(*ast.Ident); ok {
							values[id] = n.Value
						}
					}
				}
			}
			if id, ok := n.(*ast.Ident); ok && id.Name == "c" && info.Defs[id] != nil {
				v = info.Defs[id].(*types.Var)
			}
		}
		s := look(info, decl, v)
		got := v.Name() + " " + s.bad
		if s.bad == "" {
			var uses []string
			for id := range idents(decl) {
				if _, ok := s.sees[id]; ok {
					var by []string
					for set := range s.sees[id] {
						by = append(by, values[set])
					}
					slices.Sort(by)
					uses = append(uses, strings.Join(by, " "))
				}
			}
			got = strings.Join(uses, ", ")
		}
		if got != test.want {
			t.Errorf("%s:\ngot  %q\nwant %q", test.body, got, test.want)
		}
	}
}
