package rewrite

import (
	"fmt"
	"go/token"
	"path/filepath"
	"strings"

	"github.com/aymanbagabas/go-udiff"
	"github.com/closurefix/closurefix/rewrite/bench"
	"github.com/closurefix/closurefix/rewrite/edit"
	"github.com/closurefix/closurefix/rewrite/internal/allocs"
	"github.com/closurefix/closurefix/rewrite/internal/linediff"
	"github.com/closurefix/closurefix/rewrite/internal/load"
	"github.com/closurefix/closurefix/rewrite/pattern"
	"github.com/closurefix/closurefix/rewrite/refusal"
)

// A Result is what a run found, and the files as they would be.
type Result struct {
	Findings []Finding // by position, or by cost with Options.Profiles
	Files    []File    // that change, by name; only with Options.Rewrite
	Misuses  []Misuse  // bugs at callers, by position
	Tested   int       // packages whose tests were run; only with Options.Test
	Broken   []string  // what fails over the new text and over the old one, and is blamed on no rewrite
	Flaky    []string  // what failed over the new text and not when it ran again, or then over the old one too: blamed on no rewrite

	// Bench is what the benchmarks measured; only with Options.Bench, and nil if no
	// file changes.
	Bench *bench.Results

	Cold     []Finding // left out, since the profiles say that they cost little; only with Options.Profiles
	Warnings []string  // about profiles that do not match the code, and tests that see the old text
	Stack    []Finding // left out, since the compiler keeps all on the stack; only with Options.Escape

	LeftOut LeftOut // prepare functions that are no findings

	Idle []Directive // comments that are there to silence closurefix, and silence nothing

	Packages int // that the patterns name
	Scanned  int // Go files parsed
	Loaded   int // packages type-checked

	root  string // below which Write changes files
	src   *load.Sources
	sight *load.Sight
}

// A Finding is a prepare function and what becomes of it.
type Finding struct {
	Pos     token.Position // of its name, unadjusted by line directives
	End     token.Position // of its name
	Last    int            // the line on which its declaration ends
	Package string         // path
	Name    string         // as in "(*Conn).prepareRead"
	Kind    pattern.Kind
	Message string // what the code does, in one sentence

	// Refusal says why the function stays as it is. If nil, the function is
	// rewritten, or would be if Options.Rewrite was not set.
	Refusal *refusal.Refusal

	Files []string // that the rewrite edits, sorted

	// Edits of the files on disk that are the rewrite, by file and offset.
	// Empty where a rewrite stands on the result of another.
	Edits []edit.Edit

	Notes []string // for the person who reads the change

	// Trace says how the rewrite was decided, a line each: its form, with the
	// reason, and how each captured variable reaches the new function.
	Trace []string

	Costs []Cost // what it costs in each kind of profile; only with Options.Profiles

	Heap *Heap  // what it costs; only with Options.Escape
	Gain []Gain // what the rewrite changed, the prepare function first; only with Options.Escape

	done bool
}

// A Cost is what a profile says that the cleanup of a function was spent on: the
// allocation of its closure, of variables that it captures, and of variables of the
// callers that it has the address of.
type Cost struct {
	Kind  string // alloc_objects, alloc_space or cpu
	Unit  string // count, bytes or nanoseconds
	Value int64
	Share float64 // of all that the profile holds, from 0 to 1
}

// A Heap is what the cleanup of a prepare function costs, by the output of the
// compiler.
type Heap = allocs.Heap

// A Gain says what a rewrite changed about the heap in one function.
type Gain = allocs.Gain

// An Allocation is something that the compiler puts on the heap.
type Allocation = allocs.Allocation

// LeftOut counts the prepare functions that are no findings because of the options, of
// comments, or of what the compiler and the profiles say.
type LeftOut struct {
	Kind     int // the closure captures no result: without Options.All
	Tests    int // in test files, by their form where the package was not loaded: without Options.All
	Exported int // other modules may call them, and nothing that was loaded defers their cleanup: without Options.Exported
	Silenced int // by comments
	Stack    int // the compiler keeps the cleanup on the stack: Result.Stack
	Cold     int // the profiles say that they cost little: Result.Cold
	Few      int // the compiler says that they cost fewer allocations than Options.Saves

	Unselected int // by Options.Select
}

// A Directive is a comment that is there to silence findings: see package suppress.
type Directive struct {
	Pos  token.Position // unadjusted by line directives
	Text string         // with its slashes
}

// A SourceError says that packages cannot be worked on as they are.
type SourceError = load.SourceError

// A Problem is something that the go command, the parser or the type checker
// does not accept.
type Problem = load.Problem

// Diff returns the changes of all files as a unified diff, for patch -p1 in
// dir: names are relative to dir where a file lies below it, else absolute.
func (r *Result) Diff(dir string) (string, error) {
	var b strings.Builder
	for _, f := range r.Files {
		from, to := f.Name, f.Name
		if rel, err := filepath.Rel(dir, f.Name); err == nil && filepath.IsLocal(rel) {
			from, to = "a/"+filepath.ToSlash(rel), "b/"+filepath.ToSlash(rel)
		}
		from, to = patchName(from), patchName(to)
		text, err := unified(from, to, string(f.Old), string(f.New))
		if err != nil {
			return "", err
		}
		b.WriteString(text)
	}
	return b.String(), nil
}

// patchName returns the name of a file as patch and git read it: a name that they
// could not tell from the rest of the line is quoted as in C.
func patchName(name string) string {
	plain := func(c byte) bool { return ' ' <= c && c != '"' && c != '\\' && c != 0x7f }
	var b strings.Builder
	for i := range len(name) {
		switch c := name[i]; {
		case plain(c):
			b.WriteByte(c)
		case c == '"' || c == '\\':
			b.WriteString(`\` + string(c))
		case c == '\n':
			b.WriteString(`\n`)
		case c == '\t':
			b.WriteString(`\t`)
		default:
			fmt.Fprintf(&b, `\%03o`, c)
		}
	}
	if b.Len() == len(name) {
		return name
	}
	return `"` + b.String() + `"`
}

// unified returns a unified diff of two texts. It counts the lines of the new
// text itself: go-udiff v0.4.1 forgets those between two edits of one hunk, and
// numbers the hunks that follow too low.
func unified(from, to, old, new string) (string, error) {
	u, err := udiff.ToUnifiedDiff(from, to, old, linediff.Edits(old, new), udiff.DefaultContextLines)
	if err != nil {
		return "", err
	}
	grown := 0
	for _, h := range u.Hunks {
		h.ToLine = h.FromLine + grown
		for _, l := range h.Lines {
			switch l.Kind {
			case udiff.Insert:
				grown++
			case udiff.Delete:
				grown--
			}
		}
	}
	return u.String(), nil
}

// Left returns the findings that stay as they are.
func (r *Result) Left() []Finding {
	var left []Finding
	for _, f := range r.Findings {
		if f.Refusal != nil {
			left = append(left, f)
		}
	}
	return left
}

// Outcome says in one sentence what the rewrite of f does or why there is none.
// short turns the name of a file into the form that people know it by.
func (f Finding) Outcome(short func(string) string) string {
	if f.Refusal != nil {
		return fmt.Sprintf("%v [%s]", f.Refusal, f.Refusal.Code)
	}
	names := make([]string, len(f.Files))
	for i, name := range f.Files {
		names[i] = short(name)
	}
	return fmt.Sprintf("-fix rewrites %s and its callers in %s", f.Name, strings.Join(names, ", "))
}
