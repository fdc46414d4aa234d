package callers

import (
	"go/ast"
	"go/parser"
	"go/token"
	"testing"
)

func TestStub(t *testing.T) {
	for body, want := range map[string]bool{
		`return 0, nil, errors.ErrUnsupported`:           true,
		`if n > 0 { return n, nil, nil }; panic("none")`: true,
		`return 0, func() {}, nil`:                       true,
		`return 0, func() { n-- }, nil`:                  false,
		`return 0, mu.Unlock, nil`:                       false,
		`return begin(n)`:                                false,
		`return`:                                         false,
		`done := func() {}; return 0, done, nil`:         true,
		`done := func() { n-- }; return 0, done, nil`:    false,
		`done, err := begin(n); return 0, done, err`:     false,
		`return 0, func() error { return nil }, nil`:     true,
		`return 0, func() error { return f() }, nil`:     false,
	} {
		f, err := parser.ParseFile(token.NewFileSet(), "p.go", "package p\nfunc f(n int) (int, func(), error) {"+body+"}", 0)
		if err != nil {
			t.Fatal(err)
		}
		if got := stub(f.Decls[0].(*ast.FuncDecl), 1); got != want {
			t.Errorf("%s: %t, want %t", body, got, want)
		}
	}
}
