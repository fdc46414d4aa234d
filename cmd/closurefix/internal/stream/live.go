package stream

import (
	"io"

	"github.com/closurefix/closurefix/cmd/closurefix/internal/visible"
)

// A Live is a line on a terminal that is overwritten: it says what goes on. On what is
// no terminal nothing is shown.
type Live struct {
	terminal *Terminal
	dirty    bool // the line is shown
}

// NewLive returns a live line on w.
func NewLive(w io.Writer) *Live { return &Live{terminal: TerminalOf(w)} }

// Show shows a text in the line.
func (l *Live) Show(text string) {
	if l.terminal == nil {
		return
	}
	io.WriteString(l.terminal.file, "\r"+fit(visible.Line(text), l.terminal.width())+"\x1b[K")
	l.dirty = true
}

// Clear takes the line away.
func (l *Live) Clear() {
	if l.dirty {
		io.WriteString(l.terminal.file, "\r\x1b[K")
		l.dirty = false
	}
}
