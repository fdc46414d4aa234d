package report

import (
	"fmt"
	"go/token"
	"strings"
	"time"

	"github.com/closurefix/closurefix/rewrite"
)

// PerCall returns a phrase for the number of allocations in one call of a prepare
// function.
func PerCall(h *Heap) string {
	var s string
	switch {
	case h.Least != h.Most:
		s = fmt.Sprintf("%d to %d allocations per call", h.Least, h.Most)
	case h.Most == 1:
		s = "1 allocation per call"
	default:
		s = fmt.Sprintf("%d allocations per call", h.Most)
	}
	if h.Unclear {
		s += ", as far as the compiler's output is understood"
	}
	return s
}

// Counts returns a phrase for the changes of heap allocations in one function.
func Counts(g Gain) string {
	return fmt.Sprintf("%d left, %d stay, %d new", len(g.Left), len(g.Stays), len(g.New))
}

// Spent returns a phrase for the cost of a finding in a profile.
func Spent(c Cost) string {
	amount := fmt.Sprintf("%d %s", c.Value, c.Unit)
	switch c.Unit {
	case "count":
		amount = fmt.Sprintf("%d objects", c.Value)
	case "nanoseconds":
		amount = time.Duration(c.Value).String()
	}
	return fmt.Sprintf("%.2f%% of %s (%s)", 100*c.Share, c.Kind, amount)
}

// Position returns a position as file:line:column. The function short shortens the file
// name for the format.
func Position(p token.Position, short func(string) string) string {
	return fmt.Sprintf("%s:%d:%d", short(p.Filename), p.Line, p.Column)
}

// LeftOut returns a sentence, without its full stop, about how many functions are not
// findings, and which flag or fact decides that. It returns "" if there are none.
func LeftOut(l rewrite.LeftOut) string {
	total := 0
	var parts []string
	for _, part := range []struct {
		n    int
		what string
	}{
		{l.Exported, "exported, with no caller here"},
		{l.Kind, "whose closure captures no result (-all)"},
		{l.Tests, "for tests alone (-tests)"},
		{l.Busy, "that start goroutines, open files or the like (-hot)"},
		{l.Stack, "on the stack, as the compiler reports"},
		{l.Cold, "below the threshold of the profiles (-share)"},
		{l.Few, "with too few allocations (-least)"},
		{l.Unselected, "not selected (-only, -exclude, -new-from, -baseline)"},
		{l.Silenced, "silenced by comments"},
	} {
		if part.n > 0 {
			total += part.n
			parts = append(parts, fmt.Sprintf("%d %s", part.n, part.what))
		}
	}
	switch total {
	case 0:
		return ""
	case 1:
		return "left out 1 function: " + parts[0]
	}
	return fmt.Sprintf("left out %d functions: %s", total, strings.Join(parts, ", "))
}
