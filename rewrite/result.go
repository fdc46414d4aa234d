package rewrite

import (
	"fmt"
	"go/token"
	"strings"

	"github.com/closurefix/closurefix/rewrite/bench"
	"github.com/closurefix/closurefix/rewrite/edit"
	"github.com/closurefix/closurefix/rewrite/internal/allocs"
	"github.com/closurefix/closurefix/rewrite/internal/load"
	"github.com/closurefix/closurefix/rewrite/pattern"
	"github.com/closurefix/closurefix/rewrite/refusal"
)

// A Result has the findings of a run and the new contents of files.
type Result struct {
	Findings []Finding // ordered by position, or by cost with Options.Profiles
	Misuses  []Misuse  // bugs at callers, ordered by position
	LeftOut  LeftOut   // prepare functions that are not findings

	Stack []Finding // left out: they cost no allocation; only with Options.Escape
	Cold  []Finding // left out: they cost little in the profiles; only with Options.Profiles

	Files []File // changed files, ordered by name; only with Options.Rewrite

	// With Options.Test, Tested is the number of packages whose tests were run. Broken
	// lists failures that also occur without the rewrite. Flaky lists failures that did
	// not occur again, or then occurred without the rewrite too.
	Tested int
	Broken []string
	Flaky  []string

	// Bench has the results of the benchmarks, with Options.Bench. It is nil if no file
	// changes.
	Bench *bench.Results

	Idle     []Directive // comments that should suppress findings and suppress none
	Warnings []string    // about profiles that do not match the code, and tests that read old versions of files

	// Unloaded says what is wrong with packages that do not type-check, or depend on one
	// that does not. Their functions are not examined, and functions that they may call
	// are refused. It is nil if there are none. Run fails if no other package is left.
	Unloaded *SourceError

	Module string // the path of the main module that contains Options.Dir; "" if there is none
	Go     string // the release of the go command, as in "go1.26.0"

	Packages int // packages that the patterns match
	Scanned  int // Go files scanned
	Loaded   int // packages type-checked

	root  string // below which Write changes files
	src   *load.Sources
	sight *load.Sight
}

// A Finding describes a prepare function and its rewrite or refusal.
type Finding struct {
	Pos     token.Position // of its name, unadjusted by line directives
	End     token.Position // of its name
	Last    int            // the line on which its declaration ends
	Package string         // path
	Name    string         // as in "(*Conn).prepareRead"
	Kind    pattern.Kind
	Message string // what the function does, in one sentence

	// Refusal says why the function is not rewritten. If nil, the function is
	// rewritten, or would be with Options.Rewrite.
	Refusal *refusal.Refusal

	Files []string // the files that the rewrite edits, sorted

	// Edits are the edits of the rewrite, ordered by file and offset, if they can be
	// made to the files on disk. They are empty if the rewrite builds on another one.
	Edits []edit.Edit

	Notes []string // remarks for the reader of the change

	// Trace says how the rewrite was decided, a line each: its form, with the
	// reason, and how each captured variable reaches the new function.
	Trace []string

	Costs []Cost // in each profile; only with Options.Profiles

	Heap *Heap  // what it costs; only with Options.Escape
	Gain []Gain // what the rewrite changed, the prepare function first; only with Options.Escape

	done bool // a rewrite was accepted
}

// A Cost is the part of a profile that the cleanup of a function causes: allocations of
// its closure, of captured variables, and of variables of callers whose address the
// closure has.
type Cost struct {
	Kind  string // alloc_objects, alloc_space or cpu
	Unit  string // count, bytes or nanoseconds
	Value int64
	Share float64 // of the total of the profile, from 0 to 1
}

// A Heap lists the allocations that the compiler reports for a cleanup.
type Heap = allocs.Heap

// A Gain compares the allocations in one function before and after a rewrite.
type Gain = allocs.Gain

// An Allocation is a heap allocation that the compiler reports.
type Allocation = allocs.Allocation

// LeftOut counts the prepare functions that are not findings, by the reason.
type LeftOut struct {
	Kind     int // the closure captures no result: without Options.All
	Tests    int // in test files, by their form where the package was not loaded: without Options.Tests
	Busy     int // start a goroutine or the like: with Options.Hot
	Exported int // other modules may call them, and no caller in this one defers their cleanup
	Silenced int // by comments
	Stack    int // the compiler keeps the cleanup on the stack: Result.Stack
	Cold     int // the profiles say that they cost little: Result.Cold
	Few      int // the compiler says that they cost fewer allocations than Options.Saves

	Unselected int // by Options.Select
}

// A Directive is a comment that suppresses findings: see package suppress.
type Directive struct {
	Pos  token.Position // unadjusted by line directives
	Text string         // with its slashes
}

// A SourceError reports errors in the packages to be loaded.
type SourceError = load.SourceError

// A Problem is an error reported by the go command, the parser or the type checker.
type Problem = load.Problem

// Outcome returns a sentence that says what the rewrite of f does or why f is refused.
// short shortens the name of a file for display.
func (f Finding) Outcome(short func(string) string) string {
	if f.Refusal != nil {
		return fmt.Sprintf("%s [%s]", f.Refusal.Sentence(short), f.Refusal.Code)
	}
	names := make([]string, len(f.Files))
	for i, name := range f.Files {
		names[i] = short(name)
	}
	return fmt.Sprintf("-fix rewrites %s and its callers in %s", f.Name, strings.Join(names, ", "))
}
