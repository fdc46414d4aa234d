package load

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

func TestAbridge(t *testing.T) {
	keeps := func(tok token.Token, lit string) bool { return lit == "Begin" }
	for text, want := range map[string]string{
		"package p\nfunc F() { x() }\n":                                 "package p\nfunc F()        \n",
		"package p\nfunc F() { Begin() }\n":                             "package p\nfunc F() { Begin() }\n",
		"package p\nfunc F() {\r\n\tif x {\r\n\t}\r\n}\n":               "package p\nfunc F()  \r\n       \r\n  \r\n \n",
		"package p\nfunc F() { /* Begin */ x(`Begin`, '{') }\n":         "package p\nfunc F()                                \n",
		"package p\nfunc Begin() { x() }\n":                             "package p\nfunc Begin()        \n",
		"package p\nfunc F() struct{ a int } { x() }\n":                 "package p\nfunc F() struct{ a int }        \n",
		"package p\nfunc F() (a interface{ M() }, b int) { x() }\n":     "package p\nfunc F() (a interface{ M() }, b int)        \n",
		"package p\nfunc F() interface{ M() }\nfunc G() { x() }\n":      "package p\nfunc F() interface{ M() }\nfunc G()        \n",
		"package p\nfunc F() func() { x() }\n":                          "package p\nfunc F() func()        \n",
		"package p\nfunc (t *T[P]) M() { x() }\nvar v = func() { y() }": "package p\nfunc (t *T[P]) M()        \nvar v = func() { y() }",
		"package p\nfunc F[T any]() { x() }\nfunc init() { x() }\n":     "package p\nfunc F[T any]() { x() }\nfunc init() { x() }\n",
		"package p\nfunc (t T) init() { x() }\n":                        "package p\nfunc (t T) init()        \n",
		"package p\nfunc F()\nfunc G() { x() }\n":                       "package p\nfunc F()\nfunc G()        \n",
		"package p\nfunc F() { x( }\n":                                  "package p\nfunc F() { x( }\n",
		"package p\nfunc F() { x() } }\nfunc G() { x() }":               "package p\nfunc F() { x() } }\nfunc G() { x() }",
		"package p\nfunc F() { x('ab) }\n":                              "package p\nfunc F() { x('ab) }\n",
		"":                                                              "",
	} {
		short := []byte(text)
		abridge(short, keeps)
		if got := string(short); got != want {
			t.Errorf("%q becomes\n%q, want\n%q", text, got, want)
		}
		if len(text) != len(want) {
			t.Errorf("%q: the test wants another length", text)
		}
	}
}

// An abridged file of the standard library has the same declarations at the same
// positions. Only functions whose bodies are kept or required have bodies.
func TestAbridgeStandard(t *testing.T) {
	out, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		t.Fatal(err)
	}
	bodies, cut := 0, 0
	for _, dir := range []string{"net", "net/http", "go/types", "runtime", "slices", "testing", "sync"} {
		names, err := filepath.Glob(filepath.Join(strings.TrimSpace(string(out)), "src", dir, "*.go"))
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			text, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			short := bytes.Clone(text)
			abridge(short, func(tok token.Token, _ string) bool { return tok == token.DEFER })
			f, err := parser.ParseFile(token.NewFileSet(), name, text, parser.SkipObjectResolution)
			if err != nil {
				t.Fatal(err)
			}
			g, err := parser.ParseFile(token.NewFileSet(), name, short, parser.SkipObjectResolution)
			if err != nil {
				t.Errorf("abridged: %v", err)
				continue
			}
			if len(f.Decls) != len(g.Decls) {
				t.Errorf("%s: %d declarations become %d", name, len(f.Decls), len(g.Decls))
				continue
			}
			for i, d := range f.Decls {
				if d.Pos() != g.Decls[i].Pos() {
					t.Errorf("%s: declaration %d is somewhere else", name, i)
				}
				fn, ok := d.(*ast.FuncDecl)
				if !ok {
					continue
				}
				hn := g.Decls[i].(*ast.FuncDecl)
				if fn.Body == nil || hn.Body == nil {
					if fn.Body != nil {
						cut++
						if defers(fn.Body) || fn.Type.TypeParams != nil || fn.Recv == nil && fn.Name.Name == "init" {
							t.Errorf("%s: %s has lost its body", name, fn.Name.Name)
						}
					}
					continue
				}
				bodies++
				if fn.Body.Pos() != hn.Body.Pos() || fn.Body.End() != hn.Body.End() || !bytes.Equal(text[fn.Body.Pos()-1:fn.Body.End()-1], short[fn.Body.Pos()-1:fn.Body.End()-1]) {
					t.Errorf("%s: the body of %s is another", name, fn.Name.Name)
				}
			}
		}
	}
	if t.Logf("%d bodies kept, %d not", bodies, cut); cut < 4*bodies {
		t.Errorf("most should not be kept")
	}
}

func defers(n ast.Node) bool {
	found := false
	ast.Inspect(n, func(n ast.Node) bool {
		_, ok := n.(*ast.DeferStmt)
		found = found || ok
		return !found
	})
	return found
}
