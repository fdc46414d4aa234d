package gotool

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"strings"
	"testing"

	"github.com/closurefix/closurefix/rewrite/pattern"
)

func TestHasLiteral(t *testing.T) {
	for text, want := range map[string]bool{
		"package p\n\nfunc f() { return }\n":                           false,
		"package p\n\nfunc (t T) m(f func()) {}\n":                     true, // a type looks alike
		"package p\n\nfunc (t T) m() int { return 0 }\n":               false,
		"package p\n\nfunc (t *T[A, B]) m() {}\n":                      false,
		"package p\n\nvar f = func(int) {}\n":                          true,
		"package p\n\nfunc f() F {\n\treturn func (x int) { _ = x }\n": true,
		"package p\n\nvar f = F(\nfunc (x int) error { return nil })":  true,
		"package p\n\nvar f = F(\nfunc(x int) (error) { return nil })": true,
		"package p\n\nvar f = func /* why */ (int) {}\n":               true,
		"package p\n\nfunc (t T /* ) m( */) m() {}\n":                  true,
		"package p\n\n// function (\nfunc":                             false,
		"package p\n\nfunc":                                            false,
	} {
		if got := hasLiteral([]byte(text)); got != want {
			t.Errorf("%q: %v, want %v", text, got, want)
		}
	}
}

// What the parser finds must not have been thrown away without.
func TestHasLiteralMissesNothing(t *testing.T) {
	goroot, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		t.Fatal(err)
	}
	found, passed := 0, 0
	err = filepath.WalkDir(filepath.Join(strings.TrimSpace(string(goroot)), "src", "net"), func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(name, ".go") {
			return err
		}
		text, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		f, err := parser.ParseFile(token.NewFileSet(), name, text, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		n := len(pattern.May(f))
		found += n
		switch has := hasLiteral(text); {
		case !has:
			passed++
			if n > 0 {
				t.Errorf("%s may hold prepare functions, but no literals?", name)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if found == 0 || passed == 0 {
		t.Errorf("%d functions found, %d files passed over: nothing was tested", found, passed)
	}
}

func TestReadsExportData(t *testing.T) {
	info := func(version string, replace *debug.Module) *debug.BuildInfo {
		return &debug.BuildInfo{Deps: []*debug.Module{
			{Path: "github.com/dave/dst", Version: "v0.27.4"},
			{Path: "golang.org/x/tools", Version: version, Replace: replace},
		}}
	}
	for version, want := range map[string]bool{
		"v0.5.0":                                true,
		"v0.47.0":                               true,
		"v0.47.1-0.20260625142307-59b4966ccb57": true,
		"v0.49.9":                               true,
		"v0.50.0":                               false,
		"v0.52.0":                               false,
		"v0.100.0":                              false,
		"v1.0.0":                                false,
		"(devel)":                               false,
	} {
		if got := readsExportData(info(version, nil), true); got != want {
			t.Errorf("%s: %v, want %v", version, got, want)
		}
	}
	if readsExportData(info("v0.47.0", &debug.Module{Path: "../tools"}), true) {
		t.Error("x/tools replaced: true, want false")
	}
	if readsExportData(nil, false) || readsExportData(new(debug.BuildInfo), true) {
		t.Error("nothing known: true, want false")
	}
}

func TestAllAsked(t *testing.T) {
	for flags, want := range map[string]bool{
		"-json x.cfg":            false,
		"-all -json x.cfg":       true,
		"--all=true x.cfg":       true,
		"-all=false x.cfg":       false,
		"-all -all=0 x.cfg":      false,
		"-closurefix.all x.cfg":  false,
		"-c 3 -all -diff my.cfg": true,
	} {
		if got := everything(strings.Fields(flags)); got != want {
			t.Errorf("%s: %v, want %v", flags, got, want)
		}
	}
}
