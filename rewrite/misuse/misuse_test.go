package misuse_test

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"os"
	"strings"
	"testing"

	"github.com/closurefix/closurefix/rewrite/flow"
	"github.com/closurefix/closurefix/rewrite/misuse"
)

// library has as much of the standard library as the tests import.
var library = map[string]string{
	"errors":  "func New(string) error { return nil }",
	"fmt":     "func Println(...any) {}",
	"log":     "func Print(...any) {}; func Fatal(...any) {}",
	"os":      "func Exit(int) {}",
	"testing": "type T struct{}; func (*T) Fatal(...any) {}",
}

type importer struct{ fset *token.FileSet }

func (i importer) Import(path string) (*types.Package, error) {
	text, ok := library[path]
	if !ok {
		return nil, fmt.Errorf("package %s is not in the test's library", path)
	}
	f, err := parser.ParseFile(i.fset, path+".go", "package "+path+"\n"+text, 0)
	if err != nil {
		return nil, err
	}
	return (&types.Config{}).Check(path, i.fset, []*ast.File{f}, nil)
}

// unitOf type-checks one file as a package.
func unitOf(t *testing.T, name string, text []byte) *flow.Unit {
	t.Helper()
	u := &flow.Unit{Fset: token.NewFileSet(), Info: &types.Info{
		Types: make(map[ast.Expr]types.TypeAndValue), Defs: make(map[*ast.Ident]types.Object), Uses: make(map[*ast.Ident]types.Object),
		Selections: make(map[*ast.SelectorExpr]*types.Selection), Implicits: make(map[ast.Node]types.Object),
		Scopes: make(map[ast.Node]*types.Scope), Instances: make(map[*ast.Ident]types.Instance), FileVersions: make(map[*ast.File]string),
	}}
	f, err := parser.ParseFile(u.Fset, name, text, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	u.Files = []*ast.File{f}
	if u.Pkg, err = (&types.Config{Importer: importer{u.Fset}}).Check("p", u.Fset, u.Files, u.Info); err != nil {
		t.Fatal(err)
	}
	return u
}

func find(t *testing.T, units []*flow.Unit, o misuse.Options) []*misuse.Finding {
	t.Helper()
	return misuse.Find(units, o)
}

// TestFind compares the findings with the comments "want" of the lines, and whether
// they have a fix with the word "fix" there.
func TestFind(t *testing.T) {
	for _, test := range []struct {
		file string
		kind misuse.Kind
	}{
		{"testdata/eager.go.txt", misuse.EagerArgument},
		{"testdata/nil.go.txt", misuse.NilCleanup},
	} {
		text, err := os.ReadFile(test.file)
		if err != nil {
			t.Fatal(err)
		}
		u := unitOf(t, test.file, text)
		got := make(map[int]string)
		for _, f := range find(t, []*flow.Unit{u}, misuse.Options{}) {
			p := u.Fset.Position(f.Pos)
			word, _, _ := strings.Cut(string(f.Kind), "-")
			if f.Fix != nil {
				word += " fix"
			}
			if got[p.Line] += word; f.Kind != test.kind || f.Message == "" || f.Func == "" || len(f.Related) == 0 {
				t.Errorf("%s: incomplete or of another kind: %+v", p, f)
			}
		}
		wants := 0
		for i, line := range strings.Split(string(text), "\n") {
			_, want, _ := strings.Cut(line, "// want ")
			if want != "" {
				wants++
			}
			if got[i+1] != want {
				t.Errorf("%s:%d: found %q, want %q: %s", test.file, i+1, got[i+1], want, strings.TrimSpace(line))
			}
		}
		if wants == 0 {
			t.Errorf("%s wants nothing", test.file)
		}
	}
}

// TestFix applies all fixes: nothing is left to find where one was offered, and the
// package still type-checks.
func TestFix(t *testing.T) {
	text, err := os.ReadFile("testdata/eager.go.txt")
	if err != nil {
		t.Fatal(err)
	}
	u := unitOf(t, "p.go", text)
	found := find(t, []*flow.Unit{u}, misuse.Options{})
	fixed := bytes.Clone(text)
	left := 0
	for i := len(found) - 1; i >= 0; i-- {
		fix := found[i].Fix
		if fix == nil {
			left++
			continue
		}
		start, end := u.Fset.Position(fix.Pos).Offset, u.Fset.Position(fix.End).Offset
		fixed = append(fixed[:start:start], append([]byte(fix.New), fixed[end:]...)...)
	}
	if left == len(found) {
		t.Error("there is no fix")
	}
	after := find(t, []*flow.Unit{unitOf(t, "p.go", fixed)}, misuse.Options{})
	if len(after) != left {
		t.Errorf("%d findings after the fixes, want %d", len(after), left)
	}
}

// TestTests: findings in test files are wanted only with Options.Tests.
func TestTests(t *testing.T) {
	text, err := os.ReadFile("testdata/nil.go.txt")
	if err != nil {
		t.Fatal(err)
	}
	units := []*flow.Unit{unitOf(t, "p_test.go", text)}
	if found := find(t, units, misuse.Options{}); len(found) > 0 {
		t.Errorf("%d findings in a test file", len(found))
	}
	if len(find(t, units, misuse.Options{Tests: true})) == 0 {
		t.Error("no findings in a test file with Tests")
	}
	if found := find(t, units, misuse.Options{Tests: true, Target: func(*flow.Unit) bool { return false }}); len(found) > 0 {
		t.Errorf("%d findings in a unit that is no target", len(found))
	}
}
