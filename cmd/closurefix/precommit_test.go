//go:build unix

package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestInstalled: go install ./... installs the command alone. Other programs are in the
// ignore block of go.mod.
func TestInstalled(t *testing.T) {
	cmd := exec.Command("go", "list", "-f", `{{if eq .Name "main"}}{{.ImportPath}}{{"\n"}}{{end}}`, "./...")
	cmd.Dir = "../.."
	out, err := cmd.Output()
	if got := strings.TrimSpace(string(out)); err != nil || got != "github.com/closurefix/closurefix/cmd/closurefix" {
		t.Errorf("the programs of ./... are %q (error %v), want the command alone", got, err)
	}
}

// TestPreCommit runs pre-commit with the hooks of this repository, over a repository with
// two modules. pre-commit installs every program that go install ./... builds.
func TestPreCommit(t *testing.T) {
	if testing.Short() {
		t.Skip("installs closurefix")
	}
	if _, err := exec.LookPath("pre-commit"); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal(err) // .ci/run installs it
		}
		t.Skip("pre-commit is not installed")
	}
	s := newStranger(t)
	home := t.TempDir()
	s.env = append(s.env, "PRE_COMMIT_HOME="+home, "GOMODCACHE="+s.cache, "GOFLAGS=-trimpath")
	hooks := t.TempDir()
	for _, name := range sources(t) {
		text, err := os.ReadFile(filepath.Join("../..", name))
		if err != nil {
			t.Fatal(err)
		}
		write(t, filepath.Join(hooks, name), string(text))
	}
	s.commit(t, hooks)

	dir := s.sample(t)
	inner := s.sample(t)
	if err := os.Rename(inner, filepath.Join(dir, "inner")); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "inner", "testdata", "go.mod"), "none\n")
	config := func(hook string) {
		write(t, filepath.Join(dir, ".pre-commit-config.yaml"), "repos:\n  - repo: "+hooks+"\n    rev: v0.1.0\n    hooks:\n      - "+hook+"\n")
	}
	config("id: closurefix")
	s.commit(t, dir)
	const fixed = `(?s)files were modified by this hook.*rewrote 1 of 1 functions`
	for _, test := range []struct{ hook, want string }{
		{"id: closurefix", `(?m)exit code: 3\n\nconn\.go:24:16: .*\(result-pointer\)$`},
		{"{id: closurefix, args: [-all, -only, lock]}", `(?m)exit code: 3\n\nlock\.go:4:16: `},
		{"{id: closurefix-modules, args: [-l]}", `exit code: 3\n\n# \.\nconn\.go\n.*\n# inner\nconn\.go\n`},
		{"id: closurefix-fix", fixed},
		{"{id: closurefix-modules, args: [-fix]}", fixed},
		{"id: closurefix-modules", `Passed`},
	} {
		config(test.hook)
		if out, _ := s.run(t, dir, "git add . && pre-commit run -a"); !regexp.MustCompile(test.want).MatchString(out) {
			t.Errorf("%s prints\n%s\nwant %s", test.hook, out, test.want)
		}
	}
	programs, err := filepath.Glob(filepath.Join(home, "repo*", "golangenv-*", "bin", "*"))
	if err != nil || len(programs) != 1 || filepath.Base(programs[0]) != "closurefix" {
		t.Errorf("installed are %q (error %v), want closurefix alone", programs, err)
	}
}

// commit makes a repository of a directory.
func (s *stranger) commit(t *testing.T, dir string) {
	t.Helper()
	const identity = "git -c user.name=a -c user.email=a@example.com "
	for _, command := range []string{"git init -q", "git add .", identity + "commit -q -m one", identity + "tag v0.1.0"} {
		if out, code := s.run(t, dir, command); code != 0 {
			t.Fatalf("%s: %s", command, strings.TrimSpace(out))
		}
	}
}
