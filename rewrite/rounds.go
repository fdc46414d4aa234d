package rewrite

import (
	"context"
	"fmt"
	"iter"
	"slices"

	"github.com/closurefix/closurefix/rewrite/candidate"
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
		group := compatible(r.changes, r.found.settled, r.views)
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
	loaded, err := r.scope.Widen(ctx, r.views, base, r.over)
	if err != nil {
		return err
	}
	if loaded != nil {
		r.views = loaded
		r.found.noteDeclared(r.views, r.over)
	}
	if r.changes, err = r.decide(ctx, r.views); err != nil {
		return err
	}
	if !r.scope.Narrow() || !opens(r.changes) {
		return nil
	}
	r.scope.Widest()
	if r.views, err = r.scope.Load(ctx, r.over); err != nil {
		return err
	}
	r.found.noteDeclared(r.views, r.over)
	r.changes, err = r.decide(ctx, r.views)
	return err
}

// compatible returns the changes of the next round: those that are not refused or settled
// and that have no top-level declaration in common.
func compatible(changes []*change, settled map[id]bool, views []*load.View) []*change {
	type place struct {
		file string
		decl int
	}
	taken := make(map[place]bool)
	ranges := make(ranges)
	var group []*change
	ordered, _ := candidate.InnerFirst(changes, func(c *change) *candidate.Candidate { return c.first })
	for _, c := range ordered {
		if c.refusal != nil || settled[c.id()] {
			continue
		}
		free := true
		var places []place
		for _, name := range c.files() {
			for _, e := range c.edits[name] {
				for _, d := range declarations(views, name, e) {
					p := place{name, d}
					places = append(places, p)
					free = free && !taken[p]
				}
				free = free && !ranges.touch(e)
			}
		}
		if !free {
			continue
		}
		for _, p := range places {
			taken[p] = true
		}
		for _, name := range c.files() {
			for _, e := range c.edits[name] {
				ranges.add(e)
			}
		}
		group = append(group, c)
	}
	return group
}

// A ranges holds ranges of files, by the blocks of some bytes that they lie in.
type ranges map[block][]edit.Edit

type block struct {
	file   string
	number int
}

// blocks returns the blocks in which an edit has bytes, or stands at the border.
func blocks(e edit.Edit) iter.Seq[block] {
	const size = 512
	return func(yield func(block) bool) {
		for n := e.Start / size; n <= e.End/size && yield(block{e.File, n}); n++ {
		}
	}
}

func (r ranges) add(e edit.Edit) {
	for b := range blocks(e) {
		r[b] = append(r[b], e)
	}
}

// touch reports whether an edit overlaps one of the ranges, or borders on it.
func (r ranges) touch(e edit.Edit) bool {
	for b := range blocks(e) {
		if slices.ContainsFunc(r[b], func(o edit.Edit) bool { return e.Start <= o.End && o.Start <= e.End }) {
			return true
		}
	}
	return false
}

// declarations returns the indices of the declarations that an edit changes, in the
// first view that contains the file.
func declarations(views []*load.View, name string, e edit.Edit) []int {
	for _, v := range views {
		if v.Syntax[name] != nil {
			return v.Declarations(name, e.Start, e.End)
		}
	}
	return nil
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
	views, err := r.run.scope.Check(ctx, r.run.views, over)
	var p *proof
	if err == nil {
		p, err = r.run.prover.prove(ctx, r.base, over, views, group)
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
		r.run.over, r.run.views, r.accepted = over, views, all
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
	edits := make(map[string][]edit.Edit)
	for _, c := range changes {
		for name, list := range c.edits {
			edits[name] = append(edits[name], list...)
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
		text, err := edit.Apply(text, list)
		if err != nil {
			return nil, fmt.Errorf("internal error: %s: %w; nothing was written", name, err)
		}
		next[name] = text
	}
	return base.With(next), nil
}
