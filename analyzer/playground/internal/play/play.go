// Package play finds and rewrites the prepare functions of one file, which is taken for a
// whole program. The page of the playground runs it in a browser.
//
// It does what the command does with a package, as far as that needs no process: no
// compiler says what is on the heap, and no test is run.
package play

import (
	"errors"
	"go/ast"
	"go/types"
	"slices"

	"github.com/aymanbagabas/go-udiff"
	"github.com/closurefix/closurefix/rewrite/callers"
	"github.com/closurefix/closurefix/rewrite/candidate"
	"github.com/closurefix/closurefix/rewrite/edit"
	"github.com/closurefix/closurefix/rewrite/misuse"
	"github.com/closurefix/closurefix/rewrite/pattern"
	"github.com/closurefix/closurefix/rewrite/refusal"
	"github.com/closurefix/closurefix/rewrite/suppress"
)

// Options select what is found and rewritten, as the flags of the command do.
type Options struct {
	All      bool // also closures that capture no result
	Exported bool // also exported functions, if the package is not main
}

// A Result says what was found in a file and what becomes of it.
type Result struct {
	Problems []Problem `json:"problems,omitempty"` // why the file is no program; then there is nothing else
	Findings []Finding `json:"findings,omitempty"`
	Bugs     []Finding `json:"bugs,omitempty"` // at callers
	Diff     []Line    `json:"diff,omitempty"`
	New      string    `json:"new,omitempty"` // the file after the rewrite; "" if nothing changes
}

// A Problem is an error of the parser or the type checker.
type Problem struct {
	Line    int    `json:"line"` // from 1; 0 if it is not known
	Column  int    `json:"column"`
	Message string `json:"message"`
}

// A Finding is a prepare function, or a bug at a caller.
type Finding struct {
	Line      int      `json:"line"`
	Column    int      `json:"column"`
	Name      string   `json:"name,omitempty"` // of the function
	Category  string   `json:"category"`
	Message   string   `json:"message"` // a sentence without its full stop
	Rewritten bool     `json:"rewritten,omitempty"`
	Refusal   string   `json:"refusal,omitempty"` // why it is not rewritten
	Code      string   `json:"code,omitempty"`    // of the refusal
	Help      string   `json:"help,omitempty"`    // what a person can do
	Instead   string   `json:"instead,omitempty"` // what to write instead, of a bug
	Notes     []string `json:"notes,omitempty"`
	Trace     []string `json:"trace,omitempty"` // how the rewrite was decided
}

// mostRounds limits the number of rewrites. Each begins with the result of the one before.
const mostRounds = 200

// Analyze finds the prepare functions of a file and rewrites those that it can.
func Analyze(text string, o Options, imports types.Importer) Result {
	u, problems := load(text, imports)
	if problems != nil {
		return Result{Problems: problems}
	}
	r := &run{options: o, imports: imports, failed: make(map[pattern.Key]string), done: make(map[pattern.Key]*candidate.Candidate)}
	found := r.find(u)
	first := found
	result := text
	for range mostRounds {
		next, u := r.step(result, found)
		if u == nil {
			break
		}
		result, found = next, r.find(u)
	}
	out := Result{Bugs: bugs(u)}
	for _, c := range first {
		out.Findings = append(out.Findings, r.finding(c, found))
	}
	if result != text {
		out.New, out.Diff = result, diff(text, result)
	}
	return out
}

// A run holds what was decided in the rounds so far.
type run struct {
	options Options
	imports types.Importer
	failed  map[pattern.Key]string               // rewrites after which the file does not type-check, with the error
	done    map[pattern.Key]*candidate.Candidate // rewrites that were applied
}

// find returns the candidates of a unit, without those that a comment silences.
func (r *run) find(u *pattern.Unit) []*candidate.Candidate {
	found := candidate.Find(&callers.World{
		Units: []*pattern.Unit{u}, Module: true, All: r.options.All, Exported: r.options.Exported,
	})
	return slices.DeleteFunc(found, func(c *candidate.Candidate) bool {
		return suppress.Func(u.Fset, c.Prepare.File, c.Prepare.Decl, suppress.All)
	})
}

// step applies rewrites and returns the file after them, which type-checks. The unit is nil
// if there are none. It applies all that change different declarations, or, if those do not
// go together, the first that can be applied.
func (r *run) step(text string, found []*candidate.Candidate) (string, *pattern.Unit) {
	ordered, _ := candidate.InnerFirst(found, func(c *candidate.Candidate) *candidate.Candidate { return c })
	ordered = slices.DeleteFunc(ordered, func(c *candidate.Candidate) bool {
		_, failed := r.failed[c.Prepare.Key]
		return failed || len(c.Edits) == 0
	})
	if apart := disjoint(ordered); len(apart) > 1 {
		if next, u, err := r.apply(text, apart); err == nil {
			return next, u
		}
	}
	for _, c := range ordered {
		next, u, err := r.apply(text, []*candidate.Candidate{c})
		if err == nil {
			return next, u
		}
		r.failed[c.Prepare.Key] = err.Error()
	}
	return "", nil
}

