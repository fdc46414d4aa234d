package candidate

import (
	"go/ast"
	"slices"
	"strings"
	"testing"

	"github.com/closurefix/closurefix/rewrite/callers"
	"github.com/closurefix/closurefix/rewrite/internal/snippet"
	"github.com/closurefix/closurefix/rewrite/misuse"
	"github.com/closurefix/closurefix/rewrite/pattern"
	"github.com/closurefix/closurefix/rewrite/refusal"
)

// TestFault makes the client's Read fail in a way that no client should: the
// candidate is refused, and the caller hears of it.
func TestFault(t *testing.T) {
	const src = `func prepare(n int) func() { return func() { println(n) } }

func run() { defer prepare(1)() }
`
	for name, read := range map[string]func(string) ([]byte, error){
		"panic":   func(string) ([]byte, error) { panic("no such thing") },
		"changed": func(string) ([]byte, error) { return []byte("package p\n"), nil },
	} {
		u := snippet.Load(t, src)
		u.Read = read
		found := Find(&callers.World{Units: []*pattern.Unit{u}, All: true})
		if len(found) != 1 || found[0].Refusal == nil || found[0].Refusal.Code != refusal.InternalError || len(found[0].Edits) != 0 {
			t.Errorf("%s: got %+v, want one candidate refused as %s", name, found, refusal.InternalError)
		}
	}
}

// TestUnusedType asks whether a note names the type of the cleanup.
func TestUnusedType(t *testing.T) {
	const src = `type (
	cancel func()
)

func prepare(n int) (int, cancel) { m := n + n; return n, func() { println(n, m) } }

func run() { _, done := prepare(1); defer done() }
`
	for _, test := range []struct {
		rest string
		want []string
	}{
		{"", []string{"type cancel may have no use left (p.go:3)"}},
		{"var used cancel", nil},
		{"func other(cancel) {}", nil},
	} {
		u := snippet.Load(t, src+test.rest)
		found := Find(&callers.World{Units: []*pattern.Unit{u}, All: true})
		if len(found) != 1 || found[0].Plan == nil {
			t.Fatalf("%q: got %+v, want one rewrite", test.rest, found)
		}
		if got := found[0].Notes; !slices.Equal(got, test.want) {
			t.Errorf("%q: notes %q, want %q", test.rest, got, test.want)
		}
	}
}

// TestNotesOfCallers asks which comments of a caller are noted.
func TestNotesOfCallers(t *testing.T) {
	const src = `
func prepare(n int) func() { m := n + n; println("prepare"); return func() { println(n, m) } }

`
	for _, test := range []struct {
		caller string
		want   int
	}{
		{"func run() {\n\t// Call stop() once.\n\tstop := prepare(1)\n\tdefer stop()\n}", 1},
		{"// run has nothing to say of it.\nfunc run() { c := prepare(1); defer c() }", 0},
		{"// The returned function must be called.\nfunc run() { c := prepare(1); defer c() }", 0}, // c is part of a word
		{"// stop() must be called.\nfunc run() { stop := prepare(1); defer stop() }", 1},
		{"// stop() must be called.\nfunc run() (f func()) { stop := prepare(1); defer stop(); return nil }", 0},
	} {
		found := Find(&callers.World{Units: []*pattern.Unit{snippet.Load(t, src+test.caller)}, All: true})
		if len(found) != 1 || found[0].Plan == nil {
			t.Fatalf("%q: got %+v, want one rewrite", test.caller, found)
		}
		if got := found[0].Notes; len(got) != test.want {
			t.Errorf("%q: notes %q, want %d", test.caller, got, test.want)
		}
	}
}

// A fault of the search for misuses is an error with its stack.
func TestFaultOfMisuses(t *testing.T) {
	broken := &pattern.Unit{Files: []*ast.File{{Decls: []ast.Decl{nil}}}}
	if _, err := Misuses([]*pattern.Unit{broken}, misuse.Options{}); err == nil || !strings.Contains(err.Error(), "misuse.go") {
		t.Errorf("error %v, want an internal error with its stack", err)
	}
}

// A fault of the analysis in one function is noted there, and nothing is decided
// about any function that may be used where the analysis could not look.
func TestFaultOfOne(t *testing.T) {
	const src = `func prepare(n int) func() { return func() { println(n) } }

func other(n int) func() { return func() { println(n) } }

func run() { defer prepare(1)(); defer other(1)() }
`
	for name, faults := range map[string]int{"prepare": 1, "run": 0} {
		u := snippet.Load(t, src)
		for _, d := range u.Files[0].Decls {
			if d := d.(*ast.FuncDecl); d.Name.Name == name {
				d.Body.List = append(d.Body.List, nil) // which no parser makes
			}
		}
		found := Find(&callers.World{Units: []*pattern.Unit{u}, All: true})
		if len(found) != 2 {
			t.Fatalf("%s: %d candidates, want 2", name, len(found))
		}
		for _, c := range found {
			if c.Prepare.Sig == nil {
				faults--
			}
			if c.Refusal == nil || c.Refusal.Code != refusal.InternalError || c.Refusal.Stack == "" || c.Message() == "" {
				t.Errorf("%s: %v is refused with %v, want %s", name, c.Prepare.Key, c.Refusal, refusal.InternalError)
			}
		}
		if faults != 0 {
			t.Errorf("%s: %d faults too few", name, faults)
		}
	}
}
