package e2e_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/closurefix/closurefix/analyzer/internal/drivers"
)

const config = `version: "2"
linters:
  default: none
  enable: [closurefix]
  settings:
    custom:
      closurefix:
        type: module
        description: cleanup closures that could be finish methods
        original-url: github.com/closurefix/closurefix
        settings:
          all: false
`

// TestGolangciLint builds golangci-lint with the plugin and runs it.
func TestGolangciLint(t *testing.T) {
	program := filepath.Join(t.TempDir(), "custom-gcl")
	if out, err := exec.Command("go", "build", "-o", program, "./customgcl").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	wire, err := drivers.Wire(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	origin, err := drivers.Origin(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []*drivers.Case{wire, origin} {
		configure(t, c, config)
		before := sources(t, c)
		// --fix must change nothing, since its result would not compile.
		for _, fix := range []string{"--fix=false", "--fix"} {
			stdout, stderr, exit := lint(t, program, c.Dir, fix)
			if exit != 1 {
				t.Errorf("%s: exit code %d, want 1\n%s", fix, exit, stderr)
			}
			if err := c.CheckFindings(findings(t, c, stdout)); err != nil {
				t.Errorf("%s: %v", fix, err)
			}
		}
		if sources(t, c) != before {
			t.Error("--fix changed something")
		}
	}

	configure(t, wire, strings.Replace(config, "all: false", "all: true", 1))
	stdout, _, _ := lint(t, program, wire.Dir)
	if !strings.Contains(stdout, "(*Conn).lock returns a closure over c") {
		t.Errorf("with all: true it does not say that of (*Conn).lock\n%s", stdout)
	}

	configure(t, wire, strings.Replace(config, "all: false", "al: false", 1))
	_, stderr, exit := lint(t, program, wire.Dir)
	if exit == 0 || !strings.Contains(stderr, `closurefix: decoding settings: json: unknown field "al"`) {
		t.Errorf("a setting that there is not: exit code %d\n%s", exit, stderr)
	}
	nolint(t, program)
}

// commented has a comment with a finding under it, and one without.
const commented = `package commented

import "fmt"

func used(err *error) func() { //nolint:closurefix
	fmt.Println("used")
	return func() { fmt.Println(*err) }
}

func unused() {} //nolint:closurefix

func call() (err error) {
	defer used(&err)()
	unused()
	return nil
}

var _ = call
`

// nolint checks that golangci-lint hides findings under //nolint comments, and that its
// nolintlint reports only those comments under which there are none.
func nolint(t *testing.T, program string) {
	t.Helper()
	c := &drivers.Case{Dir: t.TempDir()}
	for name, text := range map[string]string{"go.mod": "module commented\n\ngo 1.26\n", "p.go": commented} {
		if err := os.WriteFile(filepath.Join(c.Dir, name), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	for _, test := range []struct {
		text string
		want []string
	}{
		{commented, []string{"p.go:10:18: directive `//nolint:closurefix` is unused for linter \"closurefix\" (nolintlint)"}},
		{strings.ReplaceAll(commented, " //nolint:closurefix", ""), []string{
			"p.go:5:6: used returns a closure over err for its callers to defer: " +
				"each call may allocate it, and may move a variable of the caller to the heap (closurefix)",
		}},
	} {
		if err := os.WriteFile(filepath.Join(c.Dir, "p.go"), []byte(test.text), 0o666); err != nil {
			t.Fatal(err)
		}
		configure(t, c, strings.Replace(config, "[closurefix]", "[closurefix, nolintlint]", 1))
		stdout, stderr, _ := lint(t, program, c.Dir)
		var got []string
		for _, i := range issues(t, stdout) {
			got = append(got, c.Line(i.Pos.Filename, i.Pos.Line, i.Pos.Column, i.Text, i.FromLinter))
		}
		if !slices.Equal(got, test.want) {
			t.Errorf("got %q, want %q\n%s", got, test.want, stderr)
		}
	}
}

func configure(t *testing.T, c *drivers.Case, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(c.Dir, ".golangci.yml"), []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
}

// lint runs golangci-lint over a module.
func lint(t *testing.T, program, dir string, flags ...string) (stdout, stderr string, exit int) {
	t.Helper()
	cmd := exec.Command(program, append([]string{"run", "--output.json.path=stdout", "--show-stats=false"}, flags...)...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOFLAGS=", "GOWORK=off", "GOLANGCI_LINT_CACHE="+t.TempDir())
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	err := cmd.Run()
	var failed *exec.ExitError
	if err != nil && !errors.As(err, &failed) {
		t.Fatal(err)
	}
	return out.String(), errs.String(), cmd.ProcessState.ExitCode()
}

// An issue is one of the JSON report.
type issue struct {
	FromLinter, Text string
	Pos              struct {
		Filename     string
		Line, Column int
	}
}

func issues(t *testing.T, report string) []issue {
	t.Helper()
	var r struct{ Issues []issue }
	if err := json.Unmarshal([]byte(report), &r); err != nil {
		t.Fatalf("%v\n%s", err, report)
	}
	return r.Issues
}

// findings reads the JSON report. The report has no categories, so each finding gets the
// category that the case has for its position and message.
func findings(t *testing.T, c *drivers.Case, report string) []string {
	t.Helper()
	var lines []string
	for _, i := range issues(t, report) {
		if i.FromLinter != "closurefix" {
			t.Errorf("a finding of %s: %s", i.FromLinter, i.Text)
		}
		line := strings.TrimSuffix(c.Line(i.Pos.Filename, i.Pos.Line, i.Pos.Column, i.Text, ""), "()")
		for _, f := range c.Findings {
			if strings.HasPrefix(f, line+"(") {
				line = f
			}
		}
		lines = append(lines, line)
	}
	return lines
}

// sources returns the text of all Go files.
func sources(t *testing.T, c *drivers.Case) string {
	t.Helper()
	var b strings.Builder
	err := filepath.WalkDir(c.Dir, func(name string, d os.DirEntry, err error) error {
		if err != nil || filepath.Ext(name) != ".go" {
			return err
		}
		text, err := os.ReadFile(name)
		b.Write(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestTool checks closurefix as a tool of this module, which requires a later x/tools
// than closurefix does. The vet tools of that version get the types of imports from their
// own earlier runs.
func TestTool(t *testing.T) {
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Version}}", "golang.org/x/tools").Output()
	if err != nil || string(out) < "v0.50" {
		t.Fatalf("x/tools is %q, error %v: nothing is tested", out, err)
	}
	out, err = exec.Command("go", "tool", "-n", "closurefix").Output()
	if err != nil {
		t.Fatal(err)
	}
	c, err := drivers.Wire(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("go", "vet", "-vettool="+strings.TrimSpace(string(out)), "-json", "./...")
	cmd.Dir = c.Dir
	cmd.Env = append(os.Environ(), "GOFLAGS=", "GOWORK=off")
	if out, err = cmd.Output(); err != nil {
		t.Fatal(err)
	}
	found, err := c.ReadJSON(bytes.NewReader(out))
	if err == nil {
		err = c.CheckFindings(found)
	}
	if err != nil {
		t.Error(err)
	}
}
