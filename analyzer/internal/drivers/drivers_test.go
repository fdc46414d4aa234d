package drivers_test

import (
	"bytes"
	"errors"
	"go/version"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/closurefix/closurefix/analyzer/internal/drivers"
)

// nextGo is the newest release, after the one that the module asks for. CI runs more tests
// with it.
const nextGo = "go1.27.4"

// TestDrivers builds the programs and runs all tests with them. With -short it builds
// closurefix only, and runs the command, go vet and go fix once each.
func TestDrivers(t *testing.T) {
	if testing.Short() {
		p := build(t, "local", "closurefix")
		for _, r := range finders[:2] {
			p.find(t, wire(t), r)
		}
		p.fix(t, fixers[1])
		return
	}
	p := build(t, "local")
	t.Run("find", p.testFind)
	t.Run("fix", p.testFix)
	t.Run("diff", p.testDiff)
	t.Run("text", p.testVetText)
	t.Run("everything", p.testEverything)
	t.Run("bytes", p.testVetBytes)
	t.Run("stale", p.testStale)
	t.Run("named", p.testNamed)
	if version.Compare(runtime.Version(), nextGo) < 0 {
		t.Run("older tool", p.testOlderTool)
	}
}

// A run is one way to use the analyzer. In its arguments $closurefix, $multi, $single
// and $bare stand for the programs.
type run struct {
	args []string
	exit int
}

var finders = []run{
	{[]string{"$closurefix", "-json", "./..."}, 0},
	{[]string{"go", "vet", "-vettool=$closurefix", "-json", "./..."}, 0},
	{[]string{"go", "vet", "-vettool=$multi", "-json", "./..."}, 0},
	{[]string{"go", "fix", "-fixtool=$closurefix", "-json", "./..."}, 0},
	{[]string{"$multi", "-json", "./..."}, 0},
	{[]string{"$single", "-json", "./..."}, 0},
}

