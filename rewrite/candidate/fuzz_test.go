package candidate_test

import (
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/closurefix/closurefix/rewrite/callers"
	"github.com/closurefix/closurefix/rewrite/candidate"
	"github.com/closurefix/closurefix/rewrite/edit"
	"github.com/closurefix/closurefix/rewrite/pattern"
	"github.com/closurefix/closurefix/rewrite/refusal"
	"golang.org/x/tools/txtar"
)

// FuzzFind mutates the programs of testdata/cases that are one file. What
// still type-checks is analysed: no fault, each rewrite alone type-checks, and
// leaves the function no candidate for another one.
//
//	go test ./rewrite/candidate -run '^$' -fuzz Find -fuzztime 5m
func FuzzFind(f *testing.F) {
	names, err := filepath.Glob(filepath.Join("..", "..", "testdata", "cases", "*.txtar"))
	if err != nil || len(names) == 0 {
		f.Fatalf("no cases: %v", err)
	}
	seeds := 0
	for _, name := range names {
		archive, err := txtar.ParseFile(name)
		if err != nil {
			f.Fatal(err)
		}
		var source []txtar.File
		for _, file := range archive.Files {
			if strings.HasSuffix(file.Name, ".go") && !strings.HasPrefix(file.Name, "after/") {
				source = append(source, file)
			}
		}
		if len(source) == 1 && source[0].Name == "main.go" && len(source[0].Data) < 4000 {
			f.Add(string(source[0].Data))
			seeds++
		}
	}
	if seeds < 50 {
		f.Fatalf("only %d cases are one file", seeds)
	}
	c := &checked{std: importer.Default(), known: make(map[string]*types.Package)}
	f.Fuzz(func(t *testing.T, text string) {
		unit, err := c.check(text)
		if err != nil {
			return // no Go
		}
		for _, found := range candidates(unit) {
			key := found.Prepare.Key
			if found.Refusal != nil {
				if code := found.Refusal.Code; code == refusal.InternalError || code == refusal.VerifyFailed {
					t.Errorf("%s: %v\n%s", key, found.Refusal, text)
				}
				continue
			}
			result := apply(t, text, found.Edits)
			next, err := c.check(result)
			if err != nil {
				t.Errorf("%s: %v\n%s\nbecomes\n%s", key, err, text, result)
				continue
			}
			for _, again := range candidates(next) {
				if again.Prepare.Key == key && again.Refusal == nil {
					t.Errorf("%s is rewritten twice\n%s\nbecomes\n%s", key, text, result)
				}
			}
		}
	})
}

func candidates(u *pattern.Unit) []*candidate.Candidate {
	return candidate.Find(&callers.World{Units: []*pattern.Unit{u}, All: true})
}

// checked type-checks programs of one file that import few packages.
type checked struct {
	std   types.Importer
	known map[string]*types.Package
}

func (c *checked) Import(path string) (*types.Package, error) {
	if p := c.known[path]; p != nil {
		return p, nil
	}
	switch path {
	case "context", "errors", "fmt", "io", "os", "runtime", "sort", "strings", "sync", "time":
		p, err := c.std.Import(path)
		c.known[path] = p
		return p, err
	}
	return nil, fmt.Errorf("no package %s here", path)
}

func (c *checked) check(text string) (*pattern.Unit, error) {
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, "main.go", text, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	info := &types.Info{
		Types:        make(map[ast.Expr]types.TypeAndValue),
		Instances:    make(map[*ast.Ident]types.Instance),
		Defs:         make(map[*ast.Ident]types.Object),
		Uses:         make(map[*ast.Ident]types.Object),
		Implicits:    make(map[ast.Node]types.Object),
		Selections:   make(map[*ast.SelectorExpr]*types.Selection),
		FileVersions: make(map[*ast.File]string),
	}
	cfg := &types.Config{Importer: c, GoVersion: "go1.26"}
	pkg, err := cfg.Check("example.com/main", fset, []*ast.File{file}, info)
	if err != nil {
		return nil, err
	}
	return &pattern.Unit{
		Fset: fset, Files: []*ast.File{file}, Pkg: pkg, Info: info,
		Read: func(name string) ([]byte, error) {
			if name != "main.go" {
				return nil, os.ErrNotExist
			}
			return []byte(text), nil
		},
	}, nil
}

// apply returns the text with sorted edits applied.
func apply(t *testing.T, text string, edits []edit.Edit) string {
	var b strings.Builder
	end := 0
	for _, e := range edits {
		if e.Start < end || e.End < e.Start || e.End > len(text) {
			t.Fatalf("edits are out of order: %v", edits)
		}
		b.WriteString(text[end:e.Start] + e.New)
		end = e.End
	}
	return b.String() + text[end:]
}
