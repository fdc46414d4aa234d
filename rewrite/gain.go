package rewrite

import (
	"context"
	"fmt"
	"go/ast"
	"go/token"
	"slices"

	"github.com/closurefix/closurefix/rewrite/internal/escape"
	"github.com/closurefix/closurefix/rewrite/plan"
)

// A Gain says what a rewrite changed about the heap in one function: a prepare
// function together with its finish, or a caller. What is on the heap in both
// texts, by the words of the compiler, stays.
type Gain struct {
	Func  string         // as in "(*Conn).readFrameHeader"
	Pos   token.Position // in the old text
	Left  []Allocation   // positions in the old text
	Stays []Allocation   // positions in the old text
	New   []Allocation   // positions in the new text
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
		facts, next := before[c.config], after[c.config]
		all := functionsOf(c)
		known := true
		for _, f := range all {
			known = known && facts.Known(f.file()) && next.Known(f.file())
		}
		l := newLedger(c, facts, next, views[c.config])
		worth := 0
		gains[c] = append(gains[c], l.prepare(all[0]))
		for _, f := range all[1:] {
			g, won := l.caller(f)
			gains[c] = append(gains[c], g)
			worth += won
		}
		if known && worth <= 0 {
			idle = append(idle, c)
		}
	}
	return gains, idle, nil
}

// A ledger compares the two texts of one change.
type ledger struct {
	old, new *side
	view     *view // of the new text
}

func newLedger(c *change, before, after *escape.Facts, v *view) *ledger {
	l := &ledger{old: oldSide(before, c), view: v}
	p := c.first.Prepare
	f := function{p.Unit, p.Decl}
	var finish []function
	if file := v.syntax[f.file()]; file != nil {
		for _, d := range file.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && isFinish(fn, c.first.Plan) {
				finish = append(finish, function{v.unit[f.file()], d})
			}
		}
	}
	l.new = newSide(after, p.Key, l.successor(f), finish)
	return l
}

// successor returns what became of f in the new text: the declaration of the same
// name, if it is still there.
func (l *ledger) successor(f function) []function {
	file, u := l.view.syntax[f.file()], l.view.unit[f.file()]
	if file == nil {
		return nil
	}
	// A name can be declared more than once, as init and _ are.
	name, nth := f.name(), 0
	for _, d := range f.unit.FileOf(f.decl.Pos()).Decls {
		if d == f.decl {
			break
		}
		if declName(d) == name {
			nth++
		}
	}
	for _, d := range file.Decls {
		if declName(d) == name {
			if nth == 0 {
				return []function{{u, d}}
			}
			nth--
		}
	}
	return nil
}

// isFinish reports whether d declares the finish of a plan.
func isFinish(d *ast.FuncDecl, p *plan.Plan) bool {
	if d.Name.Name != p.Finish.Name {
		return false
	}
	recv := ""
	switch {
	case p.Finish.OnState:
		recv = p.State.Type
	case p.Finish.OnRecv:
		recv = p.Prepare.Key.Recv
	}
	name := declName(d)
	if recv == "" {
		return name == d.Name.Name
	}
	return name == recv+"."+d.Name.Name || name == "(*"+recv+")."+d.Name.Name
}

// prepare compares what the prepare function and its cleanup have on the heap.
func (l *ledger) prepare(f function) Gain {
	old := slices.Concat(l.old.prepare.entries, l.old.cleanup.entries)
	new := slices.Concat(l.new.prepare.entries, l.new.cleanup.entries)
	stay, left, more := pair(old, new)
	return gain(f, stay, left, more)
}

// caller compares what a caller has on the heap, and counts what a call of it
// gains, with all that it calls the prepare function and the cleanup for.
//
// Where the prepare function or the cleanup is inlined in one of the texts and not
// in the other, what it allocates is printed at the caller in one of them alone:
// that is neither new nor left, but the same in another place.
func (l *ledger) caller(f function) (g Gain, won int) {
	old := l.old.share(accountOf(l.old.facts, f))
	var new share
	for _, n := range l.successor(f) {
		new = l.new.share(accountOf(l.new.facts, n))
	}
	stay, left, more := pair(slices.Concat(old.own, old.copies), slices.Concat(new.own, new.copies))
	left = slices.DeleteFunc(left, func(e entry) bool { return has(old.copies, e) && has(new.called, e) })
	more = slices.DeleteFunc(more, func(e entry) bool { return has(new.copies, e) && has(old.called, e) })
	return gain(f, stay, left, more), old.cost() - new.cost()
}

// pair matches what is on the heap in two texts by the words of the compiler: first
// by all of them, then without the qualifiers of names.
func pair(old, new []entry) (stay, left, more []entry) {
	more = slices.Clone(new)
	take := func(same func(e entry) bool) bool {
		i := slices.IndexFunc(more, same)
		if i >= 0 {
			more = slices.Delete(more, i, i+1)
		}
		return i >= 0
	}
	for _, e := range old {
		if take(func(n entry) bool { return n.Moved == e.Moved && n.What == e.What }) {
			stay = append(stay, e)
		} else {
			left = append(left, e)
		}
	}
	left = slices.DeleteFunc(left, func(e entry) bool {
		renamed := take(func(n entry) bool { return alike(n.Fact, e.Fact) })
		if renamed {
			stay = append(stay, e)
		}
		return renamed
	})
	return stay, left, more
}

func gain(f function, stay, left, more []entry) Gain {
	g := Gain{Func: f.name(), Pos: f.position()}
	list := func(entries []entry) (all []Allocation) {
		for _, e := range entries {
			all = append(all, allocation(e.Fact, g.Func))
		}
		slices.SortFunc(all, func(a, b Allocation) int { return comparePlaces(a.Pos, b.Pos) })
		return all
	}
	g.Stays, g.Left, g.New = list(stay), list(left), list(more)
	return g
}

// noGain is the refusal of a rewrite that leaves as much on the heap as it finds.
func noGain(c *change, gains []Gain) *plan.Refusal {
	reason := "the compiler would put as much on the heap as before"
	if i := slices.IndexFunc(gains, func(g Gain) bool { return len(g.New) > 0 }); i >= 0 {
		reason += fmt.Sprintf(": %s would be new in %s", gains[i].New[0].What, gains[i].Func)
	}
	return &plan.Refusal{Code: plan.NoGain, Pos: c.pos, Name: c.key.String(), Reason: reason}
}
