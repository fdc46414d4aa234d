package rewrite

import (
	"context"
	"errors"
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/closurefix/closurefix/rewrite/callers"
	"github.com/closurefix/closurefix/rewrite/candidate"
	"github.com/closurefix/closurefix/rewrite/edit"
	"github.com/closurefix/closurefix/rewrite/flow"
	"github.com/closurefix/closurefix/rewrite/internal/load"
	"github.com/closurefix/closurefix/rewrite/pattern"
	"github.com/closurefix/closurefix/rewrite/plan"
	"github.com/closurefix/closurefix/rewrite/refusal"
	"golang.org/x/tools/txtar"
)

// These tests check the pipeline rather than decisions: which packages are loaded, how
// decisions for several configurations are combined, what happens to those that overlap
// or whose result does not type-check. So the decisions here are simple: renamer renames
// functions.

// unpack writes a txtar archive to a new directory.
func unpack(t *testing.T, archive string) string {
	t.Helper()
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range txtar.Parse([]byte(archive)).Files {
		name := filepath.Join(dir, filepath.FromSlash(f.Name))
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, f.Data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// renamer returns decisions that rename each function prepareX or PrepareX of the targets
// to X or, if names is set, to another name.
func renamer(names func(w *callers.World, old string) string) func(*callers.World) []*candidate.Candidate {
	return func(w *callers.World) []*candidate.Candidate {
		var found []*candidate.Candidate
		for _, u := range w.Units {
			if !w.Target(u) {
				continue
			}
			for _, f := range u.Files {
				for _, d := range f.Decls {
					fn, ok := d.(*ast.FuncDecl)
					if !ok || !strings.HasPrefix(strings.ToLower(fn.Name.Name), "prepare") {
						continue
					}
					c := &candidate.Candidate{Plan: &plan.Plan{}, Prepare: &pattern.Prepare{
						Facts: &flow.Facts{Unit: u, File: f}, Decl: fn, Key: pattern.KeyOf(u.Info.Defs[fn.Name].(*types.Func)),
					}}
					c.Edits = renames(w, c.Prepare.Key, names(w, fn.Name.Name))
					found = append(found, c)
				}
			}
		}
		return found
	}
}

// renames returns edits that rename the function everywhere, or only in its declaration if
// the new name begins with "Lost".
func renames(w *callers.World, k pattern.Key, name string) []edit.Edit {
	var edits []edit.Edit
	for _, u := range w.Units {
		rename := func(id *ast.Ident, obj types.Object) {
			if fn, ok := obj.(*types.Func); ok && pattern.KeyOf(fn) == k {
				p := u.Fset.PositionFor(id.Pos(), false)
				edits = append(edits, edit.Edit{File: p.Filename, Start: p.Offset, End: p.Offset + len(id.Name), New: name})
			}
		}
		for id, obj := range u.Info.Defs {
			rename(id, obj)
		}
		if strings.HasPrefix(name, "Lost") {
			continue
		}
		for id, obj := range u.Info.Uses {
			rename(id, obj)
		}
	}
	slices.SortFunc(edits, func(a, b edit.Edit) int {
		if a.File != b.File {
			return strings.Compare(a.File, b.File)
		}
		return a.Start - b.Start
	})
	return edits
}

func shorten(_ *callers.World, old string) string { return "Did" + old[len("prepare"):] }

// do runs the pipeline over an archive with the decisions of shorten. It returns the
// directory and the result.
func do(t *testing.T, archive string, o Options) (string, *Result, error) {
	t.Helper()
	return doWith(t, archive, o, renamer(shorten))
}

// doWith is do with other decisions.
func doWith(t *testing.T, archive string, o Options, candidates func(*callers.World) []*candidate.Candidate) (string, *Result, error) {
	t.Helper()
	dir := unpack(t, archive)
	o.Dir = filepath.Join(dir, o.Dir)
	o.Rewrite = true
	o.Env = append(os.Environ(), "GOPROXY=off", "GOFLAGS=")
	if !strings.Contains(archive, "-- go.work --") {
		o.Env = append(o.Env, "GOWORK=off")
	}
	res, err := runWith(t.Context(), o, internals{candidates, load.Testing{Undeferred: true}})
	return dir, res, err
}

// changed returns the new contents of the files that res changes, by slash-separated name
// relative to dir.
func changed(t *testing.T, dir string, res *Result) map[string]string {
	t.Helper()
	files := make(map[string]string)
	for _, f := range res.Files {
		rel, err := filepath.Rel(dir, f.Name)
		if err != nil {
			t.Fatal(err)
		}
		files[filepath.ToSlash(rel)] = string(f.New)
	}
	return files
}

// want fails the test unless exactly the named files change and contain the text that
// follows each name.
func want(t *testing.T, files map[string]string, pairs ...string) {
	t.Helper()
	for i := 0; i < len(pairs); i += 2 {
		name, text := pairs[i], pairs[i+1]
		if got, ok := files[name]; !ok {
			t.Errorf("%s does not change", name)
		} else if !strings.Contains(got, text) {
			t.Errorf("%s lacks %q:\n%s", name, text, got)
		}
	}
	if len(files) != len(pairs)/2 {
		for name := range files {
			if !slices.Contains(pairs, name) {
				t.Errorf("%s changes", name)
			}
		}
	}
}

const module = `
-- go.mod --
module example.com/m

go 1.26
`

func TestCallersInOtherPackages(t *testing.T) {
	t.Parallel()
	archive := module + `
-- internal/a/a.go --
package a

type T struct{}

func (T) Prepare() func() { return func() {} }
-- internal/a/in_test.go --
package a

func inside() { T{}.Prepare() }
-- internal/a/out_test.go --
package a_test

import "example.com/m/internal/a"

func outside() { a.T{}.Prepare() }
-- b/b.go --
package b

import "example.com/m/internal/a"

var T a.T
-- c/c.go --
package c

import "example.com/m/b"

func c() { b.T.Prepare() } // without an import of a
-- d/d.go --
package d
`
	dir, res, err := do(t, archive, Options{Patterns: []string{"./internal/a"}})
	if err != nil {
		t.Fatal(err)
	}
	want(t, changed(t, dir, res),
		"internal/a/a.go", "(T) Did()",
		"internal/a/in_test.go", "T{}.Did()",
		"internal/a/out_test.go", "a.T{}.Did()",
		"c/c.go", "b.T.Did()")
	if res.Loaded != 3 {
		t.Errorf("%d packages were type-checked, want a, b and c", res.Loaded)
	}
}

func TestOnlyCandidatesAreTypeChecked(t *testing.T) {
	t.Parallel()
	archive := module + `
-- a/a.go --
package a

func prepare() func() { return func() {} }
-- b/b.go --
package b

import "example.com/m/a"

var _ a.Missing // nobody looks: b can neither hold a prepare function nor call one
`
	dir, res, err := do(t, archive, Options{})
	if err != nil {
		t.Fatal(err)
	}
	want(t, changed(t, dir, res), "a/a.go", "func Did()")
	if res.Loaded != 1 || res.Packages != 2 {
		t.Errorf("%d of %d packages were type-checked, want 1 of 2", res.Loaded, res.Packages)
	}
}

// A function is no candidate if no caller defers or calls its result. Its package is not
// type-checked.
func TestOnlyUsedIsTypeChecked(t *testing.T) {
	t.Parallel()
	archive := module + `
-- option/option.go --
package option

type Option func(*int)

func With(n int) Option { return func(i *int) { *i = n } }
-- dropped/dropped.go --
package dropped

func begin() func() { n := 0; return func() { n++ } }

func f() { keep(begin()) }

func keep(func()) {}
-- dropped/other/other.go --
package other

func g() { defer begin() }

func begin() {}
-- tested/tested_test.go --
package tested

func begin() func() { n := 0; return func() { n++ } }

func f() { defer begin()() }
-- internal/a/a.go --
package a

func Begin(err *error) func() { return func() { *err = nil } }
-- b/b.go --
package b

import "example.com/m/internal/a"

func f() (err error) { defer a.Begin(&err)(); return }
`
	dir := unpack(t, archive)
	for _, test := range []struct {
		all    bool
		want   []string
		loaded int
	}{{false, []string{"Begin"}, 2}, {true, []string{"Begin", "begin"}, 3}} {
		for _, patterns := range [][]string{nil, {"./internal/...", "./dropped/...", "./tested", "./option"}} {
			res, err := Run(t.Context(), Options{Dir: dir, All: test.all, Tests: test.all, Patterns: patterns})
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, f := range res.Findings {
				got = append(got, f.Name)
			}
			if !slices.Equal(got, test.want) || res.Loaded != test.loaded {
				t.Errorf("all %v, %q: %q in %d packages, want %q in %d", test.all, patterns, got, res.Loaded, test.want, test.loaded)
			}
		}
	}
}

func TestTargetsAreWhatThePatternsName(t *testing.T) {
	t.Parallel()
	archive := module + `
-- internal/a/a.go --
package a

func Prepare() func() { return func() {} }
-- b/b.go --
package b

import "example.com/m/internal/a"

func b() { a.Prepare() }

func prepareB() func() { return func() {} }
`
	dir, res, err := do(t, archive, Options{Patterns: []string{"./internal/..."}})
	if err != nil {
		t.Fatal(err)
	}
	want(t, changed(t, dir, res), "internal/a/a.go", "func Did()", "b/b.go", "func prepareB()")
}

func TestWorkspace(t *testing.T) {
	t.Parallel()
	archive := `
-- go.work --
go 1.26

use (
	./one
	./two
)
-- one/go.mod --
module example.com/one

go 1.26
-- one/lib/lib.go --
package lib

func Prepare() func() { return func() {} }
-- two/go.mod --
module example.com/two

go 1.26
-- two/use.go --
package two

import "example.com/one/lib"

func use() { lib.Prepare() }
`
	dir, res, err := do(t, archive, Options{Dir: "one", Exported: true})
	if err != nil {
		t.Fatal(err)
	}
	want(t, changed(t, dir, res), "one/lib/lib.go", "func Did()", "two/use.go", "lib.Did()")
}

func TestRounds(t *testing.T) {
	t.Parallel()
	archive := module + `
-- a.go --
package a

func prepareA() func() { return func() {} }

func prepareB() func() { return func() {} }

func prepareC() func() { return func() {} }

func use() {
	prepareA()()
	prepareB()()
	prepareC()()
}
`
	var steps []string
	dir, res, err := do(t, archive, Options{Progress: func(s string) { steps = append(steps, s) }})
	if err != nil {
		t.Fatal(err)
	}
	want(t, changed(t, dir, res), "a.go", "\tDidA()()\n\tDidB()()\n\tDidC()()\n")
	if got := strings.Join(steps, "\n"); !strings.Contains(got, "round 3") || strings.Contains(got, "round 4") {
		t.Errorf("three changes of one declaration take three rounds, not:\n%s", got)
	}
	if len(refused(res)) > 0 {
		t.Errorf("left: %v", refused(res))
	}
}

// A function that returns the cleanup of another becomes a prepare function when that is
// rewritten. Its callers may be in any package, and they were not loaded before.
func TestForwarder(t *testing.T) {
	t.Parallel()
	archive := module + `
-- internal/a/a.go --
package a

func prepare(n int) func() {
	println(n)
	return func() { println("finish", n) }
}

func Begin(n int) func() {
	done := prepare(n)
	println("begun")
	return done
}

func Start(n int) func() {
	done := Begin(n)
	return done
}

func Open(n int) func() {
	done := Start(n)
	return done
}

func Enter(n int) func() {
	done := Open(n)
	return done
}

func use() {
	defer prepare(1)()
	defer Begin(2)()
}
-- b/b.go --
package b

import "example.com/m/internal/a"

func use() {
	defer a.Begin(3)()
	defer a.Start(4)()
	defer a.Open(5)()
	defer a.Enter(6)()
}
-- c/c.go --
package c

func begin(n int) func() {
	println(n)
	return func() { println("end", n) }
}

func use() {
	defer begin(7)()
}
`
	for _, how := range []load.Testing{{}, {Apart: true}, {Undeferred: true}, {Undeferred: true, Apart: true}} {
		dir := unpack(t, archive)
		res, err := runWith(t.Context(), Options{Dir: dir, Rewrite: true, All: true}, internals{candidate.Find, how})
		if err != nil {
			t.Fatal(err)
		}
		want(t, changed(t, dir, res),
			"internal/a/a.go", "\tdefer finish(1)\n\tBegin(2)\n\tdefer End(2)\n",
			"b/b.go", "\ta.Enter(6)\n\tdefer a.Close(6)\n",
			"c/c.go", "\tbegin(7)\n\tdefer end(7)\n")
		var names []string
		for _, f := range res.Findings {
			names = append(names, f.Name+" "+filepath.Base(f.Pos.String()))
		}
		if got, want := strings.Join(names, ", "), "begin c.go:3:6, prepare a.go:3:6, Begin a.go:8:6, Start a.go:14:6, Open a.go:19:6, Enter a.go:24:6"; got != want {
			t.Errorf("%+v: found %s, want %s", how, got, want)
		}
	}
}

// A refusal is reported even if the caller that deferred the cleanup is rewritten for
// another reason and now calls it from its own cleanup.
func TestRefusedStays(t *testing.T) {
	t.Parallel()
	archive := module + `
-- a.go --
package a

func start(n int) func() {
	if n == 0 {
		return nil
	}
	return func() { println("stop", n) }
}

func setup(n int) func() {
	stop := start(n)
	println("set up")
	return func() {
		defer stop()
		println("down", n)
	}
}

func use(n int) {
	defer setup(n)()
}
`
	_, res, err := doWith(t, archive, Options{All: true}, candidate.Find)
	if err != nil {
		t.Fatal(err)
	}
	if left := refused(res); len(res.Files) != 1 || len(left) != 1 || left[0].Name != "start" || left[0].Refusal.Code != refusal.UnguardedNil {
		t.Errorf("%d files change, left %+v; want a.go, and start", len(res.Files), left)
	}
}

// TestRefusalOnDisk refuses lockA in the second round, for the line in lockB that forwards
// its cleanup since the first. The return of the literal stood in that place.
func TestRefusalOnDisk(t *testing.T) {
	t.Parallel()
	archive := module + `
-- a.go --
package a

func begin(n int) func() {
	println("begin")
	return func() {
		println("end", n)
	}
}

func use() {
	defer begin(1)()
}

func lockA(k int) func() {
	var d func()
	if k > 0 {
		d = lockB(k - 1)
	}
	return func() {
		if d != nil {
			d()
		}
		println("unlock a", k)
	}
}

func lockB(k int) func() {
	var d func()
	if k > 0 {
		d = lockA(k - 1)
	}
	return func() {
		if d != nil {
			d()
		}
		println("unlock b", k)
	}
}

func both() {
	defer lockA(3)()
	defer lockB(2)()
}
`
	_, res, err := doWith(t, archive, Options{All: true}, candidate.Find)
	if err != nil {
		t.Fatal(err)
	}
	left := refused(res)
	if len(left) != 1 || left[0].Name != "lockA" {
		t.Fatalf("left %+v; want lockA", left)
	}
	_, text, _ := strings.Cut(archive, "-- a.go --\n")
	at := strings.LastIndex(text, "return func")
	want := token.Position{Offset: at, Line: strings.Count(text[:at], "\n") + 1, Column: 2}
	got := left[0].Refusal.Pos
	if got.Filename = ""; got != want {
		t.Errorf("%s at %+v, want %+v", left[0].Refusal, got, want)
	}
}

// TestOnDisk asks for the place of X in the file as it was before: where Y is.
func TestOnDisk(t *testing.T) {
	for _, test := range []struct{ name, disk, text string }{
		{"Nothing changed before it.", "a\n  bYb\nc\n", "a\n  bXb\nd\n"},
		{"Lines were added before it.", "a\nb\nbYb\nc\n", "a\nn\nn\nb\nbXb\nc\n"},
		{"Lines were removed before it.", "a\nb\nbYb\nc\n", "bXb\nc\n"},
		{"Lines were changed around it.", "a\nb\nbYb\nc\n", "n\nn\nn\nb\nbXb\nn\nn\n"},
		{"It is in the place of another line.", "a\n\tYb\nc\n", "a\nnX\nc\n"},
		{"It is the second in the place of another line.", "a\n\tYb\nc\n", "a\nn\nnX\nc\n"},
		{"It is new.", "a\nb\nc\n", "a\nnX\nb\nc\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			name := filepath.Join(t.TempDir(), "a.go")
			// The letters themselves make no difference, where the line is the same.
			disk, text := strings.Replace(test.disk, "Y", "_", 1), strings.Replace(test.text, "X", "_", 1)
			if err := os.WriteFile(name, []byte(disk), 0o666); err != nil {
				t.Fatal(err)
			}
			instead := token.Position{Filename: "instead"}
			want := instead
			if at := strings.Index(test.disk, "Y"); at >= 0 {
				want = positionAt(name, []byte(disk), at)
			}
			got := newFindings(load.NewSources()).onDisk(positionAt(name, []byte(text), strings.Index(test.text, "X")), []byte(text), instead)
			if got != want {
				t.Errorf("got %+v, want %+v", got, want)
			}
		})
	}
}

func TestVerifyIsolates(t *testing.T) {
	t.Parallel()
	archive := module + `
-- a.go --
package a

func prepareA() func() { return func() {} }

func prepareBad() func() { return func() {} }

func prepareC() func() { return func() {} }

func useA() { prepareA()() }

func useBad() { prepareBad()() }

func useC() { prepareC()() }
`
	bad := func(w *callers.World, old string) string {
		if old == "prepareBad" {
			return "Lost"
		}
		return shorten(w, old)
	}
	dir, res, err := doWith(t, archive, Options{}, renamer(bad))
	if err != nil {
		t.Fatal(err)
	}
	files := changed(t, dir, res)
	want(t, files, "a.go", "func useBad() { prepareBad()() }")
	for _, s := range []string{"DidA()()", "DidC()()", "func prepareBad()"} {
		if !strings.Contains(files["a.go"], s) {
			t.Errorf("a.go lacks %q:\n%s", s, files["a.go"])
		}
	}
	left := refused(res)
	if len(left) != 1 || left[0].Refusal.Code != refusal.VerifyFailed {
		t.Fatalf("left: %+v, want prepareBad with verify-failed", left)
	}
	if got := left[0].Refusal.Error(); !strings.Contains(got, "undefined: prepareBad") || !strings.Contains(got, "a.go:11") {
		t.Errorf("the refusal lacks the words of the checker: %s", got)
	}
}

// Two changes each type-check alone and not together. The second is decided again after
// the first was made.
func TestVerifyDecidesAnew(t *testing.T) {
	t.Parallel()
	archive := module + `
-- a.go --
package a

func prepareA() func() { return func() {} }

func prepareB() func() { return func() {} }
`
	free := func(w *callers.World, old string) string {
		if w.Units[0].Pkg.Scope().Lookup("Did") != nil {
			return "Did2"
		}
		return "Did"
	}
	dir, res, err := doWith(t, archive, Options{}, renamer(free))
	if err != nil {
		t.Fatal(err)
	}
	want(t, changed(t, dir, res), "a.go", "func Did() func() { return func() {} }\n\nfunc Did2()")
	if len(refused(res)) > 0 {
		t.Errorf("left: %v", refused(res))
	}
}

var linuxAndWindows = []Config{{GOOS: "linux", GOARCH: "amd64"}, {GOOS: "windows", GOARCH: "amd64"}}

const systems = module + `
-- a.go --
package a

func prepare() func() { return func() {} }
-- use_linux.go --
package a

func use() { prepare()() }
-- use_windows.go --
package a

func use() { prepare()() }
-- use_plan9.go --
package a

func use() { println("plan9") }
`

func TestConfigsAgree(t *testing.T) {
	t.Parallel()
	var ignored [][]string
	candidates := func(w *callers.World) []*candidate.Candidate {
		var names []string
		for _, f := range w.Units[0].Ignored {
			names = append(names, filepath.Base(f))
		}
		ignored = append(ignored, names)
		return renamer(shorten)(w)
	}
	dir, res, err := doWith(t, systems, Options{Configs: linuxAndWindows}, candidates)
	if err != nil {
		t.Fatal(err)
	}
	want(t, changed(t, dir, res), "a.go", "func Did()", "use_linux.go", "Did()()", "use_windows.go", "Did()()")
	if !slices.EqualFunc(ignored[0], []string{"use_plan9.go"}, func(a, b string) bool { return a == b }) {
		t.Errorf("ignored under linux: %v, want what neither configuration builds", ignored[0])
	}
}

func TestConfigsDiverge(t *testing.T) {
	t.Parallel()
	other := func(w *callers.World, old string) string {
		name := w.Units[0].Filename(w.Units[0].Files[len(w.Units[0].Files)-1].FileStart)
		if strings.Contains(name, "windows") {
			return "DidOnWindows"
		}
		return "Did"
	}
	_, res, err := doWith(t, systems, Options{Configs: linuxAndWindows}, renamer(other))
	if err != nil {
		t.Fatal(err)
	}
	left := refused(res)
	if len(res.Files) != 0 || len(left) != 1 || left[0].Refusal.Code != refusal.ConfigsDiverge {
		t.Fatalf("files %v, left %+v, want configs-diverge", res.Files, left)
	}
	if got := left[0].Refusal.Error(); !strings.Contains(got, "linux/amd64 and windows/amd64 would change a.go differently") {
		t.Error(got)
	}
}

// A function that exists in one configuration only does not prevent a change.
func TestTwins(t *testing.T) {
	t.Parallel()
	archive := module + `
-- a_linux.go --
package a

func prepareLinux() func() { return func() {} }

func prepare() func() { return func() {} }
-- a_windows.go --
package a

func prepare() func() { return func() {} }
-- use.go --
package a

func use() { prepare()() }
`
	dir, res, err := do(t, archive, Options{Configs: linuxAndWindows})
	if err != nil {
		t.Fatal(err)
	}
	want(t, changed(t, dir, res),
		"a_linux.go", "func DidLinux()",
		"a_windows.go", "func Did()",
		"use.go", "func use() { Did()() }")
}

func TestSourceErrors(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, archive, pattern string
		want                   string
	}{
		{"type", module + "-- a.go --\npackage a\n\nfunc f() func() { return func() {} }\n\nvar x int = \"\"\n", ".", `a.go:5:13: cannot use "" (untyped string constant) as int value in variable declaration`},
		{"test", module + "-- a.go --\npackage a\n\nfunc f() func() { return func() {} }\n-- a_test.go --\npackage a\n\nvar x = y\n", ".", "a_test.go:3:9: undefined: y"},
		{"syntax", module + "-- a.go --\npackage a\n\nfunc f() func() { return func() { return return } }\n", ".", "a.go:3:42: expected"},
		{"import", module + "-- a.go --\npackage a\n\nimport \"example.com/m/no\"\n\nfunc f() func() { return func() { no.No() } }\n", ".", "a.go:3:8: "},
		{"dependency", module + "-- a.go --\npackage a\n\nimport \"example.com/m/b\"\n\nfunc f() func() { return func() { b.B() } }\n-- b/b.go --\npackage b\n\nfunc B() (_ none) { return }\n", ".", "b/b.go:3:13: undefined: none"},
		{"package", module, "./no", "no"},
		{"path", module, "example.com/m/no", "example.com/m/no"},
		{"excluded", module + "-- a.go --\n//go:build never\n\npackage a\n", ".", "build constraints exclude all Go files"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			_, _, err := do(t, test.archive, Options{Patterns: []string{test.pattern}})
			var bad *SourceError
			if !errors.As(err, &bad) {
				t.Fatalf("error %v, want a SourceError", err)
			}
			if !strings.Contains(bad.Error(), test.want) {
				t.Errorf("error %v, want %s", bad, test.want)
			}
		})
	}
}

