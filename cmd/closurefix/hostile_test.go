//go:build unix

package main

import (
	"encoding/json"
	"errors"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// A hostile is a repository that is made to hurt whoever runs closurefix on it.
type hostile struct {
	name   string
	files  map[string]string // that are committed; "-> x" in the place of the content is a link to x
	unpack func(t *testing.T, clone, victim string)
	exit   map[string]int    // by the flags, where the exit code is not the usual one
	want   map[string]string // by the flags: a part of what is printed
	same   bool              // -fix changes nothing
	broken bool              // the packages do not build
}

const hostileMod = "module example.com/m\n\ngo 1.26\n"

// prep is a prepare function, and user a caller.
const (
	prep = `func prepare(err *error) (func(), error) {
	defer recover()
	return func() {
		if *err != nil {
			println((*err).Error())
		}
	}, nil
}
`
	user = `func use() (err error) {
	done, err := prepare(&err)
	if err != nil {
		return err
	}
	defer done()
	return nil
}
`
)

// planted is a journal of one file, with absolute names.
func planted(target, fresh, old, was, is string) string {
	text, err := json.Marshal(map[string]any{"files": []any{map[string]string{
		"name": target, "target": target, "fresh": fresh, "old": old, "was": was, "is": is,
	}}})
	if err != nil {
		panic(err)
	}
	return string(text)
}

var hostiles = []hostile{
	{
		name: "journal makes a hook",
		files: map[string]string{
			"m.go": "package m\n\n" + prep + "\n" + user, "docs": "-> .git/refs", "hooks/.closurefix-0.new": "#!/bin/sh\ntouch VICTIM/ran\n",
			".closurefix-commit": planted("/proc/self/cwd/docs/../hooks/pre-commit", "/proc/self/cwd/hooks/.closurefix-0.new", "/proc/self/cwd/hooks/.closurefix-0.old",
				"", "VICTIMSUM"),
		},
	},
	{
		name:  "journal overwrites",
		files: map[string]string{"m.go": "package m\n\n" + prep + "\n" + user, "docs": "-> VICTIM", "sub/.closurefix-0.new": "evil", ".closurefix-commit": planted("/proc/self/cwd/docs/sub/../../victim/precious", "/proc/self/cwd/victim/.closurefix-0.new", "/proc/self/cwd/victim/.closurefix-0.old", "", "")},
	},
	{
		name: "journal deletes",
		files: map[string]string{"m.go": "package m\n\n" + prep + "\n" + user,
			".closurefix-begun": planted("VICTIM/precious", "VICTIM/.closurefix-precious", "VICTIM/.closurefix-precious", "", "")},
	},
	{
		name: "two links to one file",
		files: map[string]string{
			"shared/prep.txt": "package p\n\n" + prep, "x/prep.go": "-> ../shared/prep.txt", "y/prep.go": "-> ../shared/prep.txt",
			"x/use.go": "package p\n\n" + user,
			// Which is refused here: the function is used as a value.
			"y/use.go": "package p\n\n" + user + "\nvar value = prepare\n",
		},
		want: map[string]string{"": "prep.go is a link to the same file as x/prep.go (x/prep.go:3) [outside-module]"},
		same: true,
	},
	{
		name: "a link to the file",
		files: map[string]string{
			"x/prep.go": "package p\n\n" + prep, "y/prep.go": "-> ../x/prep.go",
			"x/use.go": "package p\n\n" + user, "y/use.go": "package p\n\n" + user + "\nvar value = prepare\n",
		},
		want: map[string]string{"": "y/prep.go is a link to the same file as x/prep.go (x/prep.go:3) [outside-module]"},
		same: true,
	},
	{
		name:  "a link to another module",
		files: map[string]string{"other/go.mod": "module example.com/other\n\ngo 1.26\n", "other/m.go": "package m\n\n" + prep + "\n" + user, "m.go": "-> other/m.go"},
		want:  map[string]string{"": "is a link to another Go file, other/m.go (m.go:3) [outside-module]"},
		same:  true,
	},
	{
		name:   "a link to a file of the user",
		files:  map[string]string{"m.go": "-> VICTIM/m.go"},
		unpack: func(t *testing.T, clone, victim string) { put(t, victim, "m.go", "package m\n\n"+prep+"\n"+user) },
		want:   map[string]string{"": "m.go is a link to VICTIM/m.go, which is not in a main module (m.go:3) [outside-module]"},
		same:   true,
	},
	{
		name:  "a workspace with a module of the user",
		files: map[string]string{"m.go": "package m\n", "go.work": "go 1.26\n\nuse (\n\t.\n\tVICTIM\n)\n"},
		unpack: func(t *testing.T, clone, victim string) {
			put(t, victim, "go.mod", "module example.com/victim\n\ngo 1.26\n")
			put(t, victim, "v.go", "package victim\n\n"+prep+"\n"+user)
		},
		exit: map[string]int{"": 0, "-fix": 0},
		want: map[string]string{"./... VICTIM/...": "only files below that may change"},
		same: true,
	},
	{
		name:  "a caller that a test writes",
		files: map[string]string{"m.go": "package m\n\n" + prep + "\n" + user, "m_test.go": "package m\n\nimport (\"os\"; \"testing\")\n\nfunc TestLate(t *testing.T) { os.WriteFile(\"late.go\", []byte(`package m\n\n" + strings.ReplaceAll(user, "use()", "late()") + "`), 0o644) }\n"},
		exit:  map[string]int{"-fix -test": 1, "-diff": 3, "-fix": 0},
		want:  map[string]string{"-fix -test": "late.go: appeared since the packages were listed; nothing was written"},
		same:  true,
	},
	{
		name:  "fsmonitor",
		files: map[string]string{"m.go": "package main\n\n" + prep + "\n" + user + "\nfunc main() { use() }\n"},
		unpack: func(t *testing.T, clone, victim string) { // a repository in an archive has a configuration
			put(t, clone, ".git/run.sh", "#!/bin/sh\ntouch "+victim+"/ran\n")
			git(t, clone, "config", "core.fsmonitor", ".git/run.sh")
		},
		want: map[string]string{"-fix -test": "rewrote 1 of 1"},
	},
	{
		name:  "names with newlines",
		files: map[string]string{"a\n::error::forged.go": "package m\n\n" + prep + "\n" + user},
		want:  map[string]string{"": `a\n::error::forged.go:3:6: prepare returns a closure`},
	},
	{
		name:   "a type error with a newline",
		files:  map[string]string{"m.go": "package m\n\n" + prep + "\n" + user + "\nvar x int = `\n::error::forged\n##[error]forged\n`\n"},
		want:   map[string]string{"": "cannot use `\n\t\\x3a:error::forged\n\t##\\x5berror]forged\n"},
		broken: true, same: true,
	},
	{
		name:   "an import path with a newline",
		files:  map[string]string{"m.go": "package m\n\nimport _ `example.com/x\n::error::forged`\n\n" + prep + "\n" + user},
		broken: true, same: true,
	},
	{
		name:   "an import path with an escaped newline",
		files:  map[string]string{"m.go": "package m\n\nimport _ \"example.com/m/x\\n::error::forged\"\n\n" + prep + "\n" + user},
		broken: true, same: true,
	},
	{
		name:  "pipes and devices",
		files: map[string]string{"m.go": "package m\n\n" + prep + "\n" + user, "internal/p/p.go": "package p\n\nfunc Prepare(err *error) (func(), error) {\n\tdefer recover()\n\treturn func() { *err = nil }, nil\n}\n\nfunc use() (err error) {\n\tdone, err := Prepare(&err)\n\tif err != nil {\n\t\treturn err\n\t}\n\tdefer done()\n\treturn nil\n}\n"},
		unpack: func(t *testing.T, clone, victim string) {
			// The go command itself waits for the writer of a pipe that is called x.go.
			for _, name := range []string{"testdata/go.mod", "testdata/pipe.go"} {
				put(t, clone, name, "")
				os.Remove(filepath.Join(clone, name))
				if out, err := exec.Command("mkfifo", filepath.Join(clone, name)).CombinedOutput(); err != nil {
					t.Fatalf("%v: %s", err, out)
				}
			}
			put(t, clone, "testdata/zero.go", "-> /dev/zero")
		},
	},
}

// put writes a file below dir.
func put(t *testing.T, dir, name, text string) {
	t.Helper()
	name = filepath.Join(dir, name)
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if to, ok := strings.CutPrefix(text, "-> "); ok {
		if err := os.Symlink(to, name); err != nil {
			t.Fatal(err)
		}
		return
	}
	if err := os.WriteFile(name, []byte(text), 0o755); err != nil {
		t.Fatal(err)
	}
}

func git(t *testing.T, dir string, args ...string) {
	t.Helper()
	cmd := exec.Command("git", append([]string{"-c", "user.name=x", "-c", "user.email=x@example.com", "-c", "init.defaultBranch=main"}, args...)...)
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("git %q: %v\n%s", args, err, out)
	}
}

