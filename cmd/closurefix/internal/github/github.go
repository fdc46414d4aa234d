// Package github prints a report as workflow commands, which GitHub Actions shows next to
// the lines of a pull request. See
// https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands.
package github

import (
	"fmt"
	"io"
	"strings"

	"github.com/closurefix/closurefix/cmd/closurefix/internal/report"
	"github.com/closurefix/closurefix/cmd/closurefix/internal/visible"
)

// Write prints a finding as a warning, or as a notice if it is refused. A bug at a caller
// is a warning, a comment that silences nothing a notice, and a warning of the run a
// warning without a line.
func Write(w io.Writer, r *report.Report) error {
	var b strings.Builder
	for _, f := range r.Findings {
		level := "warning"
		if f.Refusal != nil {
			level = "notice"
		}
		fmt.Fprintf(&b, "::%s file=%s,line=%d,endLine=%d,col=%d,endColumn=%d,title=%s::%s\n", level,
			property(r.FromRoot(f.Pos.Filename)), f.Pos.Line, f.End.Line, f.Pos.Column, f.End.Column,
			property("closurefix: "+f.Category), data(text(r, f)))
	}
	for _, bug := range r.Bugs {
		lines := []string{bug.Message}
		if bug.Instead != "" {
			lines = append(lines, "write instead, by hand: "+bug.Instead)
		}
		fmt.Fprintf(&b, "::warning file=%s,line=%d,endLine=%d,col=%d,endColumn=%d,title=%s::%s\n",
			property(r.FromRoot(bug.Pos.Filename)), bug.Pos.Line, bug.End.Line, bug.Pos.Column, bug.End.Column,
			property("closurefix: "+bug.Category), data(strings.Join(lines, "\n")))
	}
	for _, d := range r.Idle {
		fmt.Fprintf(&b, "::notice file=%s,line=%d,col=%d,title=closurefix::%s\n",
			property(r.FromRoot(d.Pos.Filename)), d.Pos.Line, d.Pos.Column, data("this comment silences nothing: "+d.Text))
	}
	for _, warning := range r.Warnings {
		fmt.Fprintf(&b, "::warning title=closurefix::%s\n", data(warning))
	}
	if r.Unloaded != nil {
		for _, problem := range r.Unloaded.Problems {
			at := ""
			if problem.File != "" {
				at = fmt.Sprintf("file=%s,line=%d,col=%d,", property(r.FromRoot(problem.File)), problem.Line, problem.Col)
			}
			fmt.Fprintf(&b, "::error %stitle=closurefix::%s\n", at, data(problem.Text))
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// text returns the message about a finding, in lines.
func text(r *report.Report, f report.Finding) string {
	lines := []string{f.Message, f.Outcome(r.FromRoot)}
	for _, n := range f.Notes {
		lines = append(lines, "note: "+n)
	}
	for _, c := range f.Costs {
		lines = append(lines, "in the profile: "+report.Spent(c))
	}
	if f.Heap != nil {
		lines = append(lines, "on the heap: "+report.PerCall(f.Heap))
	}
	for _, g := range f.Gain {
		lines = append(lines, "heap of "+g.Func+": "+report.Counts(g))
	}
	return strings.Join(lines, "\n")
}

// data returns the message of a workflow command. Characters that mean something to the
// runner are escaped, and invisible ones are written out.
func data(s string) string {
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A").Replace(visible.Text(s))
}

// property is like data, for the value of a property.
func property(s string) string {
	return strings.NewReplacer(":", "%3A", ",", "%2C").Replace(data(s))
}
