package text

import (
	"fmt"
	"io"
	"strings"

	"github.com/closurefix/closurefix/cmd/closurefix/internal/report"
	"github.com/closurefix/closurefix/cmd/closurefix/internal/visible"
	"github.com/closurefix/closurefix/rewrite"
	"github.com/closurefix/closurefix/rewrite/bench"
)

// Report prints all findings to standard output.
func (p *Printer) Report(r *report.Report) error {
	for _, f := range r.Findings {
		p.finding(p.stdout, f)
	}
	p.bugs(p.stdout, r)
	p.noFindings(r)
	p.gains(r)
	return p.bench(p.stdout, r)
}

// Diff prints the diff of all files to standard output, as an exact patch. Findings that
// are not rewritten go to standard error.
func (p *Printer) Diff(r *report.Report, res *rewrite.Result) error {
	text, err := res.Diff(p.at.Dir)
	if err != nil {
		return err
	}
	if p.paper != nil {
		text = shown(text, p.paper.Coloured())
	}
	if _, err := io.WriteString(p.patch, text); err != nil {
		return err
	}
	for _, f := range r.Findings {
		if f.Refusal != nil {
			p.finding(p.stderr, f)
		} else {
			p.notes(f)
		}
	}
	p.bugs(p.stderr, r)
	p.noFindings(r)
	p.gains(r)
	p.tests(r.Tests)
	return p.bench(p.stderr, r)
}

// List prints the names of the files that change, one per line. Findings that are not
// rewritten go to standard error.
func (p *Printer) List(r *report.Report) error {
	for _, f := range r.Files {
		fmt.Fprintln(p.stdout, p.short(f.Name))
	}
	_, left := r.Split()
	for _, f := range left {
		p.finding(p.stderr, f)
	}
	p.bugs(p.stderr, r)
	p.noFindings(r)
	p.tests(r.Tests)
	return nil
}

// Message prints a commit message for the changes that -fix made. Findings that are not
// rewritten go to standard error.
func (p *Printer) Message(r *report.Report) error {
	p.message(p.stdout, r)
	return p.fixed(p.stderr, r)
}

// Fixed prints the findings that -fix did not rewrite, and a summary.
func (p *Printer) Fixed(r *report.Report) error { return p.fixed(p.stdout, r) }

func (p *Printer) fixed(w io.Writer, r *report.Report) error {
	done := 0
	for _, f := range r.Findings {
		switch {
		case f.Refusal != nil:
			p.finding(w, f)
			continue
		case p.how.Verbose:
			names := make([]string, len(f.Files))
			for i, name := range f.Files {
				names[i] = p.short(name)
			}
			fmt.Fprintf(p.stderr, "rewrote %s in %s\n", f.Function, strings.Join(names, ", "))
			p.trace(f)
		}
		done++
		p.notes(f)
	}
	p.bugs(w, r)
	p.noFindings(r)
	p.gains(r)
	p.tests(r.Tests)
	if len(r.Findings) > 0 {
		p.Say("rewrote %d of %d functions; files changed: %d", done, len(r.Findings), len(r.Files))
	}
	return p.bench(w, r)
}

// Warnings prints the comments that silence nothing, and the warnings of the run.
func (p *Printer) Warnings(r *report.Report) {
	for _, d := range r.Idle {
		fmt.Fprintf(p.stderr, "%s: this comment silences nothing: %s\n", p.place(d.Pos), visible.Line(d.Text))
	}
	for _, w := range r.Warnings {
		p.Say("%s", sentence(w))
	}
}

// LeftOut prints how many functions are not findings, and why.
func (p *Printer) LeftOut(r *report.Report) {
	left := report.LeftOut(r.LeftOut)
	switch {
	case left != "" && len(r.Findings)+len(r.Bugs) == 0:
		p.Say("nothing to report; %s", left)
	case left != "":
		p.Say("%s", left)
	}
}

// noFindings prints, if -v is set, the functions that are not findings according to the
// compiler or the profiles.
func (p *Printer) noFindings(r *report.Report) {
	if !p.how.Verbose {
		return
	}
	for _, f := range r.Stack {
		fmt.Fprintf(p.stderr, "%s: %s: the compiler keeps its cleanup on the stack\n", p.place(f.Pos), f.Function)
	}
	for _, f := range r.Cold {
		fmt.Fprintf(p.stderr, "%s: %s: below the threshold\n", p.place(f.Pos), f.Function)
		costs(p.stderr, f)
	}
}

// gains prints the changes of heap allocations by rewrites, function by function. Those
// that stay are counted, and listed if -v is set.
func (p *Printer) gains(r *report.Report) {
	for _, f := range r.Findings {
		for _, g := range f.Gain {
			if len(g.Left)+len(g.New) == 0 && !(p.how.Verbose && len(g.Stays) > 0) {
				continue
			}
			fmt.Fprintf(p.stderr, "%s: heap of %s: %s\n", p.place(g.Pos), sentence(g.Func), report.Counts(g))
			p.allocations("left", g.Left)
			if p.how.Verbose {
				p.allocations("stays", g.Stays)
			}
			p.allocations("new", g.New)
		}
	}
}

// allocations prints a list of allocations, each after a word such as "left".
func (p *Printer) allocations(word string, list []report.Allocation) {
	for _, a := range list {
		fmt.Fprintf(p.stderr, "\t%-5s  %s: %s\n", word, p.place(a.Pos), sentence(a.What))
	}
}

// tests prints how many packages were tested over the rewrite, and the failures that are
// not caused by it.
func (p *Printer) tests(t report.Tests) {
	if t.Packages == 0 {
		return
	}
	noun := "packages"
	if t.Packages == 1 {
		noun = "package"
	}
	p.Say("tested %d %s over the rewrite", t.Packages, noun)
	for _, f := range t.Broken {
		p.Say("also fails without the rewrite: %s", sentence(f))
	}
	for _, f := range t.Flaky {
		p.Say("fails intermittently, not because of the rewrite: %s", sentence(f))
	}
}

// Bench prints the results of benchmarks to standard output.
func (p *Printer) Bench(r *report.Report) error { return p.bench(p.stdout, r) }

// bench prints the results of benchmarks.
func (p *Printer) bench(w io.Writer, r *report.Report) error {
	if r.Bench == nil {
		return nil
	}
	for _, warning := range r.Bench.Warnings {
		p.Say("a benchmark exited with an error after producing results: %s", sentence(warning))
	}
	return bench.Print(w, r.Bench.Tables())
}
