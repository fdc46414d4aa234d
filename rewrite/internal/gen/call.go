package gen

import (
	"fmt"
	"slices"
	"strings"
)

// call returns a call of p.
func (g *gen) call(b *block, p *prepare) string {
	var args []string
	inst := ""
	for i, v := range p.params {
		switch {
		case p.variadic && i == len(p.params)-1:
			switch g.t.below(3) {
			case 1:
				args = append(args, g.intExpr(b), g.intExpr(b))
			case 2:
				args = append(args, g.expr(b, sliceKind)+"...")
			}
		case v.kind == anyKind:
			k := of(g.t, intKind, strKind, partKind)
			args = append(args, g.expr(b, k))
			if g.t.oneIn(4) {
				inst = "[" + k.goType() + "]"
			}
		default:
			args = append(args, g.expr(b, v.kind))
		}
	}
	if !p.isFunc() && p.recv != cellKind && g.t.oneIn(250) {
		typ := map[kind]string{connKind: "(*Conn)", ppartKind: "(*Part)", partKind: "Part"}[p.recv]
		return typ + "." + p.name + "(" + strings.Join(append([]string{g.expr(b, p.recv)}, args...), ", ") + ")"
	}
	return g.operand(b, p) + inst + "(" + strings.Join(args, ", ") + ")"
}

// operand returns the function or method to call.
func (g *gen) operand(b *block, p *prepare) string {
	switch p.recv {
	case connKind:
		if w := g.anyWrap(b); w != nil && g.t.oneIn(3) {
			return w.use() + "." + p.name
		}
		c := g.conn(b)
		switch g.t.pick(6, 1, 1) {
		case 1:
			c = "Pick(" + g.label() + ", " + c + ")"
		case 2:
			c = "(" + c + ")"
		}
		return c + "." + p.name
	case partKind:
		switch g.t.pick(4, 2, 1) {
		case 1:
			return g.conn(b) + of(g.t, ".", ".Part.") + p.name
		case 2:
			if v := g.anyOf(b, ppartKind); v != nil && !v.nilable {
				return v.use() + "." + p.name
			}
		}
		e := g.expr(b, partKind)
		if strings.ContainsAny(e, "*{") {
			e = "(" + e + ")"
		}
		return e + "." + p.name
	case cellKind:
		if v := g.anyOf(b, cellKind); v != nil {
			return v.use() + "." + p.name
		}
		return of(g.t, "Cells[0]", "Cells[1]", "Words", `(&Cell[string]{V: "new"})`, "(&Cell[Part]{N: 7})") + "." + p.name
	case ppartKind:
		if vars := b.visible(func(v *variable) bool { return v.kind == partKind && !v.noTouch }); len(vars) > 0 && g.t.oneIn(2) {
			return of(g.t, vars...).use() + "." + p.name
		}
		if v := g.anyOf(b, ppartKind); v != nil && !v.nilable {
			return v.use() + "." + p.name
		}
		return g.conn(b) + of(g.t, ".", ".Part.") + p.name
	}
	if g.home == "" || g.t.oneIn(4) || g.hid {
		return p.name // the dot import knows it, too
	}
	return g.home + "." + p.name
}

// callOf returns a call of the cleanup that f is.
func (g *gen) callOf(b *block, p *prepare, f string) string {
	var args []string
	for _, k := range p.takes {
		args = append(args, g.expr(b, k))
	}
	if p.spread {
		args = append(args, g.intExpr(b))
	}
	if g.t.oneIn(20) {
		f = "(" + f + ")"
	}
	return f + "(" + strings.Join(args, ", ") + ")"
}

// inSlot writes a use of p, or of its cleanup, in some place where the grammar lets it
// stand.
func (g *gen) inSlot(b *block, u Use, e string, p *prepare) {
	called := u == CallOfCall || u == CallOfVariable
	var fitting []Slot
	for _, s := range g.slots {
		if slices.Contains(s.Uses(), u) && (s.Type == callSlot || !called || p.gives) {
			fitting = append(fitting, s)
		}
	}
	g.gone++
	g.slotted = true
	s := of(g.t, fitting...)
	f := filling{expr: e, unique: fmt.Sprint("Slot", g.gone)}
	switch {
	case called:
		f.expr, f.types = made(s.Type, e), []string{"error"}
	case u.test():
		f.types = []string{"bool"}
	case u == Pair:
		for i, k := range p.results {
			t := k.goType()
			if i == p.cleanup {
				t = p.cleanupType(nil)
			}
			f.types = append(f.types, t)
		}
	default:
		f.types = []string{p.cleanupType(nil)}
	}
	b.line("{\n%s\n}", f.in(s.Text))
}

// remark returns a comment behind a statement, sometimes.
func (g *gen) remark() string {
	if g.t.oneIn(24) {
		return " //nolint:errcheck"
	}
	return ""
}
