package analyzer

import (
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"strings"
	"testing"

	"github.com/closurefix/closurefix/rewrite/edit"
	"github.com/closurefix/closurefix/rewrite/pattern"
	"golang.org/x/tools/go/analysis"
)

// TestAccepts compares what the abridged package says of an edit with what the whole says.
// The function begin is edited, and the bodies of the others are left out.
func TestAccepts(t *testing.T) {
	const (
		plain = `package p

import (
	"one"
	"two"
)

func begin() { one.F() }

func call() int { begin(); two.F(); return 1 }
`
		dotted = `package p

import . "one"

func begin() {}

func call() { F() }
`
		generic = `package p

import "one"

func begin() { one.F() }

func call[T any](t T) T { begin(); return t }
`
	)
	for _, test := range []struct {
		what            string
		text, old, new  string
		abridged, whole bool
	}{
		{"nothing that others use changes", plain, "one.F()", "one.F(); one.F()", true, true},
		{"a generic function is left out", generic, "one.F()", "one.F(); one.F()", true, true},
		{"the edit makes an import unused", plain, "one.F()", "", false, false},
		{"the edit adds an import without a use", plain, `"one"`, "\"one\"\n\t\"three\"", false, false},
		{"the edit removes an import of a body left out", plain, `"two"`, "", false, false},
		{"the edit makes that import blank", plain, `"two"`, `_ "two"`, false, false},
		{"the edit gives that import another name", plain, `"two"`, `other "two"`, false, false},
		{"the new body is wrong", plain, "one.F()", "one.G()", false, false},
		{"a declaration is doubled", plain, "func begin", "func call() {}\n\nfunc begin", false, false},
		{"only a body left out is wrong", plain, "begin() {", "begin(n int) {", true, false},
		{"a dot import is used elsewhere", dotted, "{}", "{ println() }", true, true},
		{"a file with a dot import is whole", dotted, "begin() {}", "begin(n int) { F() }\n\nvar _ = begin()", false, false},
	} {
		texts := map[string]string{"p.go": test.text, "q.go": "package p\n\nimport \"three\"\n\nfunc third() { three.F() }\n"}
		c, p := checkerOf(t, texts), new(proposal)
		for _, d := range c.unit.Files[0].Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && fn.Name.Name == "begin" {
				p.decls = append(p.decls, d.Pos())
			}
		}
		at := strings.Index(test.text, test.old)
		p.edits = []edit.Edit{{File: "p.go", Start: at, End: at + len(test.old), New: test.new}}
		a, err := c.abridge([]*proposal{p})
		if err != nil {
			t.Fatalf("%s: %v", test.what, err)
		}
		if got := c.accepts(a, p); got != test.abridged {
			t.Errorf("%s: the abridged package says %t, want %t", test.what, got, test.abridged)
		}
		if err := c.check(p); (err == nil) != test.whole {
			t.Errorf("%s: the whole package says %v, want success: %t", test.what, err, test.whole)
		}
	}
}

// checkerOf returns a checker for the package with the files p.go and q.go. Every import is
// a package with a function F.
func checkerOf(t *testing.T, texts map[string]string) *checker {
	t.Helper()
	u := &pattern.Unit{Fset: token.NewFileSet(), Read: func(name string) ([]byte, error) { return []byte(texts[name]), nil }}
	for _, name := range []string{"p.go", "q.go"} {
		f, err := parser.ParseFile(u.Fset, name, texts[name], parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		u.Files = append(u.Files, f)
	}
	u.Info = &types.Info{
		Defs: make(map[*ast.Ident]types.Object), Uses: make(map[*ast.Ident]types.Object), Implicits: make(map[ast.Node]types.Object),
	}
	pkg, err := (&types.Config{Importer: withF{}}).Check("p", u.Fset, u.Files, u.Info)
	if err != nil {
		t.Fatal(err)
	}
	u.Pkg = pkg
	return newChecker(&analysis.Pass{Pkg: pkg}, u)
}

type withF struct{}

func (withF) Import(path string) (*types.Package, error) {
	pkg := types.NewPackage(path, path)
	pkg.Scope().Insert(types.NewFunc(token.NoPos, pkg, "F", types.NewSignatureType(nil, nil, nil, nil, nil, false)))
	pkg.MarkComplete()
	return pkg, nil
}
