// Package report holds the results of a run as plain data, for output. Every output
// format prints a [Report] and nothing else, so that all formats print the same facts. A
// new format is one package with a Write function and one row in the command's table of
// formats.
//
// A format leaves out only facts for which it has no place:
//
//	            text   json   sarif  github  page
//	message     yes    yes    yes    yes     yes
//	outcome     yes    yes    yes    yes     yes
//	help        -v     yes    yes    no      yes    a sentence on what to do, of a refusal
//	notes       yes    yes    yes    yes     yes
//	trace       -v     yes    yes    no      yes    how a rewrite was decided
//	costs       yes    yes    yes    yes     yes    with -profile
//	heap        yes    yes    yes    count   yes    with -escape
//	gain        yes    yes    yes    count   yes    with -escape, of a rewrite
//	warnings    stderr stderr yes    yes     yes
//	idle        stderr stderr yes    yes     yes    comments that silence nothing
//	stack, cold -v     -v     no     no      yes    what is no finding, and why
//	unloaded    stderr stderr yes    yes     yes    packages that do not type-check
//	left out    stderr stderr yes    stderr  yes    how much is no finding, and why
//	bugs        yes    yes    yes    yes     yes    at callers, with what to do
//	origin      no     no     no     no      yes    how the report was made
//
// The format of go vet -json has a place for diagnostics only, so warnings go to standard
// error. An annotation in a pull request is short: it gives the number of allocations,
// and no explanations. SARIF and GitHub list problems that need action, so they leave out
// functions that are not findings.
package report

import (
	"fmt"
	"go/token"
	"path/filepath"
	"strings"
	"time"

	"github.com/closurefix/closurefix/rewrite"
	"github.com/closurefix/closurefix/rewrite/bench"
	"github.com/closurefix/closurefix/rewrite/edit"
)

// A Report holds the results of one run.
type Report struct {
	Place
	Origin Origin

	Findings []Finding
	Bugs     []Bug       // bugs at callers, which no rewrite fixes
	Idle     []Directive // comments for closurefix that silence nothing
	Warnings []string    // sentences that have no position

	Unloaded *rewrite.SourceError // errors in packages that were not type-checked; nil: none

	LeftOut rewrite.LeftOut // how many functions are not findings, and why
	Stack   []Finding       // not findings: the compiler keeps their closures on the stack
	Cold    []Finding       // not findings: they cost little, according to the profiles

	Files   []rewrite.File // files that change
	Written bool           // the changed files are on disk
	Tests   Tests
	Bench   *bench.Results // nil: nothing was measured
}

// A Place says where a report is made, and by which version of closurefix.
type Place struct {
	Dir     string // the current directory, absolute
	Root    string // of the repository, absolute; code hosts require file names relative to it
	Version string // of closurefix; or ""
}

// An Origin says how a report was made.
type Origin struct {
	Module   string    // the path of the main module; or ""
	Go       string    // the release of the go command, as in "go1.26.0"
	Revision string    // the checked out commit of the repository; or ""
	Differ   int       // the number of files of the report that were not as in that commit
	Command  []string  // the command line; nil: not known
	Date     time.Time // zero: not known
}

// A Finding is a prepare function and the decision about it.
type Finding struct {
	Pos, End token.Position // of the function's name, unadjusted by line directives
	Package  string         // path
	Function string         // as in "(*Conn).prepareRead"
	Category string
	Message  string // what the code does, a sentence without its full stop

	Refusal *Refusal // why the function is not rewritten; nil if it is

	Files []string    // files that the rewrite edits, sorted
	Edits []edit.Edit // of files on disk, by file and offset; nil if the rewrite depends on another one

	Notes []string // for the person who reviews the change
	Trace []string // how the rewrite was decided
	Costs []Cost   // from profiles
	Heap  *Heap    // heap allocations today; nil without -escape
	Gain  []Gain   // how the rewrite changes them, function by function
}

// A Bug is a bug at a caller of a function that returns a cleanup.
type Bug struct {
	Pos, End token.Position // of the statement or call, unadjusted by line directives
	Package  string         // path
	Function string         // the function around it, as in "(*DB).Begin"; "" in the initializer of a variable
	Category string
	Message  string   // a sentence without its full stop
	Help     string   // what a person can do about it
	Instead  string   // the source to write instead of that from Pos to End; or ""
	Related  []Remark // positions that explain it
}

// A Remark is a position with an explanation.
type Remark = rewrite.Place

// A Refusal says why a function is not rewritten.
type Refusal struct {
	Code   string
	Pos    token.Position // of the obstacle; may be invalid
	Reason string         // in a sentence, with the place
	Help   string         // what a person can do about it
	Stack  string         // of an internal error
}

// A Directive is a comment that is written to silence findings.
type Directive = rewrite.Directive

// Tests holds the results of the tests of affected packages.
type Tests struct {
	Packages int      // number of packages that were tested over the rewrite
	Broken   []string // failures with and without the rewrite
	Flaky    []string // intermittent failures
}

// The figures of a finding have the types of package rewrite.
type (
	Cost       = rewrite.Cost
	Heap       = rewrite.Heap
	Gain       = rewrite.Gain
	Allocation = rewrite.Allocation
)

// Split returns the findings that are rewritten and those that are not.
func (r *Report) Split() (rewritten, left []Finding) {
	for _, f := range r.Findings {
		if f.Refusal == nil {
			rewritten = append(rewritten, f)
		} else {
			left = append(left, f)
		}
	}
	return rewritten, left
}

// Outcome returns one sentence about what the rewrite of f does, or why there is none.
// The function short shortens a file name for the format.
func (f Finding) Outcome(short func(string) string) string {
	if f.Refusal != nil {
		return fmt.Sprintf("%s [%s]", f.Refusal.Reason, f.Refusal.Code)
	}
	names := make([]string, len(f.Files))
	for i, name := range f.Files {
		names[i] = short(name)
	}
	return fmt.Sprintf("-fix rewrites %s and its callers in %s", f.Function, strings.Join(names, ", "))
}

// FromDir returns a file name for a terminal: relative to the current directory, unless
// that is longer.
func (p Place) FromDir(name string) string {
	if rel, err := filepath.Rel(p.Dir, name); err == nil && len(rel) < len(name) {
		return rel
	}
	return name
}

// FromRoot returns a file name for a code host: relative to the root of the repository
// and with slashes, if the file is below that.
func (p Place) FromRoot(name string) string { return below(p.Root, name) }

// BelowDir returns a file name relative to the current directory and with slashes, if the
// file is below that.
func (p Place) BelowDir(name string) string { return below(p.Dir, name) }

func below(dir, name string) string {
	if rel, err := filepath.Rel(dir, name); err == nil && filepath.IsLocal(rel) {
		return filepath.ToSlash(rel)
	}
	return name
}
