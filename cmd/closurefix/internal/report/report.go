// Package report is what closurefix has to say about a run, as plain data. Every
// output format prints a [Report] and nothing else, so that the formats agree on what
// there is to say, and a new one is one package with a Write function and one row in
// the command's table of formats.
//
// A format leaves out only what its form has no place for:
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
//
// The form of go vet -json has no place but for diagnostics, so warnings go to
// standard error beside it. An annotation at a line of a pull request is short: it
// counts allocations, and leaves explanations to the other formats. SARIF and GitHub
// list what a reader should act on, which what is no finding is not.
package report

import (
	"fmt"
	"go/token"
	"path/filepath"
	"strings"

	"github.com/closurefix/closurefix/rewrite"
	"github.com/closurefix/closurefix/rewrite/bench"
	"github.com/closurefix/closurefix/rewrite/edit"
)

// A Report is what one run found, and did or would do.
type Report struct {
	Place

	Findings []Finding
	Bugs     []Bug       // at callers; no rewrite mends one
	Idle     []Directive // comments that are there to silence closurefix, and silence nothing
	Warnings []string    // sentences without a place

	Unloaded *rewrite.SourceError // what is wrong with packages that were not looked at; nil: none

	LeftOut rewrite.LeftOut // how many functions are no findings, and why
	Stack   []Finding       // no findings: the compiler keeps them on the stack
	Cold    []Finding       // no findings: the profiles say that they cost little

	Files   []rewrite.File // that change
	Written bool           // they are on disk
	Tests   Tests
	Bench   *bench.Results // nil: nothing was measured
}

// A Place says where a report is made, and by which closurefix.
type Place struct {
	Dir     string // the current directory, absolute
	Root    string // of the repository, absolute: code hosts want names of files relative to it
	Version string // of closurefix; or ""
}

// A Finding is a prepare function and what becomes of it.
type Finding struct {
	Pos, End token.Position // of the function's name, unadjusted by line directives
	Package  string         // path
	Function string         // as in "(*Conn).prepareRead"
	Category string
	Message  string // what the code does, a sentence without its full stop

	Refusal *Refusal // why the function stays as it is; nil if it is rewritten

	Files []string    // that the rewrite edits, sorted
	Edits []edit.Edit // of files on disk, by file and offset; none where a rewrite stands on another

	Notes []string // for the person who reads the change
	Trace []string // how the rewrite was decided
	Costs []Cost   // what profiles say
	Heap  *Heap    // what the compiler puts on the heap today; nil if it was not asked
	Gain  []Gain   // what the rewrite changes about that, function by function
}

// A Bug is a bug at a caller of a function that returns a cleanup.
type Bug struct {
	Pos, End token.Position // of the statement or call, unadjusted by line directives
	Package  string         // path
	Function string         // around it, as in "(*DB).Begin"; "" in the initializer of a variable
	Category string
	Message  string   // a sentence without its full stop
	Help     string   // what a person can do about it
	Instead  string   // what to write instead, of the text from Pos to End; "" if that takes more
	Related  []Remark // places that explain it
}

// A Remark is a place with what is to be seen there.
type Remark = rewrite.Place

// A Refusal says why a function stays as it is.
type Refusal struct {
	Code   string
	Pos    token.Position // of the obstacle; may be invalid
	Reason string         // in a sentence, with the place
	Help   string         // what a person can do about it
	Stack  string         // of an internal error
}

// A Directive is a comment that is there to silence findings.
type Directive = rewrite.Directive

// Tests says what the tests of the affected packages showed.
type Tests struct {
	Packages int      // whose tests were run over the rewrite
	Broken   []string // what fails with the rewrite and without
	Flaky    []string // what fails now and then
}

// The figures of a finding are those of package rewrite.
type (
	Cost       = rewrite.Cost
	Heap       = rewrite.Heap
	Gain       = rewrite.Gain
	Allocation = rewrite.Allocation
)

// Split returns the findings that are rewritten, and those that stay as they are.
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

// Outcome says in one sentence what the rewrite of f does or why there is none. short
// turns the name of a file into the form that the format has.
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

// FromDir returns the name of a file as people at a terminal know it: relative to the
// current directory, unless that is longer.
func (p Place) FromDir(name string) string {
	if rel, err := filepath.Rel(p.Dir, name); err == nil && len(rel) < len(name) {
		return rel
	}
	return name
}

// FromRoot returns the name of a file as a code host knows it: relative to the root of
// the repository and with slashes, if it lies below that.
func (p Place) FromRoot(name string) string { return below(p.Root, name) }

// BelowDir returns the name of a file relative to the current directory and with
// slashes, if it lies below that.
func (p Place) BelowDir(name string) string { return below(p.Dir, name) }

func below(dir, name string) string {
	if rel, err := filepath.Rel(dir, name); err == nil && filepath.IsLocal(rel) {
		return filepath.ToSlash(rel)
	}
	return name
}
