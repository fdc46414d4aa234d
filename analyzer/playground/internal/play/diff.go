package play

import (
	"github.com/aymanbagabas/go-udiff"
)

// A Line is a line of a diff.
type Line struct {
	Old  int    `json:"old,omitempty"` // line number, from 1; 0 if it is not there
	New  int    `json:"new,omitempty"`
	Sign string `json:"sign,omitempty"` // "-", "+", "" for a line of both, "…" for lines that are left out
	Text string `json:"text"`
}

// context is the number of unchanged lines that are shown around a change.
const context = 3

// diff returns the lines in which two versions of a file differ.
func diff(old, new string) []Line {
	d, err := udiff.ToUnifiedDiff("", "", old, udiff.Lines(old, new), context)
	if err != nil {
		return nil
	}
	var lines []Line
	grown, last := 0, 0 // the number of lines that earlier hunks added; the last line shown
	for _, h := range d.Hunks {
		from, to := h.FromLine, h.FromLine+grown
		if from > last+1 {
			lines = append(lines, Line{Sign: "…"})
		}
		for _, l := range h.Lines {
			line := Line{Text: trimNewline(l.Content)}
			switch l.Kind {
			case udiff.Delete:
				line.Sign, line.Old = "-", from
				from++
				grown--
			case udiff.Insert:
				line.Sign, line.New = "+", to
				to++
				grown++
			default:
				line.Old, line.New = from, to
				from++
				to++
			}
			lines = append(lines, line)
		}
		last = from - 1
	}
	return lines
}

func trimNewline(s string) string {
	for len(s) > 0 && (s[len(s)-1] == '\n' || s[len(s)-1] == '\r') {
		s = s[:len(s)-1]
	}
	return s
}
