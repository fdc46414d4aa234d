package gen

import (
	"fmt"
	"strings"
)

// gen is a program under construction.
type gen struct {
	t        *Tape
	suffix   string
	budget   int // statements that may still be added
	labels   int // of traces
	gone     int // goroutines
	prepares []*prepare
	verbs    []string // of the names of the prepare functions
	nouns    []string
	hard     []string // names that a rewrite may want
	wantHard bool
	slots    []Slot // those that any block can hold
	slotted  bool   // one of them is there

	far  bool   // callers are in another package, and names exported
	home string // the name of the first package in the caller that is being made; "" if that is a part of it
	hid  bool   // a variable of that caller may have that name
}

// top returns a package-level name.
func (g *gen) top(name string) string { return name + g.suffix }

// label returns a new name for a trace.
func (g *gen) label() string {
	g.labels++
	return fmt.Sprintf("%q", fmt.Sprint("t", g.labels))
}

// anyOf returns a visible variable of a kind, or nil.
func (g *gen) anyOf(b *block, k kind) *variable {
	vars := b.of(k)
	if len(vars) == 0 {
		return nil
	}
	return of(g.t, vars...)
}

// fresh returns a name for a variable that b is to declare, which may shadow
// one of an outer block.
func (g *gen) fresh(b *block, k kind) string {
	names := k.names()
	if g.wantHard && len(g.hard) > 0 && g.t.oneIn(5) {
		names = g.hard
	}
	name := of(g.t, names...)
	shadow := g.t.oneIn(3)
	base := name
	for i := 2; ; i++ {
		if b.own(name) == nil && (shadow || len(b.visible(func(v *variable) bool { return v.name == name })) == 0) {
			g.hid = g.hid || name == g.home
			return name
		}
		name = fmt.Sprint(base, i)
	}
}

// newVar returns a variable with a fresh name, which the next line is to
// declare.
func (g *gen) newVar(b *block, k kind) *variable {
	return &variable{name: g.fresh(b, k), kind: k}
}

// nest writes a block statement: head, the block that body fills, and tail.
func (g *gen) nest(b *block, head string, body func(*block), tail string) {
	inner := newBlock(b.fn, b)
	body(inner)
	b.lines = append(b.lines, strings.TrimSpace(head+" "+inner.text())+tail)
}

// literal returns a function literal whose body is filled by body.
func (g *gen) literal(b *block, r role, params, results string, body func(*block)) string {
	inner := newBlock(&fn{role: r, up: b, limit: b.fn.limit}, b)
	body(inner)
	return "func(" + params + ") " + strings.TrimSpace(results+" "+inner.text())
}
