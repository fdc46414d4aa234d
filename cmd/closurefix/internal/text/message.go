package text

import (
	"fmt"
	"io"
	"path"
	"strings"

	"github.com/closurefix/closurefix/cmd/closurefix/internal/report"
)

// message prints a commit message for a rewrite: the functions that changed, the heap
// allocations that are gone, and comments to review.
func (p *Printer) message(w io.Writer, r *report.Report) {
	rewritten, _ := r.Split()
	if len(rewritten) == 0 {
		return
	}
	if len(rewritten) == 1 {
		name := rewritten[0].Function
		fmt.Fprintf(w, "%s: return no closure from %s\n\n", sentence(subject(rewritten)), sentence(name[strings.LastIndex(name, ".")+1:]))
		fmt.Fprintln(w, "It returned a closure for its callers to defer. Now they defer a function or\nmethod:")
	} else {
		fmt.Fprintf(w, "%s: call cleanups directly instead of through closures\n\n", sentence(subject(rewritten)))
		fmt.Fprintln(w, "These functions returned a closure for their callers to defer. Now callers\ndefer a function or method:")
	}
	for _, f := range rewritten {
		fmt.Fprintf(w, "\t%s.%s", sentence(path.Base(f.Package)), sentence(f.Function))
		if f.Heap != nil && f.Heap.Most > 0 {
			fmt.Fprintf(w, ": cost %s", report.PerCall(f.Heap))
		}
		fmt.Fprintln(w)
	}
	var gone, more, look []string
	for _, f := range rewritten {
		for _, g := range f.Gain {
			for _, a := range g.Left {
				gone = append(gone, fmt.Sprintf("%s: %s", sentence(g.Func), sentence(a.What)))
			}
			for _, a := range g.New {
				more = append(more, fmt.Sprintf("%s: %s", sentence(g.Func), sentence(a.What)))
			}
		}
		for _, n := range f.Notes {
			look = append(look, fmt.Sprintf("%s: %s", p.place(f.Pos), sentence(n)))
		}
	}
	for _, part := range []struct {
		title string
		lines []string
	}{{"Heap allocations that are gone, by the compiler's output:", gone}, {"Heap allocations that are new:", more}, {"To review:", look}} {
		if len(part.lines) > 0 {
			fmt.Fprintf(w, "\n%s\n\t%s\n", part.title, strings.Join(part.lines, "\n\t"))
		}
	}
}

// subject returns the first word of a commit message, as in Go projects: the last
// elements of the package paths.
func subject(list []report.Finding) string {
	var names []string
	seen := make(map[string]bool)
	for _, f := range list {
		if name := path.Base(f.Package); !seen[name] {
			seen[name] = true
			names = append(names, name)
		}
	}
	if len(names) > 3 {
		return "all"
	}
	return strings.Join(names, ", ")
}