// apply applies rewrites together.
func (r *run) apply(text string, list []*candidate.Candidate) (string, *pattern.Unit, error) {
	var edits []edit.Edit
	for _, c := range list {
		edits = append(edits, c.Edits...)
	}
	next, err := edit.Apply([]byte(text), edits)
	if err != nil {
		return "", nil, err
	}
	u, problems := load(string(next), r.imports)
	if problems != nil {
		return "", nil, errors.New(problems[0].Message)
	}
	for _, c := range list {
		r.done[c.Prepare.Key] = c
	}
	return string(next), u, nil
}

// disjoint returns the candidates whose edits are in other declarations than those of all
// candidates before.
func disjoint(list []*candidate.Candidate) []*candidate.Candidate {
	taken := make(map[ast.Decl]bool)
	return slices.DeleteFunc(slices.Clone(list), func(c *candidate.Candidate) bool {
		file := c.Prepare.File
		start := c.Prepare.Unit.Fset.File(file.FileStart)
		var own []ast.Decl
		for _, d := range file.Decls {
			from, to := start.Offset(d.Pos()), start.Offset(d.End())
			if slices.ContainsFunc(c.Edits, func(e edit.Edit) bool { return from <= e.End && e.Start <= to }) {
				own = append(own, d)
			}
		}
		if slices.ContainsFunc(own, func(d ast.Decl) bool { return taken[d] }) {
			return true
		}
		for _, d := range own {
			taken[d] = true
		}
		return false
	})
}

// finding returns the finding of a candidate. last holds the candidates after the rewrite.
func (r *run) finding(c *candidate.Candidate, last []*candidate.Candidate) Finding {
	p := c.Prepare
	at := p.Unit.Fset.PositionFor(p.Decl.Name.Pos(), false)
	f := Finding{
		Line: at.Line, Column: at.Column, Name: p.Key.String(), Category: string(c.Kind), Message: c.Message(),
	}
	if applied := r.done[p.Key]; applied != nil {
		f.Rewritten, f.Notes, f.Trace = true, applied.Notes, applied.Trace
		return f
	}
	why := c.Refusal
	for _, l := range last {
		if why == nil && l.Prepare.Key == p.Key {
			why = l.Refusal
		}
	}
	if reason, failed := r.failed[p.Key]; why == nil && failed {
		why = &refusal.Refusal{Code: refusal.VerifyFailed, Name: p.Key.String(), Reason: "the program does not type-check after it: " + reason}
	}
	if why != nil {
		f.Refusal, f.Code, f.Help = why.Error(), string(why.Code), advice(why.Code)
	}
	return f
}

// advice returns what a person can do about a refusal.
func advice(code refusal.Code) string {
	for _, e := range refusal.Explanations() {
		if e.Code == code {
			return e.Advice
		}
	}
	return ""
}

// bugs returns the bugs at the callers of cleanups.
func bugs(u *pattern.Unit) []Finding {
	found, err := misuse.Find([]*pattern.Unit{u}, misuse.Options{})
	var all []Finding
	for _, m := range found {
		if suppress.At(u.Fset, m.File, m.Decl, m.Pos, suppress.All) {
			continue
		}
		at := u.Fset.PositionFor(m.Pos, false)
		f := Finding{Line: at.Line, Column: at.Column, Name: m.Func, Category: string(m.Kind), Message: m.Message}
		for _, e := range misuse.Explanations() {
			if e.Kind == m.Kind {
				f.Help = e.Advice
			}
		}
		if m.Fix != nil {
			f.Instead = m.Fix.New
		}
		all = append(all, f)
	}
	if err != nil {
		all = append(all, Finding{Line: 1, Column: 1, Category: string(refusal.InternalError), Message: err.Error()})
	}
	return all
}

// A Line is a line of a diff.
type Line struct {
	Old  int    `json:"old,omitempty"` // line number, from 1; 0 if it is not there
	New  int    `json:"new,omitempty"`
	Sign string `json:"sign,omitempty"` // "-", "+", "" for a line of both, "…" for lines that are left out
	Text string `json:"text"`
}

// context is the number of unchanged lines that are shown around a change.
const context = 3

// diff returns the lines in which two versions of a file differ.
func diff(old, new string) []Line {
	d, err := udiff.ToUnifiedDiff("", "", old, udiff.Lines(old, new), context)
	if err != nil {
		return nil
	}
	var lines []Line
	grown, last := 0, 0 // the number of lines that earlier hunks added; the last line shown
	for _, h := range d.Hunks {
		from, to := h.FromLine, h.FromLine+grown
		if from > last+1 {
			lines = append(lines, Line{Sign: "…"})
		}
		for _, l := range h.Lines {
			line := Line{Text: trimNewline(l.Content)}
			switch l.Kind {
			case udiff.Delete:
				line.Sign, line.Old = "-", from
				from++
				grown--
			case udiff.Insert:
				line.Sign, line.New = "+", to
				to++
				grown++
			default:
				line.Old, line.New = from, to
				from++
				to++
			}
			lines = append(lines, line)
		}
		last = from - 1
	}
	return lines
}

func trimNewline(s string) string {
	for len(s) > 0 && (s[len(s)-1] == '\n' || s[len(s)-1] == '\r') {
		s = s[:len(s)-1]
	}
	return s
}
