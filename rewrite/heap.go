package rewrite

import (
	"context"
	"fmt"
	"slices"

	"github.com/closurefix/closurefix/rewrite/edit"
	"github.com/closurefix/closurefix/rewrite/internal/allocs"
	"github.com/closurefix/closurefix/rewrite/internal/escape"
	"github.com/closurefix/closurefix/rewrite/pattern"
	"github.com/closurefix/closurefix/rewrite/plan"
)

// A Heap is what the cleanup of a prepare function costs, by the output of the
// compiler.
type Heap = allocs.Heap

// A Gain says what a rewrite changed about the heap in one function.
type Gain = allocs.Gain

// An Allocation is something that the compiler puts on the heap.
type Allocation = allocs.Allocation

// ask counts what the changes of the first round cost, and sets those aside that cost
// nothing: they are no findings.
func (r *run) ask(ctx context.Context) error {
	if len(r.changes) == 0 {
		return nil
	}
	r.Status("asking the compiler")
	facts, err := r.facts(ctx, nil, r.changes)
	if err != nil {
		return fmt.Errorf("the compiler cannot be asked: %w", err)
	}
	n := 0
	for _, c := range r.changes {
		f := r.findings[c.id()]
		f.Heap = allocs.Count(c.first, facts[c.config])
		if f.Heap.OnStack() {
			r.settled[c.id()] = true
			r.stack = append(r.stack, *f)
			delete(r.findings, c.id())
			n++
		}
	}
	r.Progress(fmt.Sprintf("the compiler was asked: %d of %s on the heap", len(r.changes)-n, count(len(r.changes), "cleanup")))
	return nil
}

// gains asks the compiler about the text before and after the changes of a group,
// and returns what they gain, function by function, and those of the group that
// gain nothing. The changes of a group have no function in common.
func (r *run) gains(ctx context.Context, base, over overlay, views []*view, group []*change) (map[*change][]Gain, []*change, error) {
	before, err := r.facts(ctx, base, group)
	if err != nil {
		return nil, nil, err
	}
	after, err := r.facts(ctx, over, group)
	if err != nil {
		return nil, nil, err
	}
	gains := make(map[*change][]Gain)
	var idle []*change
	for _, c := range group {
		unit := func(file string) *pattern.Unit { return views[c.config].unit[file] }
		var none bool
		if gains[c], none = allocs.Compare(c.first, before[c.config], after[c.config], unit); none {
			idle = append(idle, c)
		}
	}
	return gains, idle, nil
}

// facts asks the compiler about changes, with the files of the overlay in place: one
// answer for each configuration, nil where no change belongs to it.
func (r *run) facts(ctx context.Context, over overlay, changes []*change) ([]*escape.Facts, error) {
	flags, remove, err := over.flag()
	if err != nil {
		return nil, err
	}
	defer remove()
	facts := make([]*escape.Facts, len(r.Configs))
	for i, config := range r.Configs {
		var candidates []*edit.Candidate
		for _, c := range changes {
			if c.config == i {
				candidates = append(candidates, c.first)
			}
		}
		build := escape.Build{Dir: r.Dir, Env: config.env(r.Env), Flags: append(config.flags(), flags...)}
		if facts[i], err = allocs.Ask(ctx, build, candidates); err != nil {
			return nil, err
		}
	}
	return facts, nil
}

// noGain is the refusal of a rewrite that leaves as much on the heap as it finds.
func noGain(c *change, gains []Gain) *plan.Refusal {
	reason := "the compiler would put as much on the heap as before"
	if i := slices.IndexFunc(gains, func(g Gain) bool { return len(g.New) > 0 }); i >= 0 {
		reason += fmt.Sprintf(": %s would be new in %s", gains[i].New[0].What, gains[i].Func)
	}
	return &plan.Refusal{Code: plan.NoGain, Pos: c.pos, Name: c.key.String(), Reason: reason}
}
