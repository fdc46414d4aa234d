package rewrite

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
)

// TestGain compares the gains of some functions with values that were determined by hand
// from the output of the compiler.
func TestGain(t *testing.T) {
	t.Parallel()
	const archive = `
-- go.mod --
module example.com/m

go 1.26
-- m.go --
package m

import (
	"errors"
	"fmt"
)

var read = func(string) error { return nil }

var kept func()

// Both are small enough for their callers once the closure is gone. What they
// allocate besides is then printed at the callers.
func log(dest string) func() {
	if dest == "" {
		fmt.Println(errors.New("none"), dest)
	}
	return func() {
		if read == nil {
			fmt.Println("error", 3, dest)
		}
	}
}

func Log(s string) {
	defer log(s)()
	fmt.Println("a" + s)
}

// The cleanup is a value here: a closure stays, but for the caller.
func LogKept(s string) {
	done := log(s)
	kept = done
}

// A literal that captures nothing is no allocation, and the other stays with the
// caller, who has both inlined.
func set() func() {
	old := read
	read = func(string) error { return nil }
	return func() { read = old }
}

func Set() { defer set()() }

func replace(err error) func() {
	old := read
	read = func(string) error { return err }
	return func() { read = old }
}

func Replace(err error) { defer replace(err)() }

// Captured variables become fields.
func open(dest string, n int) (size int, done func()) {
	defer recover()
	if n > 3 {
		panic(dest)
	}
	name := dest + "."
	return len(name), func() {
		read(name)
		fmt.Println(dest, n)
	}
}

func Open(names []string) {
	size, done := open(names[0], len(names))
	defer done()
	fmt.Println(size)
}

// Of a generic function there are copies and wrappers.
func lock[T any](v T) func() {
	if any(v) == nil {
		panic("none")
	}
	return func() { fmt.Println(v) }
}

func Lock(s string) {
	defer lock(s)()
}

func LockKept(s string) {
	done := lock(s)
	defer done()
	kept = done
}

// Wherever it is called, a closure is made of what is left.
func keep(s string) func() {
	defer recover()
	return func() { fmt.Println(s) }
}

func Keep(s string) {
	done := keep(s)
	defer done()
	kept = done
}

func KeepAgain(s string) {
	done := keep(s)
	kept = done
	done()
}
`
	dir := unpack(t, archive)
	res, err := Run(t.Context(), Options{Dir: dir, All: true, Rewrite: true, Escape: true})
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	text := func(word string, list []Allocation) {
		for _, a := range list {
			fmt.Fprintf(&b, "\t%s %s\n", word, a.What)
		}
	}
	for _, f := range res.Findings {
		if f.Refusal != nil {
			fmt.Fprintf(&b, "%s: %s\n", f.Name, f.Refusal.Code)
		}
		for _, g := range f.Gain {
			fmt.Fprintf(&b, "%s\n", g.Func)
			text("left", g.Left)
			text("stays", g.Stays)
			text("new", g.New)
		}
	}
	for _, f := range res.Stack {
		fmt.Fprintf(&b, "%s: on the stack\n", f.Name)
	}
	const want = `log
	left func literal
	stays &errors.errorString{...}
	stays dest
	stays dest
Log
	stays "a" + s
LogKept
	new func literal
open
	left func literal
	stays dest
	stays dest + "."
	stays dest
	stays n
Open
	stays size
lock: no-gain
keep: no-gain
set: on the stack
replace: on the stack
`
	if got := b.String(); got != want {
		t.Errorf("%s", got)
		for _, f := range res.Files {
			t.Logf("%s:\n%s", filepath.Base(f.Name), f.New)
		}
	}
}

// TestGainInLoop: a loop that defers a call of the new function allocates as much as the closure did.
func TestGainInLoop(t *testing.T) {
	t.Parallel()
	const archive = `
-- go.mod --
module example.com/m

go 1.26
-- m.go --
package m

type T struct{ n, most int }

func (t *T) set(n int) func() {
	defer recover()
	old := t.n
	t.n = n
	return func() { t.n = old }
}

func (t *T) raise(n int) func() {
	defer recover()
	old := t.most
	t.most = n
	return func() { t.most = old }
}

func All(t *T) {
	for i := range 3 {
		defer t.set(i)()
		defer t.raise(i)()
	}
}

func One(t *T) {
	defer t.raise(1)()
}
`
	dir := unpack(t, archive)
	res, err := Run(t.Context(), Options{Dir: dir, All: true, Rewrite: true, Escape: true})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, f := range res.Findings {
		text := f.Name + ": rewritten"
		if f.Refusal != nil {
			text = f.Name + ": " + f.Refusal.Reason
		}
		for _, g := range f.Gain {
			for _, a := range g.New {
				text += ", new in " + g.Func + ": " + a.What
			}
		}
		got = append(got, text)
	}
	want := []string{
		"(*T).set: the compiler reports as many heap allocations as before: call deferred in a loop is new in All",
		"(*T).raise: rewritten, new in All: call deferred in a loop",
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}
