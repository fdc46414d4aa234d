package analyzer

import (
	"fmt"
	"go/token"
	"path/filepath"
	"slices"

	"github.com/closurefix/closurefix/rewrite/callers"
	"github.com/closurefix/closurefix/rewrite/candidate"
	"github.com/closurefix/closurefix/rewrite/misuse"
	"github.com/closurefix/closurefix/rewrite/pattern"
	"github.com/closurefix/closurefix/rewrite/suppress"
	"golang.org/x/tools/go/analysis"
)

// Analyzer is the pass, for drivers that take a variable.
var Analyzer = New()

const doc = `report cleanup closures that could be finish methods

A function that does some set-up and returns a closure for its callers to
defer allocates the closure on each call, and moves variables that it captures
by address to the heap. A method that the callers defer allocates nothing.`

// New returns an analyzer with its own flags:
//
//	-everything   also cleanups that capture no result
//	-tests        also functions that only serve tests
//
// The first corresponds to -all of the command. The drivers of x/tools have a flag -all of
// their own, which does nothing, and singlechecker panics if there is a second one.
//
// Its fixes do not change what a program does, since drivers apply all fixes without
// asking.
func New() *analysis.Analyzer { return newAnalyzer(settings{}) }

// ForEditor returns an analyzer that also suggests fixes that change what the program
// does, for a person to choose: those of eager arguments. It must not be used in a driver
// that applies fixes, such as go fix.
func ForEditor() *analysis.Analyzer { return newAnalyzer(settings{editor: true}) }

// ForGolangciLint returns an analyzer for golangci-lint: //nolint comments suppress none of
// its diagnostics. golangci-lint treats them, and its nolintlint reports such a comment as
// unused if there is no diagnostic under it.
func ForGolangciLint() *analysis.Analyzer {
	return newAnalyzer(settings{comments: suppress.WithoutNolint})
}

func newAnalyzer(s settings) *analysis.Analyzer {
	a := &analysis.Analyzer{Name: "closurefix", Doc: doc, URL: pattern.Page}
	a.Flags.BoolVar(&s.all, "everything", false, "also report cleanups that capture no result")
	a.Flags.BoolVar(&s.tests, "tests", false, "also report functions that only serve tests")
	a.Run = func(p *analysis.Pass) (any, error) {
		run(p, s)
		return nil, nil
	}
	return a
}

// settings selects what is reported: the values of the flags, whether a person chooses
// fixes, and which comments suppress diagnostics.
type settings struct {
	all, tests, editor bool
	comments           suppress.Forms
}

// run reports the candidates of a package and the misuses in it.
func run(p *analysis.Pass, s settings) {
	u := unitOf(p)
	reportCandidates(p, u, s)
	reportMisuses(p, u, s)
}

// reportMisuses reports the bugs at the callers of cleanups. A fault of the search is a
// diagnostic of the package.
func reportMisuses(p *analysis.Pass, u *pattern.Unit, s settings) {
	found, err := candidate.Misuses([]*pattern.Unit{u}, misuse.Options{Tests: s.tests})
	comments := suppress.New(s.comments)
	for _, f := range found {
		if comments.At(p.Fset, f.File, f.Decl, f.Pos) {
			continue
		}
		d := analysis.Diagnostic{Pos: f.Pos, End: f.End, Category: string(f.Kind), Message: f.Message}
		for _, r := range f.Related {
			d.Related = append(d.Related, analysis.RelatedInformation{Pos: r.Pos, End: r.End, Message: r.Message})
		}
		if f.Fix != nil && s.editor {
			d.SuggestedFixes = []analysis.SuggestedFix{{
				Message:   f.Fix.Message,
				TextEdits: []analysis.TextEdit{{Pos: f.Fix.Pos, End: f.Fix.End, NewText: []byte(f.Fix.New)}},
			}}
		}
		p.Report(d)
	}
	if err != nil {
		name := p.Files[0].Name
		p.Report(analysis.Diagnostic{Pos: name.Pos(), End: name.End(), Message: err.Error()})
	}
}

