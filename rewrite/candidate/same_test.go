package candidate

import (
	"fmt"
	"go/ast"
	"go/build/constraint"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/closurefix/closurefix/rewrite/callers"
	"github.com/closurefix/closurefix/rewrite/pattern"
	"github.com/closurefix/closurefix/rewrite/refusal"
)

// caseUnits type-checks the packages of a case of testdata/cases, without its tests,
// in memory. Cases that need build tags or more than the standard library have none.
func caseUnits(file string, fset *token.FileSet, std types.Importer) ([]*pattern.Unit, bool, error) {
	archive, err := txtar.ParseFile(file)
	if err != nil {
		return nil, false, err
	}
	root := "example.com/" + strings.TrimSuffix(filepath.Base(file), ".txtar")
	l := &caseLoader{std: std, fset: fset, texts: make(map[string][]byte), dirs: make(map[string][]string), units: make(map[string]*pattern.Unit)}
	exported := false
	for _, f := range archive.Files {
		switch {
		case f.Name == "flags":
			exported = strings.Contains(string(f.Data), "-exported")
		case strings.HasPrefix(f.Name, "after/"), !strings.HasSuffix(f.Name, ".go"), strings.HasSuffix(f.Name, "_test.go"):
		case constrained(f.Data):
		default:
			dir := path.Join(root, path.Dir(f.Name))
			l.texts[f.Name] = f.Data
			l.dirs[dir] = append(l.dirs[dir], f.Name)
		}
	}
	for dir := range l.dirs {
		if _, err := l.Import(dir); err != nil {
			return nil, false, err
		}
	}
	var units []*pattern.Unit
	for _, u := range l.units {
		units = append(units, u)
	}
	slices.SortFunc(units, func(a, b *pattern.Unit) int { return strings.Compare(a.Pkg.Path(), b.Pkg.Path()) })
	return units, exported, nil
}

// constrained reports whether a file has a build constraint.
func constrained(text []byte) bool {
	for line := range strings.Lines(string(text)) {
		if constraint.IsGoBuild(strings.TrimSpace(line)) {
			return true
		}
	}
	return false
}

type caseLoader struct {
	std   types.Importer
	fset  *token.FileSet
	texts map[string][]byte
	dirs  map[string][]string
	units map[string]*pattern.Unit
}

func (l *caseLoader) Import(p string) (*types.Package, error) {
	if u := l.units[p]; u != nil {
		return u.Pkg, nil
	}
	names, ok := l.dirs[p]
	if !ok {
		return l.std.Import(p)
	}
	u := &pattern.Unit{Fset: l.fset, Info: &types.Info{
		Types: make(map[ast.Expr]types.TypeAndValue), Defs: make(map[*ast.Ident]types.Object), Uses: make(map[*ast.Ident]types.Object),
		Selections: make(map[*ast.SelectorExpr]*types.Selection), Implicits: make(map[ast.Node]types.Object),
		Instances: make(map[*ast.Ident]types.Instance), Scopes: make(map[ast.Node]*types.Scope), FileVersions: make(map[*ast.File]string),
	}, Read: func(name string) ([]byte, error) {
		text, ok := l.texts[name]
		if !ok {
			return nil, fmt.Errorf("no file %s", name)
		}
		return text, nil
	}}
	for _, name := range names {
		f, err := parser.ParseFile(l.fset, name, l.texts[name], parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		u.Files = append(u.Files, f)
	}
	conf := types.Config{Importer: l, GoVersion: "go1.26"}
	pkg, err := conf.Check(p, l.fset, u.Files, u.Info)
	if err != nil {
		return nil, err
	}
	u.Pkg = pkg
	l.units[p] = u
	return pkg, nil
}

// caseCandidates returns the prepare functions of all cases that are rewritten in the
// first round, by case.
func caseCandidates(t *testing.T) map[string][]*Candidate {
	files, err := filepath.Glob(filepath.Join("..", "..", "testdata", "cases", "*.txtar"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	fset := token.NewFileSet()
	std := importer.ForCompiler(fset, "gc", nil)
	all := make(map[string][]*Candidate)
	unchecked := 0
	for _, file := range files {
		units, exported, err := caseUnits(file, fset, std)
		if err != nil {
			unchecked++
			continue
		}
		name := strings.TrimSuffix(filepath.Base(file), ".txtar")
		for _, c := range Find(&callers.World{Units: units, Module: true, All: true, Tests: true, Exported: exported}) {
			if c.Refusal != nil && c.Refusal.Code == refusal.VerifyFailed {
				t.Errorf("%s: %v", name, c.Refusal)
			}
			if c.Refusal == nil {
				all[name] = append(all[name], c)
			}
		}
	}
	t.Logf("%d cases, %d not type-checked here", len(files), unchecked)
	return all
}

// TestSameAccepts holds that same finds nothing to object to in the rewrites of the cases.
func TestSameAccepts(t *testing.T) {
	n := 0
	for _, cs := range caseCandidates(t) {
		n += len(cs)
	}
	t.Log(n, "rewrites")
	if n < 250 {
		t.Errorf("%d rewrites were compared, want 250", n)
	}
}
