package gen

import (
	"cmp"
	"slices"
)

// Simpler returns up to limit tapes that are simpler than the one that t has
// recorded, the simplest first: without some of its spans, or with some of them
// plain. step tells rounds of a search apart, which try different tapes when
// there are more than limit.
func Simpler(t *Tape, step, limit int) [][]int {
	var tapes [][]int
	add := func(choices []int) { tapes = append(tapes, choices) }

	spans := slices.Clone(t.spans)
	slices.SortFunc(spans, func(a, b Span) int {
		return cmp.Or(cmp.Compare(b.To-b.From, a.To-a.From), a.From-b.From)
	})
	for _, s := range spans {
		if s.To > s.From {
			add(slices.Concat(t.taken[:s.From], t.taken[s.To:]))
			if plain := plain(t.taken, s); plain != nil {
				add(plain)
			}
		}
	}
	for i, v := range t.taken {
		if v != 0 {
			add(plain(t.taken, Span{i, i + 1}))
		}
		if v > 1 {
			less := slices.Clone(t.taken)
			less[i] = v / 2
			add(less)
		}
	}
	if len(tapes) <= limit {
		return tapes
	}
	// Another part of them in each step, spread evenly.
	stride := (len(tapes) + limit - 1) / limit
	var some [][]int
	for i := step % stride; i < len(tapes); i += stride {
		some = append(some, tapes[i])
	}
	return some
}

// plain returns the choices with those of the span turned to 0; nil if they are
// already.
func plain(choices []int, s Span) []int {
	if !slices.ContainsFunc(choices[s.From:s.To], func(v int) bool { return v != 0 }) {
		return nil
	}
	out := slices.Clone(choices)
	clear(out[s.From:s.To])
	return out
}
