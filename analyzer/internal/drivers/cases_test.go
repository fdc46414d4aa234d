package drivers_test

import (
	"go/format"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"
)

// TestCases runs go fix over the programs of testdata/cases, as one module, until nothing
// changes. Within a few rounds it must have the results of the command. The goldens hold
// those, and the tests of package rewrite run them.
func TestCases(t *testing.T) {
	if testing.Short() {
		t.Skip("runs go fix several times over all cases")
	}
	p := build(t, "local")
	names, err := filepath.Glob("../../../testdata/cases/*.txtar")
	if err != nil || len(names) == 0 {
		t.Fatal("no cases", err)
	}
	for _, everything := range []bool{false, true} {
		dir := t.TempDir()
		write(t, filepath.Join(dir, "go.mod"), "module example.com\n\ngo 1.26\n")
		want := make(map[string]string) // by file name
		for _, name := range names {
			writeCase(t, dir, name, everything, want)
		}
		p.fixCases(t, dir, everything)
		wrong := 0
		for name, text := range want {
			got, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			formatted, err := format.Source([]byte(text)) // as go fix does with what it changes
			if err != nil {
				t.Fatal(err)
			}
			if string(got) != string(formatted) {
				if wrong++; wrong < 5 {
					t.Errorf("go fix writes %s\n%s\nwant\n%s", strings.TrimPrefix(name, dir), got, text)
				}
			}
		}
		if wrong > 0 || len(want) < 10 {
			t.Errorf("%d of %d files are not as the command writes them", wrong, len(want))
		}
	}
}

// writeCase writes the program of a case below dir, if its flags ask for everything or
// not, and adds the goldens to want.
func writeCase(t *testing.T, dir, name string, everything bool, want map[string]string) {
	t.Helper()
	archive, err := txtar.ParseFile(name)
	if err != nil {
		t.Fatal(err)
	}
	c := filepath.Join(dir, strings.TrimSuffix(filepath.Base(name), ".txtar"))
	flags, verdicts := "", ""
	for _, f := range archive.Files {
		switch f.Name {
		case "flags":
			flags = string(f.Data)
		case "want":
			verdicts = string(f.Data)
		}
	}
	if strings.Contains(flags, "-all") != everything || strings.ContainsFunc(flags, func(r rune) bool { return r == '=' }) {
		return // it needs other tags, or bytes that an archive cannot hold
	}
	for _, f := range archive.Files {
		if _, golden := strings.CutPrefix(f.Name, "after/"); !golden && f.Name != "flags" && f.Name != "want" {
			write(t, filepath.Join(c, f.Name), string(f.Data))
		}
	}
	// go fix has no -exported. In generic-phantom a name becomes free after another fix, and in
	// unused-after-several a declaration, for which it does not wait.
	waits := slices.Contains([]string{"generic-phantom", "unused-after-several"}, filepath.Base(c))
	if byCommand.MatchString(verdicts) || strings.Contains(flags, "-exported") || waits {
		return
	}
	for _, f := range archive.Files {
		if file, golden := strings.CutPrefix(f.Name, "after/"); golden {
			want[filepath.Join(c, file)] = string(f.Data)
		}
	}
}

// byCommand matches the expectations of a case about functions that only the command
// rewrites, since it knows their callers, and those that permit any result.
var byCommand = regexp.MustCompile(`(?m)^(rewritten (\(.*\)\.)?[A-Z]|any )`)

// fixCases runs go fix until nothing changes, and then type-checks. A case is a program of its own, so
// that one which did not change in a round does not in the next.
func (p programs) fixCases(t *testing.T, dir string, everything bool) {
	t.Helper()
	args := []string{"go", "fix", "-fixtool=$closurefix"}
	if everything {
		args = append(args, "-closurefix.everything", "-closurefix.tests")
	}
	programs, err := filepath.Glob(filepath.Join(dir, "*", ""))
	if err != nil {
		t.Fatal(err)
	}
	text := make(map[string]string) // by directory
	for _, c := range programs {
		text[c] = contents(t, c)
	}
	for round, patterns := 1, []string{"./..."}; len(patterns) > 0; round++ {
		if round > mostRounds+1 {
			t.Fatalf("more than %d rounds: %q", mostRounds, patterns)
		}
		_, stderr, exit := p.run(t, dir, slices.Concat(args, patterns))
		if exit != 0 {
			t.Fatalf("round %d: exit code %d\n%s", round, exit, stderr)
		}
		patterns = nil
		for _, c := range programs {
			if next := contents(t, c); next != text[c] {
				text[c] = next
				patterns = append(patterns, "./"+filepath.Base(c)+"/...")
			}
		}
	}
	// Unlike go build, go vet links none of the programs.
	if _, stderr, exit := p.run(t, dir, []string{"go", "vet", "-bools", "./..."}); exit != 0 {
		t.Errorf("the result does not type-check\n%s", stderr)
	}
}

// write writes a file, and the directories above it.
func write(t *testing.T, name, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
}
