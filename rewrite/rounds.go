package rewrite

import (
	"context"
	"errors"
	"fmt"
	"go/ast"
	"slices"

	"github.com/closurefix/closurefix/rewrite/edit"
	"github.com/closurefix/closurefix/rewrite/plan"
)

// rewrite applies changes in rounds until a round finds nothing to do, so that
// a second run would find nothing either.
//
// Each round takes the changes that have no declaration in common, checks the
// result with the go command and the type checker in every configuration, and
// decides anew on the checked result. A change that spoils the check is found
// by halving: alone on a sound base it is refused with the words of the
// checker, otherwise it waits for the next round and is decided anew there.
func (r *run) rewrite(ctx context.Context) error {
	known := make(map[id]bool) // each round settles one of them at least
	for n := 1; ; n++ {
		for _, c := range r.changes {
			known[c.id()] = true
		}
		group := r.compatible()
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
		r.Progress(fmt.Sprintf("round %d checked, %s rewritten", n, count(len(r.over), "file")))
		if err := r.widen(ctx, rd.base); err != nil {
			return err
		}
		changes, err := r.decide(ctx, r.views)
		if err != nil {
			return err
		}
		r.changes = changes
		if r.narrow() && r.opens() {
			r.scope.widest()
			if r.views, err = r.load(ctx, r.over); err != nil {
				return err
			}
			r.noteDeclared()
			if r.changes, err = r.decide(ctx, r.views); err != nil {
				return err
			}
		}
		r.revise()
	}
}

// compatible returns the changes of this round: those that are planned, not
// settled, and have no top-level declaration in common.
func (r *run) compatible() []*change {
	type place struct {
		file string
		decl int
	}
	taken := make(map[place]bool)
	ranges := make(map[string][]edit.Edit)
	var group []*change
	for _, c := range innerFirst(r.changes) {
		if c.refusal != nil || r.settled[c.id()] {
			continue
		}
		free := true
		var places []place
		for _, name := range c.files() {
			for _, e := range c.edits[name] {
				for _, d := range r.declarations(name, e) {
					p := place{name, d}
					places = append(places, p)
					free = free && !taken[p]
				}
				free = free && !slices.ContainsFunc(ranges[name], func(o edit.Edit) bool {
					return e.Start <= o.End && o.Start <= e.End
				})
			}
		}
		if !free {
			continue
		}
		for _, p := range places {
			taken[p] = true
		}
		for _, name := range c.files() {
			ranges[name] = append(ranges[name], c.edits[name]...)
		}
		group = append(group, c)
	}
	return group
}

// innerFirst returns changes with each prepare function after those that it calls.
// What an outer cleanup captures is then no cleanup any more, but the state that
// took its place:
//
//	func setup() func() {
//		stop := start(n)                              // rewritten first: start(n)
//		return func() { stop(); log.Print("down") }   // then: finishStart(n); …
//	}
func innerFirst(changes []*change) []*change {
	byDecl := make(map[ast.Decl]*change)
	for _, c := range changes {
		byDecl[c.first.Prepare.Decl] = c
	}
	inner := make(map[*change][]*change)
	for _, c := range changes {
		for _, s := range c.first.Sites {
			if outer := byDecl[s.Decl]; outer != nil {
				inner[outer] = append(inner[outer], c)
			}
		}
	}
	var ordered []*change
	seen := make(map[*change]bool)
	var visit func(c *change)
	visit = func(c *change) {
		if seen[c] {
			return
		}
		seen[c] = true
		for _, i := range inner[c] {
			visit(i)
		}
		ordered = append(ordered, c)
	}
	for _, c := range changes {
		visit(c)
	}
	return ordered
}

// declarations returns the declarations that an edit touches, by the first
// view that builds the file.
func (r *run) declarations(name string, e edit.Edit) []int {
	for _, v := range r.views {
		if v.syntax[name] != nil {
			return v.declarations(name, e.Start, e.End)
		}
	}
	return nil
}

// A round accepts changes that were decided on one text.
type round struct {
	*run
	number   int
	base     overlay // the text that the changes were decided on
	accepted []*change
}

// accept takes a group of changes on if the result checks, or else those parts
// of it that do. A change that fails alone, on nothing but the base, is the one
// to blame.
func (r *round) accept(ctx context.Context, group []*change) error {
	all := append(slices.Clone(r.accepted), group...)
	over, err := r.apply(r.base, all)
	if err != nil {
		return err
	}
	r.Status(fmt.Sprintf("verifying %d of %s", len(group), count(r.open(), "rewrite")))
	views, err := r.check(ctx, over)
	var p *proof
	if err == nil {
		p, err = r.prove(ctx, over, views, group)
	}
	var bad rejection
	switch {
	case err == nil && len(p.idle) > 0:
		for c, why := range p.idle {
			r.settled[c.id()] = true
			r.refuse(c, why)
		}
		rest := slices.DeleteFunc(slices.Clone(group), func(c *change) bool { return p.idle[c] != nil })
		if len(rest) == 0 {
			return nil
		}
		return r.accept(ctx, rest)
	case err == nil:
		r.over, r.views, r.accepted = over, views, all
		for _, c := range group {
			r.settled[c.id()] = true
			r.applied(c, r.number)
			p.note(c, r.findings[c.id()])
		}
	case !errors.As(err, &bad):
		return err
	case len(group) > 1:
		half := len(group) / 2
		if err := r.accept(ctx, group[:half]); err != nil {
			return err
		}
		return r.accept(ctx, group[half:])
	case len(r.accepted) == 0:
		c := group[0]
		r.settled[c.id()] = true
		r.refuse(c, &plan.Refusal{Code: plan.VerifyFailed, Pos: c.pos, Name: c.key.String(), Reason: bad.words()})
	}
	return nil // what was not accepted is decided anew in the next round
}

// open returns how many changes are planned, and neither accepted nor refused.
func (r *run) open() int {
	n := 0
	for _, c := range r.changes {
		if c.refusal == nil && !r.settled[c.id()] {
			n++
		}
	}
	return n
}

// apply returns base with the edits of changes.
func (r *run) apply(base overlay, changes []*change) (overlay, error) {
	edits := make(map[string][]edit.Edit)
	for _, c := range changes {
		for name, list := range c.edits {
			edits[name] = append(edits[name], list...)
		}
	}
	next := make(overlay)
	for name, list := range edits {
		text, ok := base[name]
		if !ok {
			var err error
			if text, err = r.src.read(name); err != nil {
				return nil, err
			}
		}
		text, err := splice(text, list)
		if err != nil {
			return nil, fmt.Errorf("internal error: %s: %w; nothing was written", name, err)
		}
		next[name] = text
	}
	return base.with(next), nil
}

// splice applies edits, which do not overlap, to a text.
func splice(text []byte, edits []edit.Edit) ([]byte, error) {
	edits = slices.Clone(edits)
	slices.SortStableFunc(edits, func(a, b edit.Edit) int { return a.Start - b.Start })
	var out []byte
	end := 0
	for _, e := range edits {
		if e.Start < end || e.End < e.Start || e.End > len(text) {
			return nil, fmt.Errorf("an edit of bytes %d to %d comes after byte %d of %d", e.Start, e.End, end, len(text))
		}
		out = append(out, text[end:e.Start]...)
		out = append(out, e.New...)
		end = e.End
	}
	return append(out, text[end:]...), nil
}
