package text

import (
	"fmt"
	"io"

	"github.com/closurefix/closurefix/cmd/closurefix/internal/report"
)

// finding prints a finding and, indented, what the rewrite does or why there is none.
func (p *Printer) finding(w io.Writer, f report.Finding) {
	fmt.Fprintf(w, "%s: %s (%s)\n", p.place(f.Pos), sentence(f.Message), f.Category)
	fmt.Fprintf(w, "\t%s\n", sentence(f.Outcome(p.short)))
	if f.Refusal != nil && f.Refusal.Help != "" && p.how.Verbose {
		fmt.Fprintf(w, "\twhat to do: %s\n", sentence(f.Refusal.Help))
	}
	for _, n := range f.Notes {
		fmt.Fprintf(w, "\tnote: %s\n", sentence(n))
	}
	p.trace(f)
	p.source(w, f.Pos)
	costs(w, f)
	p.heap(w, f)
}

// bugs prints the bugs at callers and, indented, what to write instead and the places
// that explain it.
func (p *Printer) bugs(w io.Writer, r *report.Report) {
	for _, b := range r.Bugs {
		fmt.Fprintf(w, "%s: %s (%s)\n", p.place(b.Pos), sentence(b.Message), b.Category)
		if b.Instead != "" {
			fmt.Fprintf(w, "\twrite instead, by hand: %s\n", sentence(b.Instead))
		}
		for _, m := range b.Related {
			fmt.Fprintf(w, "\t%s: %s\n", p.place(m.Pos), sentence(m.Message))
		}
		if p.how.Verbose {
			fmt.Fprintf(w, "\twhat to do: %s\n", sentence(b.Help))
		}
		p.source(w, b.Pos)
	}
}

// trace prints, if -v is set, how a rewrite was decided, and the stack of an internal
// error.
func (p *Printer) trace(f report.Finding) {
	if !p.how.Verbose {
		return
	}
	for _, line := range f.Trace {
		fmt.Fprintf(p.stderr, "%s: %s: %s\n", p.place(f.Pos), sentence(f.Function), sentence(line))
	}
	if f.Refusal != nil && f.Refusal.Stack != "" {
		fmt.Fprintln(p.stderr, indented(f.Refusal.Stack))
	}
}

// notes prints the notes of a finding that is not printed otherwise.
func (p *Printer) notes(f report.Finding) {
	for _, n := range f.Notes {
		fmt.Fprintf(p.stderr, "%s: note: %s\n", p.place(f.Pos), sentence(n))
	}
}

// costs prints the cost of a finding in profiles.
func costs(w io.Writer, f report.Finding) {
	for _, c := range f.Costs {
		fmt.Fprintf(w, "\tin the profile: %s\n", report.Spent(c))
	}
}

// heap prints the heap allocations of a finding, and the compiler's reasons.
func (p *Printer) heap(w io.Writer, f report.Finding) {
	h := f.Heap
	if h == nil {
		return
	}
	fmt.Fprintf(w, "\ton the heap: %s\n", report.PerCall(h))
	for _, a := range h.Allocations {
		fmt.Fprintf(w, "\t%s: %s in %s\n", p.place(a.Pos), sentence(a.What), sentence(a.Func))
		if len(a.Reason) == 0 {
			fmt.Fprintf(w, "\t\tno reason available\n")
		}
		for _, line := range a.Reason {
			fmt.Fprintf(w, "\t\t%s\n", sentence(line))
		}
	}
}