func TestOtherErrors(t *testing.T) {
	t.Parallel()
	archive := module + "-- a/a.go --\npackage a\n-- b/c/c.go --\n//go:build never\n\npackage c\n"
	tests := []struct {
		pattern string
		configs []Config
		want    string
	}{
		{"./b/...", nil, "./b/...: the pattern matches no packages"},
		{"example.com/m/b/...", nil, "example.com/m/b/...: the pattern matches no packages"},
		{"a/a.go", nil, "a/a.go: name packages, not files"},
		{"./...", []Config{{GOOS: "linux", GOARCH: "none"}}, "linux/none is not a system that Go builds for"},
	}
	for _, test := range tests {
		_, _, err := do(t, archive, Options{Patterns: []string{test.pattern}, Configs: test.configs})
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: error %v, want %s", test.pattern, err, test.want)
		}
	}
}

// A program that was built with an older Go than a module requires cannot load it.
func TestBuiltWithOlderGo(t *testing.T) {
	t.Parallel()
	dir := unpack(t, module+"-- a/a.go --\npackage a\n")
	for built, want := range map[string]string{
		"go1.25.3":             "example.com/m is for go1.26, and this closurefix was built with go1.25.3: install it again",
		"go1.26.0":             "",
		"go1.27rc1":            "",
		"devel go1.25-0123abc": "",
	} {
		_, err := runWith(t.Context(), Options{Dir: dir}, internals{candidate.Find, load.Testing{Built: built}})
		if got := fmt.Sprint(err); want == "" && err != nil || !strings.Contains(got, want) {
			t.Errorf("%s: error %v, want %q", built, err, want)
		}
	}
}

