//go:build unix

package nogo_test

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/mod/modfile"
)

// rulesGo is the module of Bazel's rules for Go.
const rulesGo = "github.com/bazelbuild/rules_go@v0.65.0"

// A source is what nogo is built from. The rule nogo compiles some files of rules_go with
// one that its builder generates. They import an internal package of x/tools, which Bazel
// allows and the go command does not, so they are laid over that module here.
type source struct {
	dir     string   // of the module to build
	rules   string   // the directory of rules_go with the builder and nogo
	builder string   // the program that generates the file
	files   []string // those of nogo
}

func newSource(t *testing.T) *source {
	t.Helper()
	s := &source{dir: t.TempDir()}
	root := download(t, rulesGo)
	s.rules = filepath.Join(root, "go", "tools", "builders")
	build := read(t, filepath.Join(s.rules, "BUILD.bazel"))
	s.files = sources(t, build, "nogo_srcs")

	s.builder = filepath.Join(s.dir, "builder")
	args := []string{"build", "-ldflags=-X main.rulesGoStdlibPrefix=none", "-o", s.builder}
	args = append(append(args, sources(t, build, "builder_srcs")...), "path.go")
	command(t, s.rules, "go", args...)

	rules, err := modfile.ParseLax("go.mod", []byte(read(t, filepath.Join(root, "go.mod"))), nil)
	if err != nil {
		t.Fatal(err)
	}
	var tools string // the version that rules_go requires
	for _, r := range rules.Require {
		if r.Mod.Path == "golang.org/x/tools" {
			tools = r.Mod.Version
		}
	}
	// Files cannot be laid over the module cache itself.
	if err := os.Symlink(download(t, "golang.org/x/tools@"+tools), filepath.Join(s.dir, "tools")); err != nil {
		t.Fatal(err)
	}
	self, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(s.dir, "go.mod"), fmt.Sprintf(`module nogo

go 1.26.0

require (
	github.com/closurefix/closurefix v0.0.0
	golang.org/x/tools %s
)

replace (
	github.com/closurefix/closurefix => %q
	golang.org/x/tools => ./tools
)
`, tools, self))
	return s
}

// build builds nogo with a configuration, or none, and returns its name.
func (s *source) build(t *testing.T, config string) string {
	t.Helper()
	main := filepath.Join(s.dir, "nogo_main.go")
	args := []string{"gennogomain", "-output", main, "-analyzer_importpath", "github.com/closurefix/closurefix/analyzer"}
	if config != "" {
		write(t, filepath.Join(s.dir, "config.json"), config)
		args = append(args, "-config", filepath.Join(s.dir, "config.json"))
	}
	command(t, s.dir, s.builder, args...)
	laid := filepath.Join(s.dir, "tools", "nogo")
	replace := map[string]string{filepath.Join(laid, "generated.go"): main}
	for _, name := range s.files {
		replace[filepath.Join(laid, name)] = filepath.Join(s.rules, name)
	}
	overlay, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(s.dir, "overlay.json"), string(overlay))
	program := filepath.Join(s.dir, "nogo")
	command(t, s.dir, "go", "build", "-mod=mod", "-trimpath", "-overlay=overlay.json", "-o", program, "golang.org/x/tools/nogo")
	return program
}

// sources returns the Go files of a target of a BUILD file.
func sources(t *testing.T, build, target string) []string {
	t.Helper()
	m := regexp.MustCompile(`(?s)name = "` + target + `",\n    srcs = \[(.*?)\n    \]`).FindStringSubmatch(build)
	if m == nil {
		t.Fatalf("there is no target %s", target)
	}
	var names []string
	for _, name := range regexp.MustCompile(`"(\w+\.go)"`).FindAllStringSubmatch(m[1], -1) {
		names = append(names, name[1])
	}
	return names
}

// download downloads a module and returns its directory.
func download(t *testing.T, module string) string {
	t.Helper()
	var m struct{ Dir string }
	if err := json.Unmarshal([]byte(command(t, t.TempDir(), "go", "mod", "download", "-json", module)), &m); err != nil {
		t.Fatal(err)
	}
	return m.Dir
}

func command(t *testing.T, dir, name string, args ...string) string {
	t.Helper()
	cmd := exec.Command(name, args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOFLAGS=", "GOWORK=off")
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s %q: %v\n%s%s", name, args, err, out, stderr.String())
	}
	return string(out)
}

func read(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func write(t *testing.T, name, text string) {
	t.Helper()
	if err := os.WriteFile(name, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
}
