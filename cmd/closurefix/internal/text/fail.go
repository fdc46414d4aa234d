package text

import (
	"context"
	"errors"
	"fmt"

	"github.com/closurefix/closurefix/cmd/closurefix/internal/visible"
	"github.com/closurefix/closurefix/rewrite"
)

// Fail prints an error, with what it means for the files.
func (p *Printer) Fail(err error) {
	var bad *rewrite.SourceError
	var file *rewrite.FileError
	var unfinished *rewrite.UnfinishedError
	switch {
	case errors.As(err, &unfinished):
		p.unfinished(err, unfinished)
	case errors.As(err, &bad):
		const most = 10
		for i, problem := range bad.Problems {
			if i == most && !p.how.Verbose {
				fmt.Fprintf(p.stderr, "… and %d more (-v shows all)\n", len(bad.Problems)-most)
				break
			}
			if problem.File != "" {
				problem.File = p.short(problem.File)
			}
			problem.Text = indented(problem.Text)
			fmt.Fprintln(p.stderr, problem)
		}
		where := ""
		if bad.Config.GOOS != "" {
			where = " for " + bad.Config.String()
		}
		fmt.Fprintf(p.stderr, "closurefix: the packages cannot be type-checked%s; nothing was written\n", where)
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

// unfinished prints that an earlier run was killed, and what to do.
func (p *Printer) unfinished(err error, u *rewrite.UnfinishedError) {
	short := rewrite.UnfinishedError{Journal: u.Journal}
	for _, part := range []struct{ to, from *[]string }{{&short.New, &u.New}, {&short.Old, &u.Old}, {&short.Other, &u.Other}} {
		for _, name := range *part.from {
			*part.to = append(*part.to, p.short(name))
		}
	}
	if err != error(u) { // there is more to say
		fmt.Fprintf(p.stderr, "closurefix: %s\n", indented(err.Error()))
	}
	fmt.Fprintf(p.stderr, "closurefix: %v\n", &short)
	switch {
	case u.Journal == "":
		fmt.Fprintln(p.stderr, "closurefix: the files beside them whose names begin with .closurefix- hold what they were (.old) and what they should become (.new): bring these files in order, then remove those")
	case len(u.Other) == 0:
		fmt.Fprintln(p.stderr, "closurefix: run it with -fix in this module to complete that")
	default:
		fmt.Fprintf(p.stderr, "closurefix: bring these files in order, then remove %s\n", visible.Line(u.Journal))
	}
}