// Errors that only a newer go command causes come with the reason.
func TestRunsNewerGo(t *testing.T) {
	t.Parallel()
	dir := unpack(t, `
-- go.mod --
module example.com/m

go 1.25
-- a.go --
//go:build go1.900

package m

func begin(err *error) func() { return func() { *err = nil } }

func use() (err error) { defer begin(&err)(); return nil }
`)
	for built, want := range map[string]bool{"go1.25.3": true, runtime.Version(): false} {
		o := Options{Dir: dir, Configs: []Config{{Tags: []string{"go1.900"}}}}
		_, err := runWith(t.Context(), o, internals{candidate.Find, load.Testing{Built: built}})
		if got := fmt.Sprint(err); !strings.Contains(got, "requires newer Go version") || strings.Contains(got, "this closurefix was built with "+built+": install it again") != want {
			t.Errorf("built with %s: error %v", built, err)
		}
	}
}

func TestInterrupted(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	dir := unpack(t, systems)
	_, err := runWith(ctx, Options{Dir: dir, Rewrite: true, Progress: func(string) { cancel() }}, internals{renamer(shorten), load.Testing{Undeferred: true}})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want %v", err, context.Canceled)
	}
}

// An internal error is returned as an error, and not as a result without findings.
func TestInternalErrors(t *testing.T) {
	t.Parallel()
	candidates := func(w *callers.World) []*candidate.Candidate {
		found := renamer(shorten)(w)
		found[0].Edits[0].End = 1e6
		return found
	}
	_, res, err := doWith(t, systems, Options{}, candidates)
	if err == nil || !strings.Contains(err.Error(), "internal error") {
		t.Errorf("error %v and result %v, want an internal error", err, res)
	}
}

// Files of the module cache and of the standard library are never edited.
func TestOutsideModule(t *testing.T) {
	t.Parallel()
	archive := module + `
-- vendor/modules.txt --
# example.com/dep v1.0.0
## explicit; go 1.26
example.com/dep
-- vendor/example.com/dep/dep.go --
package dep

func prepare() func() { return func() {} }
-- a.go --
package a

import _ "example.com/dep"
`
	archive = strings.Replace(archive, "go 1.26\n", "go 1.26\n\nrequire example.com/dep v1.0.0\n", 1)
	_, res, err := do(t, archive, Options{Patterns: []string{"example.com/dep"}})
	if err != nil {
		t.Fatal(err)
	}
	left := refused(res)
	if len(res.Files) != 0 || len(left) != 1 || left[0].Refusal.Code != refusal.OutsideModule {
		t.Errorf("files %v, left %+v, want outside-module", res.Files, left)
	}
}

// refused returns the findings of a result that are refused.
func refused(r *Result) []Finding {
	var found []Finding
	for _, f := range r.Findings {
		if f.Refusal != nil {
			found = append(found, f)
		}
	}
	return found
}
