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
// listed by the go command again for each version, or loaded by packages.Load.
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
	results := make([]*Result, 3)
	for i, how := range []load.Testing{{}, {Anew: true}, {Anew: true, Compiled: true}} {
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
			t.Errorf("%d: %d files change, and %d if the go command is asked", i, len(results[0].Files), len(other.Files))
		}
		for k, f := range results[0].Findings {
			if g := other.Findings[k]; f.Name != g.Name || !reflect.DeepEqual(f.Refusal, g.Refusal) || !reflect.DeepEqual(f.Edits, g.Edits) {
				t.Errorf("%d: %s: %v, and if the go command is asked, %v", i, f.Name, f.Refusal, g.Refusal)
			}
		}
	}
}
