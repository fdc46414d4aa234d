package main

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/go/packages"
)

// Imports between these packages go one way.
func TestImports(t *testing.T) {
	const root = "github.com/closurefix/closurefix/rewrite/"
	allowed := map[string][]string{
		"flow":            nil,
		"same":            nil,
		"pattern":         {"flow"},
		"refusal":         {"pattern"},
		"callers":         {"flow", "pattern", "refusal"},
		"plan":            {"flow", "pattern", "refusal", "callers"},
		"internal/escape": {"internal/process"},
		"internal/load":   {"pattern", "callers", "internal/process", "internal/replace"},
		"internal/allocs": {"pattern", "refusal", "plan", "edit", "internal/escape"},
	}
	var patterns []string
	for path := range allowed {
		patterns = append(patterns, "./"+path)
	}
	pkgs, err := packages.Load(&packages.Config{Dir: filepath.Join("..", ".."), Mode: packages.NeedName | packages.NeedImports}, patterns...)
	if err != nil {
		t.Fatal(err)
	}
	if len(pkgs) != len(allowed) {
		t.Fatalf("%d packages, want %d", len(pkgs), len(allowed))
	}
	for _, p := range pkgs {
		path := strings.TrimPrefix(p.PkgPath, root)
		for imported := range p.Imports {
			if name, ok := strings.CutPrefix(imported, root); ok && !slices.Contains(allowed[path], name) {
				t.Errorf("%s imports %s", path, name)
			}
		}
	}
}
