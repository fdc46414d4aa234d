package rewrite

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/closurefix/closurefix/rewrite/candidate"
	"github.com/closurefix/closurefix/rewrite/internal/load"
	"golang.org/x/tools/txtar"
)

// A package between two packages of the scope that mentions nothing that changes must get
// the new types of the lower package.
func TestRecheckBetween(t *testing.T) {
	t.Parallel()
	dir, res, err := do(t, module+`
-- internal/low/low.go --
package low

type T struct{}

func (T) PrepareOne() func() { return func() {} }

func (T) PrepareTwo() func() { return func() { prepareThree() } }

func prepareThree() func() { return func() {} }
-- internal/low/low_test.go --
package low

func use() { T{}.PrepareOne(); prepareThree() }
-- internal/low/ext_test.go --
package low_test

import "example.com/m/internal/middle"

func use() { middle.New().PrepareTwo() }
-- internal/middle/middle.go --
package middle

import "example.com/m/internal/low"

func New() low.T { return low.T{} }
-- top/top.go --
package top

import (
	"example.com/m/internal/low"
	"example.com/m/internal/middle"
)

var t low.T = middle.New()

func use() { middle.New().PrepareOne(); t.PrepareTwo() }
`, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if left := refused(res); len(left) > 0 {
		t.Errorf("left: %+v", left)
	}
	want(t, changed(t, dir, res),
		"internal/low/low.go", "func (T) DidTwo() func() { return func() { DidThree() } }",
		"internal/low/low_test.go", "T{}.DidOne(); DidThree()",
		"internal/low/ext_test.go", "middle.New().DidTwo()",
		"top/top.go", "middle.New().DidOne(); t.DidTwo()",
	)
}

// The result is the same whether packages are taken over and type-checked in this process,
// listed by the go command again for each version, loaded by packages.Load, or loaded
// in as many parts as possible.
func TestRecheckSame(t *testing.T) {
	t.Parallel()
	archive := new(txtar.Archive)
	archive.Files = append(archive.Files, txtar.File{Name: "go.mod", Data: []byte("module example.com\n\ngo 1.26\n")})
	n := 0
	for _, pattern := range []string{"result-pointer-*", "type-*", "state-*", "several-*"} {
		names, err := filepath.Glob(filepath.Join("..", "testdata", "cases", pattern+".txtar"))
		if err != nil || len(names) == 0 {
			t.Fatalf("%s: no cases (%v)", pattern, err)
		}
		for _, name := range names {
			data, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			c := txtar.Parse(data)
			if strings.Contains(string(data), "\n-tags") {
				continue
			}
			n++
			for _, f := range c.Files {
				if strings.HasSuffix(f.Name, ".go") && !strings.HasPrefix(f.Name, "after/") {
					f.Name = strings.TrimSuffix(filepath.Base(name), ".txtar") + "/" + f.Name
					archive.Files = append(archive.Files, f)
				}
			}
		}
	}
	dir := unpack(t, string(txtar.Format(archive)))
	results := make([]*Result, 4)
	for i, how := range []load.Testing{{}, {Anew: true}, {Anew: true, Compiled: true}, {Apart: true}} {
		res, err := runWith(t.Context(), Options{Dir: dir, All: true, Tests: true, Rewrite: true}, internals{candidate.Find, how})
		if err != nil {
			t.Fatal(err)
		}
		results[i] = res
	}
	if n < 12 || len(results[0].Files) < 12 {
		t.Fatalf("%d files of %d cases change, which is no test", len(results[0].Files), n)
	}
	for i, other := range results[1:] {
		if !reflect.DeepEqual(results[0].Files, other.Files) {
			t.Errorf("%d: %d files change, and %d if they are loaded in another way", i, len(results[0].Files), len(other.Files))
		}
		for k, f := range results[0].Findings {
			if g := other.Findings[k]; f.Name != g.Name || !reflect.DeepEqual(f.Refusal, g.Refusal) || !reflect.DeepEqual(f.Edits, g.Edits) {
				t.Errorf("%d: %s: %v, and if it is loaded in another way, %v", i, f.Name, f.Refusal, g.Refusal)
			}
		}
	}
}

// What does not type-check may call functions of all packages, also of those that were
// examined before it.
func TestApart(t *testing.T) {
	t.Parallel()
	dir := unpack(t, module+`
-- a/a.go --
package a

type T struct{ n int }

func (t *T) begin() func() {
	t.n++
	return func() { t.n-- }
}

func (t *T) use() { defer t.begin()() }

//closurefix:ignore not often
func (t *T) open() func() {
	t.n++
	return func() { t.n-- }
}

func (t *T) user() { defer t.open()() }

//closurefix:ignore nothing
func none() {}
-- b/b.go --
package b

func begin(err *error) func() { return func() { println(*err) } }

func use() (err error) {
	defer begin(&err)()
	return nil
}
-- c/c.go --
package c

func begin(err *error) func() { return func() { println(*err) } }

func use() (err error) {
	defer begin(&err)()
	return missing()
}
`)
	for _, broken := range []bool{true, false} {
		var results []*Result
		for _, how := range []load.Testing{{}, {Apart: true}} {
			var steps []string
			res, err := runWith(t.Context(), Options{
				Dir: dir, All: true, Rewrite: true, Progress: func(s string) { steps = append(steps, s) },
			}, internals{candidate.Find, how})
			if err != nil {
				t.Fatal(err)
			}
			if parts := strings.Count(strings.Join(steps, "\n"), "type-checked"); !broken && how.Apart && parts != 2 {
				t.Errorf("%d parts, want 2: %q", parts, steps)
			}
			res.src, res.sight = nil, nil
			results = append(results, res)
		}
		if !reflect.DeepEqual(results[0], results[1]) {
			t.Errorf("broken %v: %+v, and apart %+v", broken, results[0], results[1])
		}
		if got := results[0]; len(got.Files) != 2 || len(got.Idle) != 1 || (got.Unloaded != nil) != broken || got.Loaded != 2 {
			t.Errorf("broken %v: %+v", broken, got)
		}
		if err := os.RemoveAll(filepath.Join(dir, "c")); err != nil {
			t.Fatal(err)
		}
	}
}
