package rewrite

import (
	"context"
	"fmt"
	"go/ast"
	"go/token"
	"slices"

	"github.com/closurefix/closurefix/rewrite/escape"
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
		old, new := before[c.config], after[c.config]
		all := functionsOf(c)
		known := true
		for i, f := range all {
			known = known && old.Known(f.file()) && new.Known(f.file())
			g := gain(old, new, f, successors(f, i == 0, c.first.Plan, views[c.config]))
			gains[c] = append(gains[c], g)
		}
		if known && worth(c, old, gains[c]) <= 0 {
			idle = append(idle, c)
		}
	}
	return gains, idle, nil
}

// successors returns what became of f in the text of v: the declaration of the
// same name, and for a prepare function its finish too.
func successors(f function, prepare bool, p *plan.Plan, v *view) []function {
	file, u := v.syntax[f.file()], v.unit[f.file()]
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
	var found []function
	for _, d := range file.Decls {
		if declName(d) == name {
			if nth == 0 {
				found = append(found, function{u, d})
			}
			nth--
		} else if fn, ok := d.(*ast.FuncDecl); ok && prepare && isFinish(fn, p) {
			found = append(found, function{u, d})
		}
	}
	return found
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

// gain compares what f has on the heap with what its successors have.
func gain(old, new *escape.Facts, f function, next []function) Gain {
	g := Gain{Func: f.name(), Pos: f.position()}
	type words struct {
		what  string
		moved bool
	}
	after := make(map[words][]escape.Fact)
	var order []words
	for _, n := range next {
		for _, fact := range heapOf(new, n) {
			k := words{fact.What, fact.Moved}
			if after[k] == nil {
				order = append(order, k)
			}
			after[k] = append(after[k], fact)
		}
	}
	for _, fact := range heapOf(old, f) {
		k := words{fact.What, fact.Moved}
		if len(after[k]) > 0 {
			after[k] = after[k][1:]
			g.Stays = append(g.Stays, allocation(fact, g.Func))
		} else {
			g.Left = append(g.Left, allocation(fact, g.Func))
		}
	}
	for _, k := range order {
		for _, fact := range after[k] {
			g.New = append(g.New, allocation(fact, g.Func))
		}
	}
	slices.SortFunc(g.New, func(a, b Allocation) int { return comparePlaces(a.Pos, b.Pos) })
	return g
}

func heapOf(facts *escape.Facts, f function) []escape.Fact {
	return facts.Heap(placeOf(f.unit.Fset, f.decl.Pos()), placeOf(f.unit.Fset, f.decl.End()))
}

// worth sums up what all callers gain of a change, in allocations. What the
// prepare function gains, each caller gains that does not have it inlined.
func worth(c *change, old *escape.Facts, gains []Gain) int {
	net := func(g Gain) int { return len(g.Left) - len(g.New) }
	sum := 0
	for _, g := range gains[1:] {
		sum += net(g)
	}
	for _, s := range c.first.Sites {
		if !old.Inlined(placeOf(s.Unit.Fset, s.Call.Lparen), c.key.Name) {
			sum += net(gains[0])
		}
	}
	return sum
}

// noGain is the refusal of a rewrite that leaves as much on the heap as it finds.
func noGain(c *change, gains []Gain) *plan.Refusal {
	reason := "the compiler would put as much on the heap as before"
	if i := slices.IndexFunc(gains, func(g Gain) bool { return len(g.New) > 0 }); i >= 0 {
		reason += fmt.Sprintf(": %s would be new in %s", gains[i].New[0].What, gains[i].Func)
	}
	return &plan.Refusal{Code: plan.NoGain, Pos: c.pos, Name: c.key.String(), Reason: reason}
}
