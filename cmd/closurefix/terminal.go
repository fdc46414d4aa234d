package main

import (
	"io"
	"os"

	"github.com/closurefix/closurefix/cmd/closurefix/internal/visible"
)

// A reliable is a stream that remembers the first error. What comes after that is
// dropped: half of a report is worth nothing if its end is missing too.
type reliable struct {
	io.Writer
	err error
}

func (r *reliable) Write(p []byte) (int, error) {
	if r.err != nil {
		return 0, r.err
	}
	n, err := r.Writer.Write(p)
	r.err = err
	return n, err
}

// An output is a stream for people, and for the logs of systems that run programs.
// What is written to it is shown as it is meant, whatever files are called and tests
// print, and is no command to such a system: see package visible. Each Write must
// hold whole characters, as those of fmt do.
type output struct{ raw io.Writer }

func (o output) Write(p []byte) (int, error) {
	if _, err := io.WriteString(o.raw, visible.Log(string(p))); err != nil {
		return 0, err
	}
	return len(p), nil
}

// A terminal is a stream that understands the few escape sequences used here.
type terminal struct{ file *os.File }

// terminalOf returns w as a terminal, or nil if it is none.
func terminalOf(w io.Writer) *terminal {
	if r, ok := w.(*reliable); ok {
		w = r.Writer
	}
	f, ok := w.(*os.File)
	if !ok || os.Getenv("TERM") == "dumb" {
		return nil
	}
	if _, ok := columns(f); !ok {
		return nil
	}
	return &terminal{f}
}

// width returns how many columns the terminal has now.
func (t *terminal) width() int {
	if n, ok := columns(t.file); ok && n > 0 {
		return n
	}
	return 80
}

// coloured reports whether the terminal should have colours, which nobody wants
// who sets NO_COLOR (https://no-color.org).
func (t *terminal) coloured() bool { return t != nil && os.Getenv("NO_COLOR") == "" }

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
