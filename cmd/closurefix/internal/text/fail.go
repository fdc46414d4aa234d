package text

import (
	"context"
	"errors"
	"fmt"

	"github.com/closurefix/closurefix/cmd/closurefix/internal/report"
	"github.com/closurefix/closurefix/cmd/closurefix/internal/visible"
	"github.com/closurefix/closurefix/rewrite"
)

// Fail prints an error and its effect on the files.
func (p *Printer) Fail(err error) {
	var bad *rewrite.SourceError
	var file *rewrite.FileError
	var unfinished *rewrite.UnfinishedError
	switch {
	case errors.As(err, &unfinished):
		p.unfinished(err, unfinished)
	case errors.As(err, &bad):
		p.problems(bad)
		p.Say("the packages cannot be type-checked%s; nothing was written", system(bad))
	case errors.Is(err, context.Canceled):
		fmt.Fprintln(p.stderr, "closurefix: interrupted; nothing was written")
	case errors.As(err, &file):
		short := *file
		short.Name = p.short(file.Name)
		fmt.Fprintf(p.stderr, "closurefix: %s; nothing was written\n", sentence(short.Error()))
	default:
		fmt.Fprintf(p.stderr, "closurefix: %s\n", indented(err.Error()))
	}
}

// unfinished prints that an earlier run was killed, and how to recover.
func (p *Printer) unfinished(err error, u *rewrite.UnfinishedError) {
	short := rewrite.UnfinishedError{Journal: u.Journal}
	for _, part := range []struct{ to, from *[]string }{{&short.New, &u.New}, {&short.Old, &u.Old}, {&short.Other, &u.Other}} {
		for _, name := range *part.from {
			*part.to = append(*part.to, p.short(name))
		}
	}
	if err != error(u) { // err has more context
		fmt.Fprintf(p.stderr, "closurefix: %s\n", indented(err.Error()))
	}
	fmt.Fprintf(p.stderr, "closurefix: %v\n", &short)
	switch {
	case u.Journal == "":
		fmt.Fprintln(p.stderr, "closurefix: next to them, files with names that begin with .closurefix- hold the old content (.old) and the new content (.new): repair the files above, then remove those")
	case len(u.Other) == 0:
		fmt.Fprintln(p.stderr, "closurefix: run it with -fix in this module to complete that")
	default:
		fmt.Fprintf(p.stderr, "closurefix: repair these files, then remove %s\n", visible.Line(u.Journal))
	}
}

// Unloaded prints the errors in packages that were not type-checked.
func (p *Printer) Unloaded(r *report.Report) {
	if r.Unloaded != nil {
		p.problems(r.Unloaded)
		p.Say("these packages, and those that depend on them, cannot be type-checked%s; they were left out", system(r.Unloaded))
	}
}

// problems prints the first problems, or all of them with -v.
func (p *Printer) problems(bad *rewrite.SourceError) {
	const most = 10
	for i, problem := range bad.Problems {
		if i == most && !p.how.Verbose {
			fmt.Fprintf(p.stderr, "… and %d more (-v shows all)\n", len(bad.Problems)-most)
			return
		}
		if problem.File != "" {
			problem.File = p.short(problem.File)
		}
		problem.Text = indented(problem.Text)
		fmt.Fprintln(p.stderr, problem)
	}
}

// system returns a clause that names the system for which packages cannot be
// type-checked, or "" if it is the host's.
func system(bad *rewrite.SourceError) string {
	if bad.Config.GOOS == "" {
		return ""
	}
	return " for " + bad.Config.String()
}
