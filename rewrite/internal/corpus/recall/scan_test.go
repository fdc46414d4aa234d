package recall_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/closurefix/closurefix/rewrite/internal/corpus/recall"
	"golang.org/x/tools/txtar"
)

const module = `
-- go.mod --
module example.com/m
-- a/a.go --
package a

import (
	"context"
	"runtime"
)

type Undo func(error)

type T struct{ n int }

func (t *T) Lock() func()             { t.n++; return func() { t.n-- } }
func (t *T) method() (int, func())    { return t.n, t.unlock }
func (t *T) unlock()                  {}
func Open(name string) (func(), error) {
	if name == "" {
		return nil, nil
	}
	done := func() {}
	if name == "x" {
		done = func() { println(name) }
	}
	return done, nil
}
func undo(n int) Undo                        { return func(error) { println(n) } }
func cancel() (context.Context, context.CancelFunc) { return nil, func() {} }
func forward() (func(), error)               { return Open("y") }
func wrapped(n int) func()                   { return once(func() { println(n) }) }
func once(f func()) func()                   { return f }
func pinned() func()                         { return runtime.UnlockOSThread }
func unused(n int) func()                    { return func() { println(n) } }
func option(n int) func(*T) (int, error)     { return func(*T) (int, error) { return n, nil } }
func handler(n int) func(int)                { return func(int) { println(n) } }

func use(t *T) {
	defer t.Lock()()
	n, f := t.method()
	defer f()
	defer func() {
		defer undo(n)(nil)
	}()
	_, stop := cancel()
	defer stop()
	done, _ := forward()
	done()
	wrapped(1)()
	h := handler(2)
	_ = h
	push := func(k int) func() { return func() { println(k) } }
	defer push(3)()
	defer pinned()()
	defer option(1)(t)
}
-- b/b.go --
package b

import other "example.com/m/a"

func use() error {
	done, err := other.Open("z")
	if err != nil {
		return err
	}
	defer done()
	return nil
}
-- nested/go.mod --
module example.com/m/nested
-- nested/n.go --
package n

func begin(n int) func() { return func() { println(n) } }

func use() { defer begin(1)() }
-- a/a_plan9.go --
package a

func elsewhere(n int) func() { return func() { println(n) } }

func useElsewhere() { elsewhere(1)() }
`

func TestScan(t *testing.T) {
	dir := t.TempDir()
	for _, f := range txtar.Parse([]byte(module)).Files {
		name := filepath.Join(dir, filepath.FromSlash(f.Name))
		if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, f.Data, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	found, err := recall.Scan(dir, "example.com/m", false)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, c := range found {
		got = append(got, fmt.Sprintf("%s deferred=%v captures=%v built=%v uses=%d: %s", c.Name, c.Deferred, c.Captures, c.Built, len(c.Uses), strings.Join(c.Returns, ", ")))
	}
	slices.Sort(got)
	want := []string{
		"(*T).Lock deferred=true captures=true built=true uses=1: literal",
		"(*T).method deferred=true captures=false built=true uses=1: selector unlock",
		"Open deferred=true captures=true built=true uses=1: nil, empty literal, literal",
		"cancel deferred=true captures=false built=true uses=1: empty literal",
		"elsewhere deferred=false captures=true built=false uses=1: literal",
		"forward deferred=false captures=false built=true uses=1: all of a call",
		"pinned deferred=true captures=false built=true uses=1: name runtime.UnlockOSThread",
		"push = func deferred=true captures=true built=true uses=1: literal",
		"undo deferred=true captures=true built=true uses=1: literal",
		"wrapped deferred=false captures=true built=true uses=1: literal in a call of once",
	}
	if !slices.Equal(got, want) {
		t.Errorf("found\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}
