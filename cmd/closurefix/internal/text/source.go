package text

import (
	"fmt"
	"go/token"
	"io"
	"os"
	"strings"
)

// source prints, if -c is set, the line of a position and the lines around it, with line
// numbers.
func (p *Printer) source(w io.Writer, at token.Position) {
	if p.how.Context < 0 {
		return
	}
	text, err := os.ReadFile(at.Filename)
	if err != nil {
		return // the finding is useful without its source
	}
	lines := strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")
	first, last := max(at.Line-p.how.Context, 1), min(at.Line+p.how.Context, len(lines))
	for n := first; n <= last; n++ {
		fmt.Fprintf(w, "%d\t%s\n", n, strings.TrimSuffix(lines[n-1], "\r"))
	}
}
