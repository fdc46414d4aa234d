package pattern_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strings"
	"testing"

	"github.com/closurefix/closurefix/rewrite/pattern"
	"golang.org/x/tools/go/packages"
)

func TestMay(t *testing.T) {
	const text = `package p

func yes1() func()                        { return func() {} }
func yes2() (context.CancelFunc, error)   { return func() {}, nil }
func yes3() (done func())                 { done = func() {}; return }
func yes4() (int, func(error) error)      { f := func(error) error { return nil }; return 0, (f) }
func yes5() (done, undo func(*error))     { var d = func(*error) {}; return nil, d }
func yes6() Done                          { return Done(func() {}) }
func (T) yes7() Generic[int]              { if x { return nil }; return func() {} }

func no1()                                { f := func() {}; f() }
func no2() error                          { return do(func() {}) }
func no3() (func() (int, error), error)   { return func() (int, error) { return 0, nil }, nil }
func no4() Name                           { return x.name }
func no5() func()                         { go func() {}(); return cleanup }
func no6() (Handler, error)               { return nil, nil }
func no7() (func(), bool)                 { return other() }
func no8() func()
`
	f, err := parser.ParseFile(token.NewFileSet(), "p.go", text, 0)
	if err != nil {
		t.Fatal(err)
	}
	found := pattern.May(f)
	for _, d := range f.Decls {
		fn := d.(*ast.FuncDecl)
		if got, want := slices.Contains(found, fn), strings.HasPrefix(fn.Name.Name, "yes"); got != want {
			t.Errorf("%s: %v, want %v", fn.Name.Name, got, want)
		}
	}
}

func TestMayUse(t *testing.T) {
	const text = `package p

func a()       { defer yes1()() }
func b()       { done, err := x.yes2(); if err != nil { return }; defer done() }
func c()       { done := yes3(); x(); done() }
var  d = func() { done := yes4[int](); defer func() { done() }() }

func yes5()    { defer yes5()() }
func g() (a func()) { return yes6() }
func h() (a func()) { a = yes7(); return }
func i() func() { f, _ := yes8(); return f }
func no1()     { defer x() }
func e()       { f(no2()) }
func no3()
type no4 struct{}
func j()       { defer x(); no5() }
func k()       { defer x(); s.f = no6() }
`
	f, err := parser.ParseFile(token.NewFileSet(), "p.go", text, 0)
	if err != nil {
		t.Fatal(err)
	}
	names := make(map[string]bool)
	for _, name := range strings.FieldsFunc(text, func(r rune) bool { return !('a' <= r && r <= 'z' || '0' <= r && r <= '9') }) {
		names[name] = strings.HasPrefix(name, "yes") || strings.HasPrefix(name, "no")
	}
	got, forwarders := pattern.MayUse(f, names)
	if want := []string{"yes1", "yes2", "yes3", "yes4", "yes5", "yes6", "yes7", "yes8"}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	var hand []string
	for _, fn := range forwarders {
		hand = append(hand, fn.Name.Name)
	}
	if want := []string{"g", "h", "i"}; !slices.Equal(hand, want) {
		t.Errorf("forwarders %v, want %v", hand, want)
	}
}

// What needs types to find must not have been thrown away without.
func TestMayMissesNothing(t *testing.T) {
	pkgs, err := packages.Load(&packages.Config{
		Mode: packages.NeedName | packages.NeedImports | packages.NeedTypes | packages.NeedSyntax | packages.NeedTypesInfo,
	}, "net/http", "context", "testing", "database/sql", "os", "go/types", "net", "log/slog", "sync", "testing/fstest")
	if err != nil {
		t.Fatal(err)
	}
	prepares, hits := 0, 0
	for _, p := range pkgs {
		may := make(map[*ast.FuncDecl]bool)
		for _, f := range p.Syntax {
			for _, fn := range pattern.May(f) {
				may[fn] = true
				hits++
			}
		}
		for _, found := range pattern.Find(&pattern.Unit{Fset: p.Fset, Files: p.Syntax, Pkg: p.Types, Info: p.TypesInfo}) {
			prepares++
			if !may[found.Decl] {
				t.Errorf("%s is lost", p.Fset.Position(found.Decl.Pos()))
			}
		}
	}
	if prepares == 0 {
		t.Error("the packages hold no prepare function: nothing was tested")
	}
	t.Logf("%d prepare functions among %d hits", prepares, hits)
}
