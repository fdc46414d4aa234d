package gen

import (
	"cmp"
	"slices"
)

// A Cut is a way to make a tape simpler.
type Cut struct {
	Span
	Value int // what the choices of the span become; -1 if they go away
}

// overlaps reports whether two cuts concern the same choices.
func (c Cut) overlaps(o Cut) bool { return c.From < o.To && o.From < c.To }

// Cuts returns up to limit cuts of the choices that t has made, those of the
// longest spans first. Further calls with a higher step return others, and
// begin anew when there are no more.
func (t *Tape) Cuts(step, limit int) []Cut {
	var cuts []Cut
	for _, s := range t.spans {
		if s.To > s.From {
			cuts = append(cuts, Cut{s, -1})
			if slices.ContainsFunc(t.taken[s.From:s.To], func(v int) bool { return v != 0 }) {
				cuts = append(cuts, Cut{s, 0})
			}
		}
	}
	for i, v := range t.taken {
		if v > 0 {
			cuts = append(cuts, Cut{Span{i, i + 1}, 0})
		}
		if v > 1 {
			cuts = append(cuts, Cut{Span{i, i + 1}, v / 2})
		}
	}
	slices.SortStableFunc(cuts, func(a, b Cut) int { return cmp.Compare(b.To-b.From, a.To-a.From) })
	if len(cuts) == 0 {
		return nil
	}
	pages := (len(cuts) + limit - 1) / limit
	from := step % pages * limit
	return cuts[from:min(from+limit, len(cuts))]
}

// Apply returns the choices of t after cuts. Of cuts that overlap, the first
// counts.
func (t *Tape) Apply(cuts ...Cut) []int {
	var kept []Cut
	for _, c := range cuts {
		if !slices.ContainsFunc(kept, c.overlaps) {
			kept = append(kept, c)
		}
	}
	out := slices.Clone(t.taken)
	slices.SortFunc(kept, func(a, b Cut) int { return b.From - a.From }) // the last first
	for _, c := range kept {
		if c.Value < 0 {
			out = slices.Delete(out, c.From, c.To)
			continue
		}
		for i := c.From; i < c.To; i++ {
			out[i] = c.Value
		}
	}
	return out
}
