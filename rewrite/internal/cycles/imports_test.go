package cycles

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/go/packages"
)

// Imports between these packages go one way. Those in pure are given a type-checked
// program and return what they find: they load nothing, start no process, print nothing
// and know no driver.
func TestImports(t *testing.T) {
	const root = "github.com/closurefix/closurefix/rewrite/"
	allowed := map[string][]string{
		"flow":            nil,
		"same":            nil,
		"pattern":         {"flow"},
		"misuse":          {"flow", "pattern"},
		"prose":           nil,
		"refusal":         {"pattern"},
		"callers":         {"flow", "pattern", "refusal"},
		"plan/spell":      {"flow"},
		"plan":            {"flow", "pattern", "refusal", "callers", "plan/spell", "prose"},
		"edit":            {"flow", "pattern", "callers", "plan", "plan/spell", "prose", "refusal", "internal/linediff"},
		"candidate":       {"flow", "pattern", "misuse", "plan", "callers", "refusal", "edit", "prose", "same"},
		"internal/escape": {"internal/position", "internal/process"},
		"internal/load":   {"flow", "pattern", "misuse", "callers", "internal/position", "internal/process", "internal/replace"},
		"internal/allocs": {"pattern", "refusal", "plan", "candidate", "internal/escape", "internal/position"},
	}
	pure := []string{"flow", "same", "pattern", "misuse", "prose", "refusal", "callers", "plan/spell", "plan", "edit", "candidate"}
	drivers := []string{
		"flag", "log", "net/http", "os/exec", "os/signal", "syscall", "testing",
		"golang.org/x/tools/go/analysis", "golang.org/x/tools/go/packages",
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
			if slices.Contains(pure, path) && slices.ContainsFunc(drivers, func(d string) bool { return imported == d || strings.HasPrefix(imported, d+"/") }) {
				t.Errorf("%s imports %s", path, imported)
			}
		}
	}
}