// snapshot returns what is below dir, by name: contents, links, modes.
func snapshot(t *testing.T, dir string) map[string]string {
	t.Helper()
	all := make(map[string]string)
	err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		rel, _ := filepath.Rel(dir, name)
		switch {
		case info.Mode().IsRegular():
			text, err := os.ReadFile(name)
			all[rel] = info.Mode().String() + " " + string(text)
			return err
		case info.Mode()&fs.ModeSymlink != 0:
			to, err := os.Readlink(name)
			all[rel] = "-> " + to
			return err
		}
		all[rel] = info.Mode().String()
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// TestHostile clones each repository, as its victim would, and runs closurefix on it. With
// -short it runs with -fix and the flags of the repository only.
func TestHostile(t *testing.T) {
	for _, h := range hostiles {
		t.Run(h.name, func(t *testing.T) {
			t.Parallel()
			h.run(t)
		})
	}
}

// An arena holds the directories of one hostile repository: the repository, its clone, the
// files of a victim, a home and a directory for temporary files.
type arena struct {
	hostile
	top, origin, victim, home, temp, clone string

	named   *strings.Replacer // puts the victim's directory into the texts of the repository
	env     []string
	program string
}

func (h hostile) run(t *testing.T) {
	a := h.arena(t)
	flags := []string{"", "-diff", "-json", "-escape", "-fix"}
	if testing.Short() {
		flags = flags[4:]
	}
	for f := range h.want {
		if !slices.Contains(flags, f) {
			flags = append(flags, f)
		}
	}
	for _, line := range flags {
		t.Run(line, func(t *testing.T) { a.attack(t, line) })
	}
}

// arena makes the directories, and commits the files of the repository.
func (h hostile) arena(t *testing.T) *arena {
	top, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	a := &arena{hostile: h, top: top}
	for name, dir := range map[string]*string{"origin": &a.origin, "victim": &a.victim, "home": &a.home, "temp": &a.temp} {
		*dir = filepath.Join(top, name)
		if err := os.Mkdir(*dir, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	a.clone = filepath.Join(top, "clone")
	a.named = strings.NewReplacer("VICTIMSUM", "d4735e3a265e16eee03f59718b9b5d03019c07d8b6c51f90da3a666eec13ab35", "VICTIM", a.victim)
	put(t, a.victim, "precious", "mine")
	put(t, a.victim, ".closurefix-precious", "mine too")
	put(t, a.origin, "go.mod", hostileMod)
	for _, name := range slices.Sorted(maps.Keys(h.files)) {
		put(t, a.origin, name, a.named.Replace(h.files[name]))
	}
	git(t, a.origin, "init", "-q")
	git(t, a.origin, "add", "-f", ".")
	git(t, a.origin, "commit", "-q", "-m", "nothing to see here")
	if a.program, err = exec.LookPath("closurefix"); err != nil {
		t.Fatal(err)
	}
	a.env = append(os.Environ(), "HOME="+a.home, "XDG_CACHE_HOME="+a.home, "GOCACHE="+goCache(t), "GOFLAGS=", "GOPROXY=off", "GOTOOLCHAIN=local", "TMPDIR="+a.temp, "CGO_ENABLED=0", "PWD="+a.clone)
	return a
}

// attack runs closurefix with the flags of a line in a fresh clone.
func (a *arena) attack(t *testing.T, line string) {
	if err := os.RemoveAll(a.clone); err != nil {
		t.Fatal(err)
	}
	git(t, a.top, "clone", "-q", a.origin, a.clone)
	if a.unpack != nil {
		a.unpack(t, a.clone, a.victim)
	}
	mine, theirs := snapshot(t, a.victim), snapshot(t, a.clone)
	cmd := exec.Command(a.program, strings.Fields(a.named.Replace(line))...)
	cmd.Dir, cmd.Env = a.clone, a.env
	var stdout, stderr strings.Builder
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	same := a.same
	if line == "-fix" && a.name == "a caller that a test writes" {
		same = false // no test runs
	}
	said := stdout.String() + stderr.String()
	a.judgeOutput(t, line, same, cmd.ProcessState.ExitCode(), said)
	if now := snapshot(t, a.victim); !maps.Equal(now, mine) {
		t.Errorf("the victim had %v, and has %v", mine, now)
	}
	a.judgeClone(t, strings.HasPrefix(line, "-fix") && !same, theirs)
	a.judgeRest(t)
	if t.Failed() {
		t.Logf("closurefix %s\n%s", line, said)
	}
}

// judgeOutput checks the exit code and the output of a run. same is set if -fix must change
// nothing.
func (a *arena) judgeOutput(t *testing.T, line string, same bool, code int, said string) {
	t.Helper()
	want, given := a.exit[line]
	switch {
	case given:
	case a.broken:
		want = exitError
	case line == "-json", strings.HasPrefix(line, "-fix") && !same, line == "-diff" && same:
		want = exitDone
	default:
		want = exitFindings
	}
	if code != want && (given || line != "-escape") {
		t.Errorf("exit code %d, want %d", code, want)
	}
	if part := a.named.Replace(a.want[line]); !strings.Contains(said, part) {
		t.Errorf("it does not say %q", part)
	}
	if line == "-diff" {
		return // a patch has the bytes of the files
	}
	for l := range strings.Lines(said) {
		if strings.HasPrefix(strings.TrimSpace(l), "::") || strings.Contains(l, "##[") {
			t.Errorf("a command to the runner: %q", l)
		}
	}
}

// judgeClone checks that a run has changed only Go files of the clone, none unless rewritten
// is set, and that the clone still builds.
func (a *arena) judgeClone(t *testing.T, rewritten bool, before map[string]string) {
	t.Helper()
	now := snapshot(t, a.clone)
	for name := range before {
		if !strings.HasSuffix(name, ".go") && now[name] != before[name] {
			t.Errorf("%s became %q", name, now[name])
		}
	}
	for name, text := range now {
		if old, ok := before[name]; text != old && (!rewritten || !ok) && filepath.Base(name) != "late.go" {
			t.Errorf("%s became %q", name, text)
		}
	}
	if rewritten && maps.Equal(now, before) {
		t.Error("nothing was rewritten")
	}
	if !a.broken {
		cmd := exec.Command("go", "build", "-buildvcs=false", "-o", os.DevNull, "./...")
		cmd.Dir, cmd.Env = a.clone, a.env
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("it does not build any more: %v\n%s", err, out)
		}
	}
}

// judgeRest checks that a run has left no files in the home and temporary directories.
func (a *arena) judgeRest(t *testing.T) {
	t.Helper()
	for _, dir := range []string{a.home, a.temp} {
		left := snapshot(t, dir)
		delete(left, ".")
		delete(left, "closurefix") // where journals are while there is need of them
		maps.DeleteFunc(left, func(name, _ string) bool { return strings.HasPrefix(name, "go") || strings.HasPrefix(name, ".config") })
		if len(left) > 0 {
			t.Errorf("left behind: %q", slices.Sorted(maps.Keys(left)))
		}
	}
}
