package rewrite

import (
	"context"
	"fmt"
	"slices"

	"github.com/closurefix/closurefix/rewrite/edit"
	"github.com/closurefix/closurefix/rewrite/internal/load"
	"github.com/closurefix/closurefix/rewrite/refusal"
)

// rewrite applies changes in rounds until no change is left. A second run would then
// find nothing to change either.
//
// Each round takes changes that have no declaration in common, type-checks the result in
// every configuration, runs the checks of the prover, and makes new decisions on the
// result. If a check fails, the round is halved to find the change at fault. A change that
// fails by itself, before others were accepted in the round, is refused with the error.
// Otherwise it waits for the next round.
func (r *run) rewrite(ctx context.Context) error {
	known := make(map[id]bool) // each round settles one of them at least
	for n := 1; ; n++ {
		for _, c := range r.changes {
			known[c.id()] = true
		}
		group := compatible(r.changes, r.found.settled)
		if len(group) == 0 {
			return nil
		}
		if bound := len(known) + 2; n > bound {
			return fmt.Errorf("internal error: %s still wants to change after %d rounds; nothing was written", group[0].key, bound)
		}
		rd := &round{run: r, number: n, base: r.over}
		if err := rd.accept(ctx, group); err != nil {
			return err
		}
		r.tree.Progress(fmt.Sprintf("round %d checked, %s rewritten", n, load.Count(len(r.over), "file")))
		if err := r.decideNext(ctx, rd.base); err != nil {
			return err
		}
		r.found.revise(r.changes, r.over)
	}
}

// decideNext decides on the result of a round, which started from base.
func (r *run) decideNext(ctx context.Context, base load.Overlay) error {
	open, err := r.scope.Opens(base, r.over, r.packageOf)
	if err != nil {
		return err
	}
	var digests []*digest
	switch wider := false; {
	case open != nil && r.foresees:
		return errUnforeseen
	case open != nil:
		r.known = make([][]version, len(r.known)) // decided without what is known of callers now
		if wider, err = r.scope.Widen(ctx, open, r.views); err == nil && wider {
			digests, err = r.anew(ctx, r.over)
		}
	}
	if err == nil && digests == nil {
		digests, err = r.at(ctx, r.over, true)
	}
	if err != nil {
		return err
	}
	if r.changes, err = r.decide(ctx, digests); err != nil {
		return err
	}
	if !r.scope.Narrow() || !opens(r.changes) {
		return nil
	}
	if r.foresees {
		return errUnforeseen
	}
	r.scope.Widest()
	if digests, err = r.anew(ctx, r.over); err != nil {
		return err
	}
	r.changes, err = r.decide(ctx, digests)
	return err
}

// A round accepts changes that were all decided on the same versions of the files.
type round struct {
	run      *run
	number   int
	base     load.Overlay // the files that the changes were decided on
	accepted []*change
}

// accept accepts a group of changes if the result passes the checks. Otherwise it tries
// the halves of the group. A change that fails by itself, with no other change applied to
// the base, is refused.
func (r *round) accept(ctx context.Context, group []*change) error {
	all := append(slices.Clone(r.accepted), group...)
	over, err := apply(r.run.tree.Source, r.base, all)
	if err != nil {
		return err
	}
	r.run.tree.Status(fmt.Sprintf("verifying %d of %s", len(group), load.Count(r.open(), "rewrite")))
	var p *proof
	if _, err = r.run.at(ctx, over, false); err == nil {
		p, err = r.run.prover.prove(ctx, r.base, over, r.run.views, group)
	}
	found := r.run.found
	switch {
	case err == nil && len(p.idle) > 0:
		for c, why := range p.idle {
			found.reject(c, why, r.run.over)
		}
		rest := slices.DeleteFunc(slices.Clone(group), func(c *change) bool { return p.idle[c] != nil })
		if len(rest) == 0 {
			return nil
		}
		return r.accept(ctx, rest)
	case err == nil:
		r.run.over, r.accepted = over, all
		for _, c := range group {
			found.applied(c, r.number)
			p.note(c, found.of[c.id()])
		}
	case faultOf(err) == "":
		return err
	case len(group) > 1:
		half := len(group) / 2
		if err := r.accept(ctx, group[:half]); err != nil {
			return err
		}
		return r.accept(ctx, group[half:])
	case len(r.accepted) == 0:
		c := group[0]
		found.reject(c, &refusal.Refusal{Code: refusal.VerifyFailed, Pos: c.pos, Name: c.key.String(), Reason: faultOf(err)}, r.run.over)
	}
	return nil // the next round decides again on changes that were not accepted
}

// open returns how many changes are neither accepted nor refused.
func (r *round) open() int {
	n := 0
	for _, c := range r.run.changes {
		if c.refusal == nil && !r.run.found.settled[c.id()] {
			n++
		}
	}
	return n
}

// apply returns base with the edits of the changes applied.
func apply(src *load.Sources, base load.Overlay, changes []*change) (load.Overlay, error) {
	edits, count := make(map[string][]edit.Edit), make(map[string]int)
	for _, c := range changes {
		for name, list := range c.edits {
			edits[name] = append(edits[name], list...)
			count[name]++
		}
	}
	next := make(load.Overlay)
	for name, list := range edits {
		text, ok := base[name]
		if !ok {
			var err error
			if text, err = src.Read(name); err != nil {
				return nil, err
			}
		}
		changed, err := edit.Apply(text, list)
		if err != nil {
			return nil, fmt.Errorf("internal error: %s: %w; nothing was written", name, err)
		}
		if count[name] > 1 {
			changed = edit.Tidy(text, changed)
		}
		next[name] = changed
	}
	return base.With(next), nil
}
