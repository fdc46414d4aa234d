package drivers_test

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"
)

// mostRounds limits how often go fix is run over a case.
const mostRounds = 6

// times matches the durations in the output of go test.
var times = regexp.MustCompile(`\(?\d+\.\d+s\)?`)

// TestUnits runs go vet, go fix and the command over the modules of testdata/unit. The
// output of a module must be the same before and after. The comment of a module names the
// hazard. It then has these lines, each as often as necessary:
//
//	run:    a go command, with variables of the environment before it
//	vet:    fix NAME, held NAME TEXT or any NAME: whether the analyzer offers a fix,
//	        and what it says if it does not, a refusal's code or a part of the reason
//	module: rewritten NAME, refused NAME CODE or any NAME: what the command does
//	rounds: how often go fix has to be run until nothing changes; 1 if not said
//	go:     the release of Go
func TestUnits(t *testing.T) {
	if testing.Short() {
		t.Skip("runs the go command many times for each module")
	}
	names, err := filepath.Glob("../../../testdata/unit/*.txtar")
	if err != nil || len(names) == 0 {
		t.Fatal("no modules", err)
	}
	all, built := t, make(map[string]programs) // by release
	for _, name := range names {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(name)
			if err != nil {
				t.Fatal(err)
			}
			u := &unitCase{files: archive.Files, said: make(map[string][]string)}
			for line := range strings.Lines(string(archive.Comment)) {
				if key, value, ok := strings.Cut(strings.TrimSpace(line), ":"); ok && slices.Contains([]string{"run", "vet", "module", "rounds", "go"}, key) {
					u.said[key] = append(u.said[key], strings.TrimSpace(value))
				}
			}
			if len(u.said["run"]) == 0 || len(u.said["vet"]) == 0 || len(u.said["module"]) == 0 {
				t.Fatal("the comment lacks run, vet or module")
			}
			release := "local"
			if r := u.said["go"]; r != nil {
				release = r[0]
			}
			p, ok := built[release]
			if !ok {
				p = build(all, release)
				built[release] = p
			}
			u.programs = p
			switch u.before = u.output(t, u.write(t)); {
			case strings.Contains(u.before, "exec format error"):
				t.Skipf("this system does not run programs for another architecture: %s", u.before)
			case strings.Contains(u.before, failed):
				t.Fatalf("it does not run: %s", u.before)
			}
			t.Run("vet", u.testVet)
			t.Run("fix", u.testFix)
			t.Run("module", u.testModule)
		})
	}
}

// A unitCase is a module of testdata/unit.
type unitCase struct {
	programs
	files  []txtar.File
	said   map[string][]string
	before string // what the commands print
	fixed  string // the Go files after go fix
}

// write writes the module to a directory of its own.
func (u *unitCase) write(t *testing.T) (dir string) {
	dir = t.TempDir()
	for _, f := range u.files {
		write(t, filepath.Join(dir, filepath.FromSlash(f.Name)), string(f.Data))
	}
	return dir
}

// output returns what the commands print in a directory.
func (u *unitCase) output(t *testing.T, dir string) string {
	t.Helper()
	var all strings.Builder
	for _, line := range u.said["run"] {
		env, args := []string{"GOTOOLCHAIN=" + u.release, "GOFLAGS=", "GOWORK=off", "CGO_ENABLED=0"}, strings.Fields(line)
		for strings.Contains(args[0], "=") {
			env, args = append(env, args[0]), args[1:]
		}
		cmd := exec.Command(args[0], args[1:]...)
		cmd.Dir, cmd.Env = dir, append(os.Environ(), env...)
		out, err := cmd.CombinedOutput()
		fmt.Fprintf(&all, "$ %s\n%s", line, times.ReplaceAllString(strings.ReplaceAll(string(out), dir, "DIR"), ""))
		if err != nil {
			fmt.Fprintln(&all, failed, err)
		}
	}
	return all.String()
}

// failed is the mark for a failed command in the result of output.
const failed = "FAILED:"

// same compares the output of the commands with their first output.
func (u *unitCase) same(t *testing.T, dir string) {
	t.Helper()
	if after := u.output(t, dir); after != u.before {
		t.Errorf("the output differs. Before:\n%s\nafter:\n%s\nfiles:\n%s", u.before, after, contents(t, dir))
	}
}

// testVet compares the findings of several drivers with those of the comment.
func (u *unitCase) testVet(t *testing.T) {
	for _, args := range [][]string{
		{"go", "vet", "-vettool=$closurefix", "-closurefix.everything", "-closurefix.tests", "-json", "./..."},
		{"$multi", "-closurefix.everything", "-closurefix.tests", "-json", "./..."},
		{"$bare", "-everything", "-tests", "-json", "./..."},
	} {
		u.find(t, args)
	}
}

