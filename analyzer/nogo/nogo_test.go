//go:build unix

// Package nogo_test runs the analyzer under nogo, the driver of Bazel's rules_go.
package nogo_test

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/closurefix/closurefix/analyzer/internal/drivers"
)

// TestNogo runs nogo as Bazel does: in a directory that has the files of one target and
// nothing else, with their names relative to it.
func TestNogo(t *testing.T) {
	if testing.Short() {
		t.Skip("builds nogo")
	}
	c, err := drivers.Wire(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	s := newSource(t)
	n := &nogo{program: s.build(t, ""), dir: c.Dir, imports: importcfg(t, c.Dir)}

	library := []string{"conn.go", "peek.go", "read.go"}
	withTest := append(slices.Clone(library), "conn_test.go") // a go_test that embeds the library
	span, value, plain := []string{"span/span.go"}, []string{"value/value.go"}, []string{"plain/plain.go"}
	var found, patches []string
	for _, target := range []struct {
		pkg     string
		files   []string
		link    bool     // to the files, as in the sandbox; else they are copied, as for remote execution
		found   string   // the file with a finding
		changes []string // the files that the patch changes
	}{
		{"example.com/wire", library, true, "conn.go", nil},
		{"example.com/wire", withTest, true, "conn.go", []string{"conn.go", "conn_test.go", "peek.go", "read.go"}},
		{"example.com/wire", withTest, false, "conn.go", nil},
		{"example.com/wire/span", span, true, "span/span.go", span},
		{"example.com/wire/span", span, false, "span/span.go", nil},
		{"example.com/wire/value", value, true, "value/value.go", nil},
		{"example.com/wire/plain", plain, true, "", nil},
	} {
		printed, patch := n.run(t, target.pkg, target.files, target.link)
		lines := findings(t, c, printed)
		if target.found == "" && printed != "" || target.found != "" && (len(lines) != 1 || !strings.HasPrefix(lines[0], target.found+":")) {
			t.Errorf("%s, files %q: it prints\n%s", target.pkg, target.files, printed)
		}
		found = append(found, lines...)
		var changes []string
		for _, m := range regexp.MustCompile(`(?m)^\+\+\+ b/(.*)$`).FindAllStringSubmatch(patch, -1) {
			changes = append(changes, m[1])
		}
		if slices.Sort(changes); !slices.Equal(changes, target.changes) {
			t.Errorf("%s, files %q, linked %t: the patch changes %q, want %q", target.pkg, target.files, target.link, changes, target.changes)
		}
		patches = append(patches, patch)
	}
	slices.Sort(found)
	if err := c.CheckFindings(slices.Compact(found)); err != nil {
		t.Error(err)
	}
	for _, patch := range patches {
		apply(t, c.Dir, patch)
	}
	if err := c.CheckFixed(); err != nil {
		t.Error(err)
	}
}

// TestFlags configures the analyzer as README.md says.
func TestFlags(t *testing.T) {
	if testing.Short() {
		t.Skip("builds nogo")
	}
	c, err := drivers.Wire(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	m := regexp.MustCompile("(?s)```json\n(.*?)```").FindStringSubmatch(read(t, "README.md"))
	if m == nil || !strings.Contains(m[1], `"everything": "false"`) {
		t.Fatal("README.md has no configuration with the flag")
	}
	s := newSource(t)
	n := &nogo{s.build(t, strings.Replace(m[1], "false", "true", 1)), c.Dir, importcfg(t, c.Dir)}
	printed, _ := n.run(t, "example.com/wire", []string{"conn.go", "peek.go", "read.go"}, true)
	if !strings.Contains(printed, "(*Conn).lock returns a closure over c") {
		t.Errorf("with the flag it prints\n%s", printed)
	}
}

// A nogo runs the driver over the packages of a module.
type nogo struct {
	program string
	dir     string // of the module
	imports string // the file that names the export data of all packages
}

// run runs nogo over a package that has the files, and returns what it prints and the patch
// with the fixes. No program is in its PATH, also not the go command.
func (n *nogo) run(t *testing.T, pkg string, files []string, link bool) (printed, patch string) {
	t.Helper()
	sandbox, fixes := t.TempDir(), t.TempDir()
	for _, name := range files {
		to, from := filepath.Join(sandbox, name), filepath.Join(n.dir, name)
		err := os.MkdirAll(filepath.Dir(to), 0o777)
		if err == nil && link {
			err = os.Symlink(from, to)
		} else if err == nil {
			var text []byte
			if text, err = os.ReadFile(from); err == nil {
				err = os.WriteFile(to, text, 0o666)
			}
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.Command(n.program, append([]string{
		"-p", pkg, "-importcfg", n.imports, "-fix_dir", fixes, "-x", filepath.Join(fixes, "facts"), "-go_version", "1.26.0",
	}, files...)...)
	cmd.Dir, cmd.Env = sandbox, []string{"PATH=", "GOARCH=" + runtime.GOARCH}
	out, err := cmd.CombinedOutput()
	var failed *exec.ExitError
	if err != nil && (!errors.As(err, &failed) || failed.ExitCode() != 3) {
		t.Fatalf("%v\n%s", err, out)
	}
	text, err := os.ReadFile(filepath.Join(fixes, "nogo.patch"))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
	return string(out), string(text)
}

// findings returns the findings that nogo printed. It prints no categories, so each gets
// the one that the case has for its position and message.
func findings(t *testing.T, c *drivers.Case, printed string) []string {
	t.Helper()
	var lines []string
	for line := range strings.Lines(printed) {
		line, ok := strings.CutSuffix(strings.TrimSpace(line), " (closurefix)")
		if !ok {
			continue
		}
		i := slices.IndexFunc(c.Findings, func(f string) bool { return strings.HasPrefix(f, line+" (") })
		if i < 0 {
			t.Errorf("no such finding is expected: %s", line)
			continue
		}
		lines = append(lines, c.Findings[i])
	}
	return lines
}

// apply applies a patch as nogo says to, with strip 1.
func apply(t *testing.T, dir, patch string) {
	t.Helper()
	if patch == "" {
		return
	}
	cmd := exec.Command("git", "apply", "-")
	cmd.Dir, cmd.Stdin = dir, strings.NewReader(patch)
	cmd.Env = append(os.Environ(), "GIT_CEILING_DIRECTORIES="+filepath.Dir(dir))
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s\n%s", err, out, patch)
	}
}

// importcfg writes the file that names the export data of all packages of a module and
// their imports, and returns its name.
func importcfg(t *testing.T, dir string) string {
	t.Helper()
	cmd := exec.Command("go", "list", "-export", "-deps", "-test", "-f", "{{if .Export}}{{if not .ForTest}}packagefile {{.ImportPath}}={{.Export}}{{end}}{{end}}", "./...")
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOFLAGS=", "GOWORK=off")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, stderr.Bytes())
	}
	name := filepath.Join(t.TempDir(), "importcfg")
	if err := os.WriteFile(name, out, 0o666); err != nil {
		t.Fatal(err)
	}
	return name
}
