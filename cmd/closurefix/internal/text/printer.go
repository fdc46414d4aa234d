// Package text prints a report, a diff and errors for people.
package text

import (
	"fmt"
	"go/token"
	"io"
	"strings"

	"github.com/closurefix/closurefix/cmd/closurefix/internal/report"
	"github.com/closurefix/closurefix/cmd/closurefix/internal/stream"
	"github.com/closurefix/closurefix/cmd/closurefix/internal/visible"
)

// A Printer prints findings to standard output and the rest to standard error.
type Printer struct {
	at             report.Place
	stdout, stderr io.Writer
	patch          io.Writer // stdout without escaping: a patch must be exact
	paper          *stream.Terminal
	live           *stream.Live
	how            Options
}

// Options selects how much is printed.
type Options struct {
	Verbose bool
	Context int // lines of source around each finding; negative: none
}

// New returns a Printer.
func New(at report.Place, stdout, stderr io.Writer, how Options) *Printer {
	return &Printer{
		at: at, stdout: stream.Output{Raw: stdout}, stderr: stream.Output{Raw: stderr}, patch: stdout,
		paper: stream.TerminalOf(stdout), live: stream.NewLive(stderr), how: how,
	}
}

// Progress prints a step of the run, if -v is set.
func (p *Printer) Progress(text string) {
	if p.how.Verbose {
		p.live.Clear()
		fmt.Fprintln(p.stderr, visible.Line(text))
	}
}

// Status shows the current activity on a terminal.
func (p *Printer) Status(text string) { p.live.Show(text) }

// Clear removes the status line.
func (p *Printer) Clear() { p.live.Clear() }

// Say prints a sentence about the run to standard error.
func (p *Printer) Say(format string, args ...any) {
	fmt.Fprintf(p.stderr, "closurefix: "+format+"\n", args...)
}

// short returns a file name, on one line.
func (p *Printer) short(name string) string { return visible.Line(p.at.FromDir(name)) }

func (p *Printer) place(at token.Position) string { return report.Position(at, p.short) }

// sentence returns a text as one line. Messages of the type checker and of the go command
// may have several lines, all but the first indented.
func sentence(text string) string {
	return visible.Line(strings.ReplaceAll(text, "\n\t", " "))
}

// indented returns a text with all lines but the first indented, so that no line of
// foreign output looks like one of ours.
func indented(text string) string {
	lines := strings.Split(strings.TrimRight(text, "\n"), "\n")
	for i, line := range lines {
		lines[i] = visible.Line(strings.ReplaceAll(strings.TrimLeft(line, "\t"), "\t", "    "))
	}
	return strings.Join(lines, "\n\t")
}
