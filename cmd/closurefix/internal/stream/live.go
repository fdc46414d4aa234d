package stream

import (
	"io"

	"github.com/closurefix/closurefix/cmd/closurefix/internal/visible"
)

// A Live is a status line on a terminal that is overwritten with each text. It shows
// nothing if the output is not a terminal.
type Live struct {
	terminal *Terminal
	dirty    bool // the line is not empty
}

// NewLive returns a live line on w.
func NewLive(w io.Writer) *Live { return &Live{terminal: TerminalOf(w)} }

// Show replaces the text of the line.
func (l *Live) Show(text string) {
	if l.terminal == nil {
		return
	}
	io.WriteString(l.terminal.file, "\r"+fit(visible.Line(text), l.terminal.width())+"\x1b[K")
	l.dirty = true
}

// Clear removes the line.
func (l *Live) Clear() {
	if l.dirty {
		io.WriteString(l.terminal.file, "\r\x1b[K")
		l.dirty = false
	}
}
