// Package play finds and rewrites the prepare functions of one file, which is taken for a
// whole program. The page of the playground runs it in a browser.
//
// It does what the command does with a package, as far as that needs no process: no
// compiler says what is on the heap, and no test is run.
package play

import (
	"go/ast"
	"go/token"
	"go/types"

	"github.com/closurefix/closurefix/rewrite/candidate"
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
	at := declared(u)
	r.first = found
	result := text
	for range mostRounds {
		next, u := r.step(result, found)
		if u == nil {
			break
		}
		result, found = next, r.find(u)
	}
	out := Result{Bugs: bugs(u)}
	for _, c := range append(r.first, r.late...) {
		out.Findings = append(out.Findings, r.finding(c, found, at))
	}
	if result != text {
		out.New, out.Diff = result, diff(text, result)
	}
	return out
}

// declared returns the positions of the functions of a unit.
func declared(u *pattern.Unit) map[pattern.Key]token.Position {
	at := make(map[pattern.Key]token.Position)
	for _, file := range u.Files {
		for _, d := range file.Decls {
			if decl, ok := d.(*ast.FuncDecl); ok {
				if fn, ok := u.Info.Defs[decl.Name].(*types.Func); ok {
					at[pattern.KeyOf(fn)] = u.Fset.PositionFor(decl.Name.Pos(), false)
				}
			}
		}
	}
	return at
}

// finding returns the finding of a candidate. last holds the candidates after the rewrite,
// and declared the positions before it.
func (r *run) finding(c *candidate.Candidate, last []*candidate.Candidate, declared map[pattern.Key]token.Position) Finding {
	p := c.Prepare
	at, ok := declared[p.Key]
	if !ok { // a function literal
		at = p.Unit.Fset.PositionFor(p.Decl.Name.Pos(), false)
	}
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
	found, err := candidate.Misuses([]*pattern.Unit{u}, misuse.Options{})
	var all []Finding
	comments := suppress.New(suppress.All)
	for _, m := range found {
		if comments.At(u.Fset, m.File, m.Decl, m.Pos) {
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
