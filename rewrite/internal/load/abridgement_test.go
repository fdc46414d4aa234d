package load

import (
	"go/ast"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"golang.org/x/tools/txtar"
)

// unpack writes a txtar archive to a new directory.
func unpack(t *testing.T, archive string) string {
	t.Helper()
	dir := t.TempDir()
	for _, f := range txtar.Parse([]byte(archive)).Files {
		name := filepath.Join(dir, filepath.FromSlash(f.Name))
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, f.Data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// A package is abridged if it mentions a function that may return a literal and has no
// such function itself.
func TestAbridgement(t *testing.T) {
	t.Parallel()
	dir := unpack(t, `
-- go.mod --
module example.com/m

go 1.26
-- internal/low/low.go --
package low

import "example.com/m/errs"

func Begin(err *error) func() {
	errs.Begin()
	return func() { *err = nil }
}
-- errs/errs.go --
package errs

// Begin is another one.
func Begin() {}
-- use/use.go --
package use

import "example.com/m/internal/low"

func Use() (err error) {
	defer low.Begin(&err)()
	return nil
}

func other() {}
-- far/far.go --
package far

import _ "example.com/m/use"
`)
	tree, err := Open(t.Context(), Settings{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	s, err := Survey(t.Context(), tree)
	if err != nil {
		t.Fatal(err)
	}
	if got := slices.Collect(maps.Keys(s.abridged.pkgs)); !slices.Equal(got, []string{"example.com/m/use"}) {
		t.Errorf("in abridged: %q, want what names Begin and depends on its package", got)
	}
	if want := []string{"example.com/m/internal/low", "example.com/m/use"}; !slices.Equal(s.load, want) {
		t.Errorf("loaded: %q, want %q", s.load, want)
	}
	if want := []string{"example.com/m/far", "example.com/m/internal/low", "example.com/m/use"}; !slices.Equal(s.reach, want) {
		t.Errorf("reach: %q, want %q", s.reach, want)
	}
	views, err := s.Load(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	bodies := make(map[string]bool)
	for _, u := range views[0].World.Units {
		for _, f := range u.Files {
			for _, d := range f.Decls {
				if fn, ok := d.(*ast.FuncDecl); ok {
					bodies[fn.Name.Name] = fn.Body != nil
				}
			}
		}
	}
	if want := map[string]bool{"Begin": true, "Use": true, "other": false}; !maps.Equal(bodies, want) {
		t.Errorf("bodies: %v, want %v", bodies, want)
	}
}
