package edit

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/closurefix/closurefix/rewrite/plan"
)

// An Edit replaces the bytes [Start, End) of a file.
type Edit struct {
	File       string
	Start, End int
	New        string
}

// Apply returns text with the edits applied. It ignores their file names. Edits must not
// overlap; insertions at the same offset keep their order.
func Apply(text []byte, edits []Edit) ([]byte, error) {
	edits = slices.Clone(edits)
	slices.SortStableFunc(edits, byOffset)
	var out []byte
	last := 0
	for _, e := range edits {
		if e.Start < last || e.End < e.Start || e.End > len(text) {
			return nil, fmt.Errorf("edits overlap at offset %d", e.Start)
		}
		out = append(out, text[last:e.Start]...)
		out = append(out, e.New...)
		last = e.End
	}
	return append(out, text[last:]...), nil
}

func byOffset(a, b Edit) int { return cmp.Or(a.Start-b.Start, a.End-b.End) }

// noOperand returns the error for a parameter of finish without an operand in a call.
func noOperand(p plan.Param) error {
	return fmt.Errorf("a call has no operand for parameter %s of finish, which has route %d", p.Name, p.Passage.Route)
}