func (u *unitCase) find(t *testing.T, args []string) {
	stdout, stderr, exit := u.run(t, u.write(t), args)
	if exit != 0 {
		t.Fatalf("%q: exit code %d\n%s", args, exit, stderr)
	}
	got := make(map[string]string) // fix, or the reasons, by function
	for dec := json.NewDecoder(strings.NewReader(stdout)); ; {
		var tree map[string]map[string][]struct {
			Message        string
			SuggestedFixes []struct{ Message string } `json:"suggested_fixes"`
			Related        []struct{ Message string }
		}
		if err := dec.Decode(&tree); err == io.EOF {
			break
		} else if err != nil {
			t.Fatalf("%v\n%s", err, stdout)
		}
		for _, byAnalyzer := range tree {
			for _, d := range byAnalyzer["closurefix"] {
				name, _, _ := strings.Cut(d.Message, " returns ")
				if len(d.SuggestedFixes) > 0 {
					got[name] = "fix"
				} else if got[name] != "fix" { // for the package with its tests
					got[name] = "held " + d.Related[len(d.Related)-1].Message
				}
			}
		}
	}
	for _, want := range u.said["vet"] {
		verdict, rest, _ := strings.Cut(want, " ")
		name, text, _ := strings.Cut(rest, " ")
		if have := got[name]; have == "" || verdict == "fix" && have != "fix" ||
			verdict == "held" && (have == "fix" || !strings.Contains(have, cmp.Or(sentences[text], text))) {
			t.Errorf("%q: want %s, got %q", args, want, have)
		}
		delete(got, name)
	}
	for name, have := range got {
		t.Errorf("%q: unexpected finding %s: %s", args, name, have)
	}
}

// sentences holds a part of the reason for each refusal code that the cases use.
var sentences = map[string]string{
	"assembly":     "which is not Go",
	"linkname":     "the directive //go:linkname",
	"ignored-file": ".go",
}

// testFix runs go fix until nothing changes any more.
func (u *unitCase) testFix(t *testing.T) {
	dir := u.write(t)
	want := 1
	if r := u.said["rounds"]; r != nil {
		want, _ = strconv.Atoi(r[0])
	}
	text := contents(t, dir)
	for round := 1; ; round++ {
		_, stderr, exit := u.run(t, dir, []string{"go", "fix", "-fixtool=$closurefix", "-closurefix.everything", "-closurefix.tests", "./..."})
		if exit != 0 {
			t.Fatalf("round %d: exit code %d\n%s", round, exit, stderr)
		}
		if again := strings.Contains(stderr, "again"); again != (round < want) {
			t.Errorf("round %d of %d says\n%s", round, want, stderr)
		}
		next := contents(t, dir)
		if next == text {
			if round > want+1 {
				t.Errorf("%d rounds, want %d", round-1, want)
			}
			break
		}
		if text = next; round > mostRounds {
			t.Fatalf("more than %d rounds", mostRounds)
		}
		u.same(t, dir)
	}
	u.same(t, dir)
	u.fixed = text
}

// testModule runs the command.
func (u *unitCase) testModule(t *testing.T) {
	dir := u.write(t)
	stdout, stderr, exit := u.run(t, dir, []string{"$closurefix", "-all", "-exported", "-fix", "-v", "./..."})
	if exit != 0 && exit != 3 {
		t.Fatalf("exit code %d\n%s", exit, stderr)
	}
	got := make(map[string]string)
	for _, m := range rewrote.FindAllStringSubmatch(stderr, -1) {
		got[m[1]] = "rewritten " + m[1]
	}
	for _, m := range refused.FindAllStringSubmatch(stdout, -1) {
		got[m[1]] = "refused " + m[1] + " " + m[2]
	}
	for _, want := range u.said["module"] {
		verdict, rest, _ := strings.Cut(want, " ")
		name, _, _ := strings.Cut(rest, " ")
		if have := got[name]; have == "" || verdict != "any" && have != want {
			t.Errorf("want %s, got %q", want, have)
		}
		delete(got, name)
	}
	for _, have := range got {
		t.Errorf("unexpected: %s", have)
	}
	u.same(t, dir)
	if text := contents(t, dir); text != u.fixed {
		t.Errorf("go fix writes\n%s\nthe command writes\n%s", u.fixed, text)
	}
}

// Patterns for the command's output about a function.
var (
	rewrote = regexp.MustCompile(`(?m)^rewrote (\S+) in `)
	refused = regexp.MustCompile(`(?m)^\tcannot rewrite (\S+): .*\[(.*)\]$`)
)

// contents returns the Go files below a directory as one text.
func contents(t *testing.T, dir string) string {
	files := make(map[string]string)
	err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(name, ".go") {
			return err
		}
		text, err := os.ReadFile(name)
		files[name] = string(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	for _, name := range slices.Sorted(maps.Keys(files)) {
		fmt.Fprintf(&all, "-- %s --\n%s", strings.TrimPrefix(name, dir), files[name])
	}
	return all.String()
}
