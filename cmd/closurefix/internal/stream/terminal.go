// Package stream holds the outputs of the command: streams that escape invisible
// characters, a live line on a terminal, and a standard output that remembers its first
// error.
package stream

import (
	"io"
	"os"

	"github.com/closurefix/closurefix/cmd/closurefix/internal/visible"
)

// A Reliable is a stream that remembers the first error. It drops all output after that,
// since a report without an end is useless.
type Reliable struct {
	io.Writer
	Err error
}

func (r *Reliable) Write(p []byte) (int, error) {
	if r.Err != nil {
		return 0, r.Err
	}
	n, err := r.Writer.Write(p)
	r.Err = err
	return n, err
}

// An Output is a stream for people and for the logs of CI systems. File names and the
// output of tests cannot control a terminal, nor issue commands to such a system: see
// package visible. Each Write must contain whole characters, as those of fmt do.
type Output struct{ Raw io.Writer }

func (o Output) Write(p []byte) (int, error) {
	if _, err := io.WriteString(o.Raw, visible.Log(string(p))); err != nil {
		return 0, err
	}
	return len(p), nil
}

// A Terminal is a terminal that supports the escape sequences used here.
type Terminal struct{ file *os.File }

// TerminalOf returns w as a terminal, or nil if it is not one.
func TerminalOf(w io.Writer) *Terminal {
	if r, ok := w.(*Reliable); ok {
		w = r.Writer
	}
	f, ok := w.(*os.File)
	if !ok || os.Getenv("TERM") == "dumb" {
		return nil
	}
	if _, ok := columns(f); !ok {
		return nil
	}
	return &Terminal{f}
}

// width returns the current number of columns.
func (t *Terminal) width() int {
	if n, ok := columns(t.file); ok && n > 0 {
		return n
	}
	return 80
}

// Coloured reports whether to use colours. NO_COLOR turns them off
// (https://no-color.org).
func (t *Terminal) Coloured() bool { return t != nil && os.Getenv("NO_COLOR") == "" }

// fit truncates a line to one column less than the terminal has, because some terminals
// wrap a line that fills the last column.
func fit(line string, width int) string {
	n := 0
	for i, r := range line {
		if n++; r >= 0x1100 {
			n++ // may be a wide character; a line that is too short does no harm
		}
		if n >= width {
			return line[:i]
		}
	}
	return line
}
