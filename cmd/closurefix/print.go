package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"github.com/closurefix/closurefix/cmd/closurefix/internal/visible"
	"github.com/closurefix/closurefix/rewrite"
)

// A printer writes what a run found: findings to stdout, the rest to stderr.
type printer struct {
	stdout, stderr io.Writer
	raw            io.Writer // stdout for other programs: formats of their own, and patches
	dir            string    // the current directory
	verbose        bool
	context        int       // lines of source to show around each finding; negative: none
	line           *terminal // stderr, if it is one: for a live line
	dirty          bool      // it shows the line
	paper          *terminal // stdout, if it is one
}

// newPrinter returns a printer for the current directory.
func newPrinter(f *flags, dir string, stdout, stderr io.Writer) *printer {
	return &printer{
		stdout: output{stdout}, stderr: output{stderr}, raw: stdout, dir: dir, verbose: f.verbose, context: f.context,
		line: terminalOf(stderr), paper: terminalOf(stdout),
	}
}

// progress says with -v what was done.
func (p *printer) progress(text string) {
	if p.verbose {
		p.clear()
		fmt.Fprintln(p.stderr, visible.Line(text))
	}
}

// status says on a terminal what goes on, in one line that is overwritten.
func (p *printer) status(text string) {
	if p.line == nil {
		return
	}
	io.WriteString(p.line.file, "\r"+fit(visible.Line(text), p.line.width())+"\x1b[K")
	p.dirty = true
}

// clear takes the live line away.
func (p *printer) clear() {
	if p.dirty {
		io.WriteString(p.line.file, "\r\x1b[K")
		p.dirty = false
	}
}

// short returns the name of a file relative to the current directory, unless
// that is longer, as one line.
func (p *printer) short(name string) string {
	if rel, err := filepath.Rel(p.dir, name); err == nil && len(rel) < len(name) {
		name = rel
	}
	return visible.Line(name)
}

// sentence returns a text as one line. Those of the type checker and of the go command
// may have several, and indent the further ones.
func sentence(text string) string {
	return visible.Line(strings.ReplaceAll(text, "\n\t", " "))
}

// indented returns a text of several lines, of which all but the first are indented: no
// line of another's text begins like one of ours.
func indented(text string) string {
	lines := strings.Split(strings.TrimRight(text, "\n"), "\n")
	for i, line := range lines {
		lines[i] = visible.Line(strings.ReplaceAll(strings.TrimLeft(line, "\t"), "\t", "    "))
	}
	return strings.Join(lines, "\n\t")
}

// finding prints one finding and, indented, what becomes of it.
func (p *printer) finding(w io.Writer, f rewrite.Finding) {
	fmt.Fprintf(w, "%s:%d:%d: %s (%s)\n", p.short(f.Pos.Filename), f.Pos.Line, f.Pos.Column, sentence(f.Message), f.Kind)
	fmt.Fprintf(w, "\t%s\n", sentence(f.Outcome(p.short)))
	for _, n := range f.Notes {
		fmt.Fprintf(w, "\tnote: %s\n", sentence(n))
	}
	p.trace(f)
	p.source(w, f)
	p.costs(w, f)
	p.heap(w, f)
}

// trace prints, with -v, how a rewrite was decided, and the stack of an internal error.
func (p *printer) trace(f rewrite.Finding) {
	if !p.verbose {
		return
	}
	for _, line := range f.Trace {
		fmt.Fprintf(p.stderr, "%s:%d:%d: %s: %s\n", p.short(f.Pos.Filename), f.Pos.Line, f.Pos.Column, sentence(f.Name), sentence(line))
	}
	if f.Refusal != nil && f.Refusal.Stack != "" {
		fmt.Fprintln(p.stderr, indented(f.Refusal.Stack))
	}
}

// notes prints the notes of a finding that is not printed itself.
func (p *printer) notes(f rewrite.Finding) {
	for _, n := range f.Notes {
		fmt.Fprintf(p.stderr, "%s:%d:%d: note: %s\n", p.short(f.Pos.Filename), f.Pos.Line, f.Pos.Column, sentence(n))
	}
}

// report prints all findings.
func (p *printer) report(res *rewrite.Result) {
	for _, f := range res.Findings {
		p.finding(p.stdout, f)
	}
	p.stack(res)
	p.cold(res)
	p.gains(res)
}

// diff prints the diff alone to stdout, so that it is a patch; what stays as
// it is goes to stderr.
func (p *printer) diff(res *rewrite.Result) error {
	text, err := res.Diff(p.dir)
	if err != nil {
		return err
	}
	if p.paper != nil {
		text = shown(text, p.paper.coloured())
	}
	if _, err := io.WriteString(p.raw, text); err != nil {
		return err
	}
	for _, f := range res.Findings {
		if f.Refusal != nil {
			p.finding(p.stderr, f)
		} else {
			p.notes(f)
		}
	}
	p.stack(res)
	p.gains(res)
	p.tested(res)
	return p.bench(p.stderr, res)
}

// fixed prints what -fix left as it is, and a summary.
func (p *printer) fixed(res *rewrite.Result) {
	done := 0
	for _, f := range res.Findings {
		switch {
		case f.Refusal != nil:
			p.finding(p.stdout, f)
			continue
		case p.verbose:
			names := make([]string, len(f.Files))
			for i, name := range f.Files {
				names[i] = p.short(name)
			}
			fmt.Fprintf(p.stderr, "rewrote %s in %s\n", f.Name, strings.Join(names, ", "))
			p.trace(f)
		}
		done++
		p.notes(f)
	}
	p.stack(res)
	p.gains(res)
	p.tested(res)
	if len(res.Findings) > 0 {
		fmt.Fprintf(p.stderr, "closurefix: rewrote %d of %d functions; files changed: %d\n", done, len(res.Findings), len(res.Files))
	}
}

// fail prints an error, with what it means for the files.
func (p *printer) fail(err error) {
	var bad *rewrite.SourceError
	var file *rewrite.FileError
	var unfinished *rewrite.UnfinishedError
	switch {
	case errors.As(err, &unfinished):
		p.unfinished(err, unfinished)
	case errors.As(err, &bad):
		const most = 10
		for i, problem := range bad.Problems {
			if i == most && !p.verbose {
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
func (p *printer) unfinished(err error, u *rewrite.UnfinishedError) {
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
