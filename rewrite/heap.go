package rewrite

import (
	"context"
	"fmt"
	"slices"

	"github.com/closurefix/closurefix/rewrite/candidate"
	"github.com/closurefix/closurefix/rewrite/internal/allocs"
	"github.com/closurefix/closurefix/rewrite/internal/escape"
	"github.com/closurefix/closurefix/rewrite/internal/load"
	"github.com/closurefix/closurefix/rewrite/pattern"
	"github.com/closurefix/closurefix/rewrite/refusal"
)

// heapsOf runs the compiler on the files on disk and returns what the cleanup of each
// change costs.
func heapsOf(ctx context.Context, t *load.Tree, changes []*change) ([]*Heap, error) {
	t.Status("asking the compiler")
	facts, err := factsOf(ctx, t, nil, changes)
	if err != nil {
		return nil, fmt.Errorf("the compiler fails, so heap allocations are unknown: %w", err)
	}
	heaps := make([]*Heap, len(changes))
	for i, c := range changes {
		heaps[i] = allocs.Count(c.first.candidate, facts[c.config])
	}
	return heaps, nil
}

// moves reports whether something is on the heap beside function literals: a variable.
func moves(h *Heap) bool {
	return slices.ContainsFunc(h.Allocations, func(a Allocation) bool { return !a.IsLiteral() })
}

// gainsOf runs the compiler on the versions before (base) and after (over, views) the
// changes of a group, which have no function in common. It returns what each change gains
// in each function, and the changes that gain nothing.
func gainsOf(ctx context.Context, t *load.Tree, base, over load.Overlay, views []*load.View, group []*change) (map[*change][]Gain, []*change, error) {
	before, err := factsOf(ctx, t, base, group)
	if err != nil {
		return nil, nil, err
	}
	after, err := factsOf(ctx, t, over, group)
	if err != nil {
		return nil, nil, err
	}
	gains := make(map[*change][]Gain)
	var idle []*change
	for _, c := range group {
		unit := func(file string) *pattern.Unit { return views[c.config].Unit[file] }
		var none bool
		if gains[c], none = allocs.Compare(c.first.candidate, before[c.config], after[c.config], unit); none {
			idle = append(idle, c)
		}
	}
	return gains, idle, nil
}

// factsOf runs the compiler with the files of the overlay in place. It returns the facts
// for each configuration, nil if no change belongs to it.
func factsOf(ctx context.Context, t *load.Tree, over load.Overlay, changes []*change) ([]*escape.Facts, error) {
	flags, remove, err := over.Flag()
	if err != nil {
		return nil, err
	}
	defer remove()
	facts := make([]*escape.Facts, len(t.Configs))
	for i, config := range t.Configs {
		var candidates []*candidate.Candidate
		for _, c := range changes {
			if c.config == i {
				candidates = append(candidates, c.first.candidate)
			}
		}
		build := escape.Build{Dir: t.Dir, Env: config.Env(t.Env), Flags: append(config.Flags(), flags...)}
		if facts[i], err = allocs.Ask(ctx, build, candidates); err != nil {
			return nil, err
		}
	}
	return facts, nil
}

// noGain returns the refusal of a change that saves no allocation.
func noGain(c *change, gains []Gain) *refusal.Refusal {
	reason := "the compiler reports as many heap allocations as before"
	if i := slices.IndexFunc(gains, func(g Gain) bool { return len(g.New) > 0 }); i >= 0 {
		reason += fmt.Sprintf(": %s is new in %s", gains[i].New[0].What, gains[i].Func)
	}
	return &refusal.Refusal{Code: refusal.NoGain, Pos: c.pos, Name: c.key.String(), Reason: reason}
}
