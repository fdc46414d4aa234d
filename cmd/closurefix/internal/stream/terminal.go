// Package stream is what the command writes to: outputs that show only what can be
// seen, a live line on a terminal, and a standard output that remembers its errors.
package stream

import (
	"io"
	"os"

	"github.com/closurefix/closurefix/cmd/closurefix/internal/visible"
)

// A Reliable is a stream that remembers the first error. What comes after that is
// dropped: half of a report is worth nothing if its end is missing too.
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

// An Output is a stream for people, and for the logs of systems that run programs.
// What is written to it is shown as it is meant, whatever files are called and tests
// print, and is no command to such a system: see package visible. Each Write must
// hold whole characters, as those of fmt do.
type Output struct{ Raw io.Writer }

func (o Output) Write(p []byte) (int, error) {
	if _, err := io.WriteString(o.Raw, visible.Log(string(p))); err != nil {
		return 0, err
	}
	return len(p), nil
}

// A Terminal is a stream that understands the few escape sequences used here.
type Terminal struct{ file *os.File }

// TerminalOf returns w as a terminal, or nil if it is none.
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

// width returns how many columns the terminal has now.
func (t *Terminal) width() int {
	if n, ok := columns(t.file); ok && n > 0 {
		return n
	}
	return 80
}

// Coloured reports whether the terminal should have colours, which nobody wants
// who sets NO_COLOR (https://no-color.org).
func (t *Terminal) Coloured() bool { return t != nil && os.Getenv("NO_COLOR") == "" }

// fit cuts a line to the columns of the terminal but one, for some wrap a line
// that fills the last.
func fit(line string, width int) string {
	n := 0
	for i, r := range line {
		if n++; r >= 0x1100 {
			n++ // from here on there are wide characters; a line too short does no harm
		}
		if n >= width {
			return line[:i]
		}
	}
	return line
}