// reportCandidates reports the functions that return cleanups.
func reportCandidates(p *analysis.Pass, u *pattern.Unit, s settings) {
	world := &callers.World{Units: []*pattern.Unit{u}, All: s.all, Tests: s.tests, Short: shortIn(p)}
	found := candidate.Find(world)
	hidden := ""
	if slices.ContainsFunc(found, func(c *candidate.Candidate) bool { return len(c.Edits) > 0 }) {
		// A fix is possible, so it is worth searching for other callers. Only if there
		// are some is a new decision needed.
		var more bool
		if hidden, more = lookAround(world, u); more {
			found = candidate.Find(world)
		}
	}
	comments := suppress.New(s.comments)
	found = slices.DeleteFunc(found, func(c *candidate.Candidate) bool {
		return comments.Func(p.Fset, c.Prepare.File, c.Prepare.Decl)
	})
	var proposals []*proposal
	reasons := make(map[*candidate.Candidate]string)
	for _, c := range found {
		pr, why := propose(u, c)
		if pr != nil && hidden != "" {
			// A driver that also runs the pass on the package with its tests
			// gets the fix there.
			pr, why = nil, hidden
		}
		if pr != nil && p.Pkg.Path() == "command-line-arguments" {
			pr, why = nil, "files were named instead of a package, and the other files of the package are not part of this pass"
		}
		if reasons[c] = why; pr != nil {
			proposals = append(proposals, pr)
		}
	}
	fixes := make(map[*candidate.Candidate]*analysis.SuggestedFix)
	if len(proposals) > 0 {
		chosen, why := choose(newChecker(p, u), proposals)
		for _, pr := range proposals {
			if reasons[pr.candidate] = why[pr]; chosen[pr] {
				fixes[pr.candidate] = pr.fix
			}
		}
	}
	for _, c := range found {
		fix, why := fixes[c], reasons[c]
		d := analysis.Diagnostic{
			Pos:      c.Prepare.Decl.Name.Pos(),
			End:      c.Prepare.Decl.Type.End(),
			Category: string(c.Kind),
			Message:  c.Message(),
			Related:  related(p, c, why),
		}
		if fix != nil {
			d.SuggestedFixes = []analysis.SuggestedFix{*fix}
		}
		p.Report(d)
	}
}

// related returns the positions that explain a candidate: its closures, the variables that
// they capture, the calls, and the obstacle to a rewrite or the reason why there is no
// fix.
func related(p *analysis.Pass, c *candidate.Candidate, why string) []analysis.RelatedInformation {
	var infos []analysis.RelatedInformation
	add := func(pos, end token.Pos, format string, args ...any) {
		if pos.IsValid() {
			infos = append(infos, analysis.RelatedInformation{Pos: pos, End: end, Message: fmt.Sprintf(format, args...)})
		}
	}
	for _, l := range c.Prepare.Literals {
		add(l.Lit.Pos(), l.Lit.Type.End(), "the closure")
	}
	for _, v := range c.Prepare.Captures {
		add(v.Var.Pos(), v.Var.Pos()+token.Pos(len(v.Var.Name())), "it captures %s", v.Var.Name())
	}
	for _, s := range c.Sites {
		add(s.Call.Pos(), s.Call.End(), "%s is called here", c.Prepare.Key)
	}
	if why != "" {
		name := c.Prepare.Decl.Name
		add(name.Pos(), name.End(), "no fix for %s here: %s", c.Prepare.Key, why)
	}
	if c.Refusal != nil {
		pos, end := posOf(p, c.Refusal.Pos), token.NoPos
		if !pos.IsValid() {
			pos, end = c.Prepare.Decl.Name.Pos(), c.Prepare.Decl.Name.End()
		}
		reason := c.Refusal.Sentence(shortIn(p))
		if c.Refusal.Stack != "" {
			reason += "\n" + c.Refusal.Stack // of an internal error, for a bug report
		}
		add(pos, end, "%s", reason)
	}
	return infos
}

// shortIn returns a function that shortens the names of files in the directory of a package
// to their base names.
func shortIn(pass *analysis.Pass) func(name string) string {
	dir := filepath.Dir(pass.Fset.File(pass.Files[0].FileStart).Name())
	return func(name string) string {
		if filepath.Dir(name) == dir {
			return filepath.Base(name)
		}
		return name
	}
}

// posOf returns the position in the pass that p describes, or NoPos if it is in no file of
// the pass.
func posOf(pass *analysis.Pass, p token.Position) token.Pos {
	for _, f := range pass.Files {
		if t := pass.Fset.File(f.FileStart); t.Name() == p.Filename && p.Offset <= t.Size() {
			return t.Pos(p.Offset)
		}
	}
	return token.NoPos
}
