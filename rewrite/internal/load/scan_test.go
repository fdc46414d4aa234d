package load

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

func TestMayLiteral(t *testing.T) {
	for text, want := range map[string]bool{
		"":                                   false,
		"func":                               false,
		"func F() {}":                        false,
		"func (t *T) M(n int) {}":            false,
		"func (t T[P]) M() func_ {}":         false,
		"func (T) Ünï() {}":                  false,
		"// functions\nfunc F() {}":          false,
		"func F() { f := func() {} }":        true,
		"func F() { f := func () {} }":       true,
		"func F() { f := func\t() {} }":      true,
		"func F() { return func/* */() {} }": true,
		"x :=\nfunc (a int) func() { return func() {} }":    true,
		"x :=\nfunc (a int) func() {}":                      true,
		"x :=\nfunc (a int) int {}":                         true,
		"x :=\nfunc (a int) (int) {}":                       true,
		"x :=\nfunc (a int) p.T {}":                         true,
		"x :=\nfunc (a int) {}":                             true,
		"x :=\nfunc (a int) chan(int) {}":                   true,
		"x :=\nfunc () {}":                                  true,
		"func (t T) M() {}\nfunc (f func()) N() {}":         true, // as it may
		"func F() {}\n\nvar f = T(func(n int) (a, b int) {": true,
	} {
		if got := mayLiteral([]byte(text)); got != want {
			t.Errorf("%q: %v, want %v", text, got, want)
		}
	}
}

// No file of the standard library that is not parsed contains a function literal.
func TestMayLiteralStandard(t *testing.T) {
	out, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		t.Fatal(err)
	}
	skipped := 0
	for _, dir := range []string{"net", "net/http", "go/types", "runtime", "os", "testing"} {
		names, err := filepath.Glob(filepath.Join(strings.TrimSpace(string(out)), "src", dir, "*.go"))
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			text, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			if mayLiteral(text) {
				continue
			}
			skipped++
			f, err := parser.ParseFile(token.NewFileSet(), name, text, parser.SkipObjectResolution)
			if err != nil {
				t.Fatal(err)
			}
			ast.Inspect(f, func(n ast.Node) bool {
				if _, ok := n.(*ast.FuncLit); ok {
					t.Errorf("%s holds a function literal", name)
				}
				return true
			})
		}
	}
	if skipped < 100 {
		t.Errorf("only %d files can be skipped, which is no test", skipped)
	}
}