func (p programs) testFind(t *testing.T) {
	origin, err := drivers.Origin(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []*drivers.Case{wire(t), origin} {
		for _, r := range finders {
			p.find(t, c, r)
		}
	}
}

func (p programs) find(t *testing.T, c *drivers.Case, r run) {
	t.Helper()
	stdout := p.check(t, c, r)
	got, err := c.ReadJSON(strings.NewReader(stdout))
	if err == nil {
		err = c.CheckFindings(got)
	}
	if err != nil {
		t.Errorf("%q: %v", r.args, err)
	}
}

var fixers = []run{
	{[]string{"$closurefix", "-fix", "./..."}, 3}, // one finding is refused
	{[]string{"go", "fix", "-fixtool=$closurefix", "./..."}, 0},
	{[]string{"go", "vet", "-vettool=$closurefix", "-fix", "./..."}, 0},
	{[]string{"go", "vet", "-vettool=$multi", "-fix", "./..."}, 0},
	{[]string{"$multi", "-fix", "./..."}, 0},
	{[]string{"$single", "-fix", "./..."}, 0},
}

func (p programs) testFix(t *testing.T) {
	for _, r := range fixers {
		p.fix(t, r)
	}
}

func (p programs) fix(t *testing.T, r run) {
	t.Helper()
	c := wire(t)
	p.check(t, c, r)
	if err := c.CheckFixed(); err != nil {
		t.Errorf("%q: %v", r.args, err)
	}
}

func (p programs) testDiff(t *testing.T) {
	c := wire(t)
	for _, r := range []run{
		{[]string{"$closurefix", "-diff", "./..."}, 3},
		{[]string{"go", "fix", "-fixtool=$closurefix", "-diff", "./..."}, 1},
		{[]string{"go", "vet", "-vettool=$closurefix", "-fix", "-diff", "./..."}, 1},
	} {
		stdout := p.check(t, c, r)
		for _, line := range []string{"+\tdefer c.finishRead(&err)\n", "+\t\tdefer c.finishRead(&err)\n", "-\tdefer end(&err)\n"} {
			if !strings.Contains(stdout, line) {
				t.Errorf("%q does not print %q\n%s", r.args, line, stdout)
			}
		}
	}
}

// TestNextGo builds and runs the programs with the next Go release. The go command
// downloads that release if necessary.
func TestNextGo(t *testing.T) {
	if testing.Short() {
		t.Skip("fetches and builds with another release of Go")
	}
	p := build(t, nextGo)
	c := wire(t)
	p.find(t, c, run{[]string{"go", "vet", "-vettool=$closurefix", "-json", "./..."}, 0})
	p.find(t, c, run{[]string{"$closurefix", "-json", "./..."}, 0})
	// The checkers of x/tools v0.47.0 cannot read the export data of this release. As vet
	// tools they can.
	p.find(t, c, run{[]string{"go", "vet", "-vettool=$multi", "-json", "./..."}, 0})
	p.fix(t, run{[]string{"go", "fix", "-fixtool=$closurefix", "./..."}, 0})

	// A package that imports "C" is loaded in another way.
	const cgo = "package wire\n\n// int one(void) { return 1; }\nimport \"C\"\n\nvar _ = C.one()\n"
	if err := os.WriteFile(filepath.Join(c.Dir, "cgo.go"), []byte(cgo), 0o666); err != nil {
		t.Fatal(err)
	}
	p.find(t, c, run{[]string{"$closurefix", "-json", "./..."}, 0})
}

// testOlderTool checks the error of a vet tool that was built with an older Go release
// than the one that wrote the export data.
func (p programs) testOlderTool(t *testing.T) {
	p.release = nextGo
	_, stderr, exit := p.run(t, wire(t).Dir, []string{"go", "vet", "-vettool=$closurefix", "."})
	if exit != 1 || !strings.Contains(stderr, "use it to install closurefix again") || strings.Contains(stderr, "goroutine") {
		t.Errorf("exit code %d, and it says\n%s", exit, stderr)
	}
}

// The plain text of go vet has no categories.
func (p programs) testVetText(t *testing.T) {
	c := wire(t)
	stdout, stderr, exit := p.run(t, c.Dir, []string{"go", "vet", "-vettool=$closurefix", "./..."})
	if exit != 1 || stdout != "" {
		t.Errorf("exit code %d, want 1; stdout %q", exit, stdout)
	}
	for _, line := range c.Findings {
		line = line[:strings.LastIndex(line, " (")]
		if !strings.Contains(stderr, line+"\n") {
			t.Errorf("go vet does not say %q\n%s", line, stderr)
		}
	}
}

// The checkers of x/tools have a flag -all that does nothing.
func (p programs) testEverything(t *testing.T) {
	c := wire(t)
	for _, args := range [][]string{
		{"$closurefix", "-all", "./..."},
		{"go", "vet", "-vettool=$closurefix", "-all", "./..."},
		{"go", "vet", "-vettool=$closurefix", "-closurefix.everything", "./..."},
		{"$multi", "-closurefix.everything", "./..."},
		{"$single", "-everything", "./..."},
	} {
		const want = "conn.go:34:16: (*Conn).lock returns a closure over c for its callers to defer: each call may allocate it"
		if stdout, stderr, _ := p.run(t, c.Dir, args); !strings.Contains(stdout+stderr, want) {
			t.Errorf("%q does not say %q\n%s%s", args, want, stdout, stderr)
		}
	}
}

// go vet gets the same bytes from closurefix, which leaves most packages
// unparsed, and from a checker of x/tools, which does not.
func (p programs) testVetBytes(t *testing.T) {
	c := wire(t)
	for _, flags := range [][]string{{"-json"}, {"-fix", "-diff"}} {
		args := append([]string{"go", "vet", "-vettool=$closurefix", "-p=1"}, flags...)
		got, _, _ := p.run(t, c.Dir, append(args, "./..."))
		args[2] = "-vettool=$single"
		want, _, _ := p.run(t, c.Dir, append(args, "./..."))
		if got != want || !strings.Contains(got, "finishRead") {
			t.Errorf("go vet %q prints\n%s\nwith another checker\n%s", flags, got, want)
		}
	}
}

// The go command's cache knows nothing of files that build constraints leave out.
// What it caches must not become wrong for them.
func (p programs) testStale(t *testing.T) {
	c := wire(t)
	fix := run{[]string{"go", "fix", "-fixtool=$closurefix", "-diff", "./..."}, 1}
	const change = "+func (c *Conn) finishRead(err *error) {\n"
	if stdout := p.check(t, c, fix); !strings.Contains(stdout, change) {
		t.Fatalf("go fix does not print %q\n%s", change, stdout)
	}
	const caller = `//go:build ignore_me

package wire

func (c *Conn) other() (err error) {
	done, err := c.prepareRead(&err)
	if err != nil {
		return err
	}
	defer done()
	return nil
}
`
	if err := os.WriteFile(filepath.Join(c.Dir, "other.go"), []byte(caller), 0o666); err != nil {
		t.Fatal(err)
	}
	if stdout := p.check(t, c, fix); strings.Contains(stdout, change) {
		t.Errorf("with a caller in a file that is left out, go fix prints\n%s", stdout)
	}
	stdout := p.check(t, c, run{[]string{"go", "vet", "-vettool=$closurefix", "-json", "./..."}, 0})
	if !strings.Contains(stdout, "cannot rewrite (*Conn).prepareRead: other.go") {
		t.Errorf("go vet does not tell what is in the way\n%s", stdout)
	}
}

// testNamed: named files are a package of their own to the go command, and the callers
// in other files of the directory are not part of the pass.
func (p programs) testNamed(t *testing.T) {
	c := wire(t)
	files, err := filepath.Glob(filepath.Join(c.Dir, "*.go"))
	if err != nil || len(files) == 0 {
		t.Fatal("no files", err)
	}
	for _, args := range [][]string{
		{"go", "vet", "-vettool=$closurefix", "-json"},
		{"$multi", "-json"},
	} {
		stdout := p.check(t, c, run{append(args, files...), 0})
		if strings.Contains(stdout, "suggested_fixes") || !strings.Contains(stdout, "files were named instead of a package") {
			t.Errorf("%q prints\n%s", args, stdout)
		}
	}
}

func wire(t *testing.T) *drivers.Case {
	t.Helper()
	c, err := drivers.Wire(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// programs are the programs as a release of Go builds them.
type programs struct{ dir, release string }

// build builds the named programs, or all, with a Go release; "local" is the one that runs
// the tests.

func build(t *testing.T, release string, names ...string) programs {
	t.Helper()
	p := programs{t.TempDir(), release}
	if len(names) == 0 {
		names = []string{"closurefix", "multi", "single", "bare"}
	}
	args := []string{"build", "-o", p.dir + string(filepath.Separator)}
	for _, name := range names {
		dir := "analyzer/internal/drivers/"
		if name == "closurefix" {
			dir = "cmd/"
		}
		args = append(args, "github.com/closurefix/closurefix/"+dir+name)
	}
	cmd := exec.Command("go", args...)
	cmd.Env = append(os.Environ(), "GOTOOLCHAIN="+release)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return p
}

// check runs a program in a case's directory and checks its exit code.
func (p programs) check(t *testing.T, c *drivers.Case, r run) (stdout string) {
	t.Helper()
	stdout, stderr, exit := p.run(t, c.Dir, r.args)
	if exit != r.exit {
		t.Errorf("%q exits with %d, want %d\n%s%s", r.args, exit, r.exit, stdout, stderr)
	}
	return stdout
}

// run runs a program in a directory, with the release of Go.
func (p programs) run(t *testing.T, dir string, args []string) (stdout, stderr string, exit int) {
	t.Helper()
	expanded := make([]string, len(args))
	for i, a := range args {
		expanded[i] = os.Expand(a, func(name string) string { return filepath.Join(p.dir, name) })
	}
	cmd := exec.Command(expanded[0], expanded[1:]...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOTOOLCHAIN="+p.release, "GOFLAGS=", "GOWORK=off")
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	err := cmd.Run()
	var failed *exec.ExitError
	if err != nil && !errors.As(err, &failed) {
		t.Fatal(err)
	}
	return out.String(), errs.String(), cmd.ProcessState.ExitCode()
}
