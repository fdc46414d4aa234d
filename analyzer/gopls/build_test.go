package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"
)

func TestFitting(t *testing.T) {
	for release, want := range map[string]string{
		"go1.25.9":                       "",
		"go1.26":                         "v0.23.0",
		"go1.26.8":                       "v0.23.0",
		"go1.27rc1":                      "v0.23.0",
		"go1.27.0":                       "v0.24.0",
		"go1.28.3":                       "v0.24.0",
		"devel go1.28-0123456789 Mon":    "v0.24.0",
		"go1.26.8 X:nodwarf5":            "v0.23.0",
		"go1.27.0-custom X:greenteagc\n": "v0.24.0",
	} {
		got, err := fitting(plain(release))
		if got != want || (err == nil) != (want != "") {
			t.Errorf("%s: %q, error %v; want %q", release, got, err, want)
		}
	}
}

func TestFetched(t *testing.T) {
	for goroot, want := range map[string]bool{
		"/usr/local/go": false,
		"/home/me/go/pkg/mod/golang.org/toolchain@v0.0.1-go1.27.0.linux-amd64": true,
	} {
		if got := fetched(goroot); got != want {
			t.Errorf("%s: %v, want %v", goroot, got, want)
		}
	}
}

func TestUsage(t *testing.T) {
	for args, want := range map[string]int{"-h": 0, "-o": 2, "-no": 2, "-o x y": 2} {
		var stderr bytes.Buffer
		if code := run(t.Context(), strings.Fields(args), &stderr); code != want || !strings.Contains(stderr.String(), usage) {
			t.Errorf("%s: exit code %d, want %d, and the usage\n%s", args, code, want, stderr.String())
		}
	}
}

// small holds a gopls and a closurefix with only the packages that the build depends on.
const small = `
-- gopls/go.mod --
module golang.org/x/tools/gopls

go 1.26
-- gopls/main.go --
package main

import "golang.org/x/tools/gopls/internal/settings"

func main() { settings.Print() }
-- gopls/internal/settings/analysis.go --
package settings

import "github.com/closurefix/closurefix/analyzer"

type Analyzer struct {
	analyzer *analyzer.A
}

var AllAnalyzers []*Analyzer

func Print() {
	for _, a := range AllAnalyzers {
		println("everything", a.analyzer.Flags.Lookup("everything").Value.String())
	}
}
-- closurefix/go.mod --
module github.com/closurefix/closurefix

go 1.26
-- closurefix/analyzer/analyzer.go --
package analyzer

import "flag"

type A struct{ Flags flag.FlagSet }

func ForEditor() *A {
	a := new(A)
	a.Flags.Bool("everything", false, "")
	return a
}
`

func TestBuildSmall(t *testing.T) {
	dir := extract(t)
	for _, all := range []bool{false, true} {
		b := &builder{
			output:   filepath.Join(t.TempDir(), "program"+exeSuffix()),
			all:      all,
			gopls:    "v0.23.0",
			analyzer: filepath.Join(dir, "closurefix"),
			log:      t.Output(),
		}
		work := t.TempDir()
		if err := b.lay(work, filepath.Join(dir, "gopls"), "go1.26.0"); err != nil {
			t.Fatal(err)
		}
		if err := b.compile(t.Context(), work); err != nil {
			t.Fatal(err)
		}
		out, err := b.exec(t.Context(), work, b.output).CombinedOutput()
		want := map[bool]string{false: "everything false\n", true: "everything true\n"}[all]
		if err != nil || string(out) != want {
			t.Errorf("error %v, prints %q, want %q", err, out, want)
		}
	}
}

// TestBuildFails checks that errors of the compiler are reported, and nothing else.
func TestBuildFails(t *testing.T) {
	dir := extract(t)
	settings := filepath.Join(dir, "gopls", "internal", "settings", "analysis.go")
	if err := os.WriteFile(settings, []byte("package settings\n\nfunc Print() {}\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	b := &builder{output: filepath.Join(dir, "program"), gopls: "v0.23.0", analyzer: filepath.Join(dir, "closurefix"), log: t.Output()}
	work := t.TempDir()
	if err := b.lay(work, filepath.Join(dir, "gopls"), "go1.26.0"); err != nil {
		t.Fatal(err)
	}
	err := b.compile(t.Context(), work)
	if err == nil || !strings.Contains(err.Error(), "undefined: AllAnalyzers") || strings.Contains(err.Error(), "downloading") {
		t.Errorf("error %v, want what the compiler says", err)
	}
	if err := b.lay(t.TempDir(), filepath.Join(dir, "closurefix"), "go1.26.0"); err == nil || !strings.Contains(err.Error(), "gopls v0.23.0") {
		t.Errorf("error %v, want one that says that this gopls is another", err)
	}
}

func extract(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for _, f := range txtar.Parse([]byte(small)).Files {
		name := filepath.Join(dir, filepath.FromSlash(f.Name))
		if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, f.Data, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}
