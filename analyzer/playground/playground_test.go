package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/closurefix/closurefix/analyzer/playground/internal/play"
	"github.com/closurefix/closurefix/analyzer/playground/internal/stdtypes"
	"golang.org/x/tools/txtar"
)

// results returns the examples and their results, analyzed without a browser.
func results(t *testing.T) ([]txtar.File, []play.Result) {
	t.Helper()
	bundle, err := stdtypes.Collect(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	library, err := stdtypes.Open(bundle)
	if err != nil {
		t.Fatal(err)
	}
	files := txtar.Parse(examples).Files
	var all []play.Result
	for _, f := range files {
		all = append(all, play.Analyze(string(f.Data), play.Options{All: true}, library.Importer()))
	}
	return files, all
}

// TestExamples runs the programs that the page offers before and after the rewrite.
func TestExamples(t *testing.T) {
	files, all := results(t)
	outcomes := []string{}
	for i, r := range all {
		if len(r.Problems) > 0 {
			t.Errorf("%s: %v", files[i].Name, r.Problems)
			continue
		}
		outcome := "refused"
		if len(r.Bugs) > 0 {
			outcome = "bug"
		} else if r.Findings[0].Rewritten {
			outcome = "rewritten"
		}
		outcomes = append(outcomes, outcome)
		if r.New == "" || testing.Short() {
			continue
		}
		if strings.Contains(r.New, "return func(") {
			t.Errorf("%s still returns a closure:\n%s", files[i].Name, r.New)
		}
		var printed [2]string
		for side, text := range []string{string(files[i].Data), r.New} {
			name := filepath.Join(t.TempDir(), "main.go")
			if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
			out, err := exec.CommandContext(t.Context(), "go", "run", name).CombinedOutput()
			if err != nil {
				t.Fatalf("%s: %v\n%s", files[i].Name, err, out)
			}
			printed[side] = string(out)
		}
		if printed[0] != printed[1] {
			t.Errorf("%s prints %q, then %q", files[i].Name, printed[0], printed[1])
		}
	}
	if want := []string{"rewritten", "rewritten", "rewritten", "rewritten", "refused", "bug"}; !slices.Equal(outcomes, want) {
		t.Errorf("the examples are %q, want %q", outcomes, want)
	}
}

// TestBrowser uses the page in a browser: see page_test.mjs.
func TestBrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("it compiles the rewriter to WebAssembly")
	}
	node := found(t, "node", "chromium")
	dir := t.TempDir()
	page, expected := filepath.Join(dir, "playground.html"), filepath.Join(dir, "expected.json")
	var stderr bytes.Buffer
	if code := run(t.Context(), []string{"-o", page}, &stderr); code != 0 {
		t.Fatalf("exit code %d\n%s", code, &stderr)
	}
	type example struct {
		Name   string `json:"name"`
		Diff   string `json:"diff"`
		Status string `json:"status"`
	}
	statuses := []string{
		"1 function rewritten", "1 function rewritten", "1 function rewritten", "1 function rewritten",
		"1 function refused", "1 function rewritten, 1 bug at callers",
	}
	var want []example
	files, all := results(t)
	for i, r := range all {
		var lines []string
		number := func(n int) string {
			if n == 0 {
				return ""
			}
			return fmt.Sprint(n)
		}
		for _, l := range r.Diff {
			if l.Sign == "…" {
				lines = append(lines, "|||…")
				continue
			}
			lines = append(lines, strings.Join([]string{number(l.Old), number(l.New), strings.ReplaceAll(l.Sign, "-", "−"), l.Text}, "|"))
		}
		want = append(want, example{strings.TrimSuffix(files[i].Name, ".go"), strings.Join(lines, "\n"), statuses[i]})
	}
	data, err := json.Marshal(want)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(expected, data, 0o644); err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), node, "page_test.mjs", page, expected).CombinedOutput()
	if err != nil || string(out) != "looked at 16 screens\n" {
		t.Errorf("%v\n%s", err, out)
	}
	if info, err := os.Stat(page); err != nil || info.Size() > 15e6 {
		t.Errorf("the page is too large: %v, %v", info, err)
	}
}

// found returns the path of the first program. It skips the test if one of the programs, or
// axe-core, is missing; where CI runs, the test fails.
func found(t *testing.T, programs ...string) string {
	t.Helper()
	const install = "sh testdata/browser/install.sh"
	_, err := os.Stat(filepath.Join("..", "..", "testdata", "browser", "node_modules", "axe-core"))
	for _, name := range programs {
		if err == nil {
			_, err = exec.LookPath(name)
		}
	}
	if err != nil && os.Getenv("CI") == "true" {
		t.Fatalf("%v; run %s", err, install)
	}
	if err != nil {
		t.Skipf("%v; run %s", err, install)
	}
	path, _ := exec.LookPath(programs[0])
	return path
}

func TestUsage(t *testing.T) {
	for _, test := range []struct {
		args []string
		code int
		want string
	}{
		{[]string{"-h"}, 0, usage},
		{[]string{"-x"}, 2, "flag provided but not defined: -x"},
		{[]string{"x"}, 2, `unexpected argument "x"`},
	} {
		var stderr bytes.Buffer
		if code := run(t.Context(), test.args, &stderr); code != test.code || !strings.Contains(stderr.String(), test.want) {
			t.Errorf("%q: exit code %d, %s", test.args, code, &stderr)
		}
	}
}
