package main

import (
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/closurefix/closurefix/rewrite"
)

// source prints with -c the line of a finding and those around it, with their
// numbers.
func (p *printer) source(w io.Writer, f rewrite.Finding) {
	if p.context < 0 {
		return
	}
	text, err := os.ReadFile(f.Pos.Filename)
	if err != nil {
		return // the run read it before; what it found stands without it
	}
	lines := strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")
	first, last := max(f.Pos.Line-p.context, 1), min(f.Pos.Line+p.context, len(lines))
	for n := first; n <= last; n++ {
		fmt.Fprintf(w, "%d\t%s\n", n, strings.TrimSuffix(lines[n-1], "\r"))
	}
}
