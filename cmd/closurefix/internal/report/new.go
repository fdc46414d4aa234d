package report

import (
	"os"
	"path/filepath"

	"github.com/closurefix/closurefix/rewrite"
	"github.com/closurefix/closurefix/rewrite/misuse"
	"github.com/closurefix/closurefix/rewrite/refusal"
)

// New returns the report on a result. written is set if the changed files are on disk.
func New(res *rewrite.Result, at Place, written bool) *Report {
	help := make(map[refusal.Code]string)
	for _, e := range refusal.Explanations() {
		help[e.Code] = e.Advice
	}
	convert := func(list []rewrite.Finding) []Finding {
		var out []Finding
		for _, f := range list {
			out = append(out, finding(f, at, help))
		}
		return out
	}
	return &Report{
		Place:    at,
		Origin:   Origin{Module: res.Module, Go: res.Go},
		Findings: convert(res.Findings),
		Bugs:     bugs(res.Misuses),
		Idle:     res.Idle,
		Warnings: res.Warnings,
		Unloaded: res.Unloaded,
		LeftOut:  res.LeftOut,
		Stack:    convert(res.Stack),
		Cold:     convert(res.Cold),
		Files:    res.Files,
		Written:  written,
		Tests:    Tests{res.Tested, res.Broken, res.Flaky},
		Bench:    res.Bench,
	}
}

func bugs(list []rewrite.Misuse) []Bug {
	help := make(map[misuse.Kind]string)
	for _, e := range misuse.Explanations() {
		help[e.Kind] = e.Advice
	}
	var out []Bug
	for _, m := range list {
		out = append(out, Bug{m.Pos, m.End, m.Package, m.Func, string(m.Kind), m.Message, help[m.Kind], m.Fix, m.Related})
	}
	return out
}

func finding(f rewrite.Finding, at Place, help map[refusal.Code]string) Finding {
	out := Finding{
		Pos: f.Pos, End: f.End, Package: f.Package, Function: f.Name, Category: string(f.Kind), Message: f.Message,
		Files: f.Files, Edits: f.Edits, Notes: f.Notes, Trace: f.Trace, Costs: f.Costs, Heap: f.Heap, Gain: f.Gain,
	}
	if why := f.Refusal; why != nil {
		out.Refusal = &Refusal{string(why.Code), why.Pos, why.Sentence(at.FromDir), help[why.Code], why.Stack}
	}
	return out
}

// At returns the Place for a report that is made in dir. The root of the repository is
// the nearest directory with a .git, or dir itself.
func At(dir, version string) Place {
	at := Place{Dir: dir, Root: dir, Version: version}
	for d := dir; ; d = filepath.Dir(d) {
		if _, err := os.Lstat(filepath.Join(d, ".git")); err == nil {
			at.Root = d
			return at
		}
		if d == filepath.Dir(d) {
			return at
		}
	}
}
