package gen

import (
	"fmt"
	"slices"
	"strings"
)

// A site is one call of a prepare function.
type site struct {
	p    *prepare
	done *variable // that holds the cleanup
	err  *variable // that holds the error, or the bool; nil if there is none, or nobody keeps it
}

// fails returns the condition that the call has failed, works its opposite.
func (s *site) fails() string {
	if s.err.kind == boolKind {
		return "!" + s.err.use()
	}
	return s.err.use() + " != nil"
}

func (s *site) works() string {
	if s.err.kind == boolKind {
		return s.err.use()
	}
	return s.err.use() + " == nil"
}

// site writes a call of a prepare function and what is done with its cleanup.
func (g *gen) site(b *block) {
	var ps []*prepare
	for i, p := range g.prepares {
		if i < b.fn.limit {
			ps = append(ps, p)
		}
	}
	if len(ps) == 0 {
		return
	}
	p := of(g.t, ps...)
	form := g.t.pick(40, 15, 15, 15, 0, 1, 2, 1)
	if len(p.results) == 1 && g.t.oneIn(3) || len(p.results) == 1 && p.gives && g.t.oneIn(3) {
		form = 4
	}
	switch form {
	case 0:
		g.define(b, p)
	case 1: // in a block of its own, where := declares anew
		head := ""
		if g.t.oneIn(2) {
			head = "if " + g.cond(b)
		}
		g.nest(b, head, func(in *block) { g.define(in, p) }, "")
	case 2:
		g.assignSite(b, p)
	case 3:
		g.initSite(b, p)
	case 4:
		g.callAtOnce(b, p)
	case 5:
		g.ignore(b, p)
	case 6:
		g.again(b, p)
	case 7:
		if len(p.results) == 2 {
			g.inSlot(b, Pair, g.call(b, p), p)
			return
		}
		g.define(b, p)
	}
}

// callAtOnce is a site without a variable for the cleanup, p's only result.
func (g *gen) callAtOnce(b *block, p *prepare) {
	if p.mayBeNil() && !g.t.oneIn(8) {
		g.define(b, p) // to have something to test
		return
	}
	f := g.call(b, p)
	if g.t.oneIn(12) {
		f = "Hold(" + f + ")"
	}
	const asArgument, asOperand = 1, 2
	form := 0
	switch {
	case p.mayBeNil():
		form = of(g.t, asOperand, asArgument)
	case g.t.oneIn(24):
		form = asArgument
	case g.t.oneIn(24):
		form = asOperand
	}
	switch form {
	case asArgument:
		g.inSlot(b, Call, f, p)
		return
	case asOperand:
		g.inSlot(b, TestOfCall, f+of(g.t, " != nil", " == nil"), p)
		return
	}
	call := g.callOf(b, p, f)
	if g.t.oneIn(4) || p.gives && g.t.oneIn(2) {
		g.inSlot(b, CallOfCall, call, p)
		return
	}
	if g.t.below(5) > 0 {
		call = "defer " + call
	}
	b.line("%s%s", call, g.remark())
	g.stmts(b, 2)
}

// ignore is a site that has no use for the cleanup.
func (g *gen) ignore(b *block, p *prepare) {
	call := g.call(b, p)
	if g.t.oneIn(2) {
		b.line("%s", call)
		return
	}
	var names []string
	for i, k := range p.results {
		name := "_"
		if i != p.cleanup && g.t.oneIn(2) {
			name = g.place(b, k)
		}
		if slices.Contains(names, name) {
			name = "_"
		}
		names = append(names, name)
	}
	b.line("%s = %s", strings.Join(names, ", "), call)
}

// again is a site that a goto leads back to, once.
func (g *gen) again(b *block, p *prepare) {
	g.gone++
	tries, label := fmt.Sprint("tries", g.gone), fmt.Sprint("again", g.gone)
	b.line("%s := 0", tries)
	at := len(b.lines)
	b.line("%s:", label)
	g.define(b, p)
	if b.ended {
		b.lines[at] = tries + "++" // a label must have its goto
		return
	}
	b.line("if %s == 0 {\n%s++\ngoto %s\n}", tries, tries, label)
}

// targets chooses what the results of p are assigned to by a := or var
// statement in b. With redeclare, a variable that b has already may be among
// them.
func (g *gen) targets(b *block, p *prepare, redeclare bool) (s *site, names []string, fresh []*variable) {
	s = &site{p: p}
	taken := func(name string) bool { return slices.Contains(names, name) }
	for i, k := range p.results {
		if i != p.cleanup && g.t.oneIn(8) {
			names = append(names, "_")
			continue
		}
		var v *variable // an old one to assign
		switch {
		case i == p.err:
			if old := b.own("err"); old != nil && redeclare && old.kind == errKind && !old.fixed {
				v = old
			}
		case i != p.cleanup && redeclare && g.t.oneIn(3):
			if old := g.anyOf(&block{fn: b.fn, vars: b.vars}, k); old != nil && !old.fixed {
				v = old
			}
		}
		if v == nil || taken(v.name) {
			v = g.newVar(b, k)
			if name := map[int]string{p.err: "err", p.ok: "ok"}[i]; name != "" && b.own(name) == nil {
				v.name = name
			}
			for taken(v.name) {
				v.name += fmt.Sprint(i + 2)
			}
			fresh = append(fresh, v)
		}
		switch i {
		case p.cleanup:
			v.fixed, v.noTouch = true, true
			s.done = v
		case p.err, p.ok:
			s.err = v
		}
		names = append(names, v.name)
	}
	return s, names, fresh
}

// define is a site that declares the variable of the cleanup.
func (g *gen) define(b *block, p *prepare) {
	if g.t.oneIn(8) {
		s, names, fresh := g.targets(b, p, false)
		b.line("var %s = %s", strings.Join(names, ", "), g.call(b, p))
		b.declare(fresh...)
		g.consume(b, s)
		return
	}
	s, names, fresh := g.targets(b, p, true)
	call := g.call(b, p)
	define := ":="
	if p.cleanupType(nil) == "func()" && g.t.oneIn(12) { // the variable has another func before
		b.line("%s := %s", s.done.name, g.other())
		g.useOther(b, s)
		if len(fresh) == 1 {
			define = "="
		}
	}
	b.line("%s %s %s%s", strings.Join(names, ", "), define, call, g.remark())
	b.declare(fresh...)
	if g.t.oneIn(32) { // or another cleanup
		g.nest(b, "if "+g.cond(b), func(in *block) { in.line("%s = %s", strings.Join(names, ", "), g.call(in, p)) }, "")
	}
	g.consume(b, s)
	if !b.ended && b.names(s.done) && p.cleanupType(nil) == "func()" && g.t.oneIn(12) { // and another one afterwards
		set := func(b *block) {
			b.line("%s = %s", s.done.use(), g.other())
			g.useOther(b, s)
		}
		if g.t.oneIn(3) {
			g.nest(b, "if "+g.cond(b), set, "")
			return
		}
		set(b)
	}
}

// other returns a func that is no cleanup of a prepare function.
func (g *gen) other() string {
	if g.t.oneIn(3) {
		return "func() {}"
	}
	return "func() { fmt.Println(" + g.label() + ") }"
}

// useOther calls such a func, which is in the variable of a cleanup.
func (g *gen) useOther(b *block, s *site) {
	switch g.t.pick(4, 2, 1, 1) {
	case 0:
		b.line("defer %s()", s.done.use())
	case 1:
		b.line("%s()", s.done.use())
	case 2:
		b.line("defer func() { %s() }()", s.done.use())
	case 3:
		b.line("if %s != nil {\n%s()\n}", s.done.use(), s.done.use())
	}
}

// assignSite is a site that assigns to variables declared before.
func (g *gen) assignSite(b *block, p *prepare) {
	if !g.t.oneIn(3) {
		g.define(b, p)
		return
	}
	s := &site{p: p}
	var names []string
	for i, k := range p.results {
		switch {
		case i == p.cleanup:
			v := &variable{name: g.fresh(b, k), kind: k, fixed: true, noTouch: true}
			b.line("var %s %s", v.name, p.cleanupType(nil))
			b.declare(v)
			for i, name := range names { // it hides a variable that was chosen before
				if name == v.name {
					names[i] = "_"
				}
			}
			if s.err != nil && s.err.name == v.name {
				s.err = nil
			}
			names = append(names, v.name)
			s.done = v
		case i == p.err:
			if v := g.anyOf(b, errKind); v != nil && !v.fixed && !slices.Contains(names, v.name) {
				names = append(names, v.name)
				s.err = v
				continue
			}
			names = append(names, "_")
		case i == p.ok:
			if v := g.anyOf(b, boolKind); v != nil && !v.fixed && !slices.Contains(names, v.name) {
				names = append(names, v.name)
				s.err = v
				continue
			}
			names = append(names, "_")
		default:
			if name := g.place(b, k); !slices.Contains(names, name) {
				names = append(names, name)
				continue
			}
			names = append(names, "_")
		}
	}
	b.line("%s = %s", strings.Join(names, ", "), g.call(b, p))
	g.consume(b, s)
}

// initSite is a site in the init part of an if or switch statement.
func (g *gen) initSite(b *block, p *prepare) {
	scope := newBlock(b.fn, b)
	s, names, fresh := g.targets(scope, p, false)
	init := strings.Join(names, ", ") + " := " + g.call(b, p)
	scope.vars = append(scope.vars, fresh...)
	cond, swap := "", false
	switch {
	case p.nilFine || s.err == nil && p.mayBeNil():
		cond = s.done.use() + " != nil"
	case s.err != nil:
		s.err.used = true
		if swap = g.t.oneIn(2); swap {
			cond = s.fails()
		} else {
			cond = s.works()
		}
	default:
		cond = g.cond(scope)
	}
	used, idle := newBlock(b.fn, scope), newBlock(b.fn, scope)
	g.uses(used, s)
	form := g.t.pick(12, 12, 4, 1)
	if swap && (form == 0 || form == 3) {
		form = 1
	}
	if form == 1 || form == 2 {
		g.trace(idle)
		g.stmts(idle, 1)
	}
	yes, no := strings.Join(used.close(), "\n"), strings.Join(idle.close(), "\n")
	if swap {
		yes, no = no, yes
	}
	for _, v := range fresh {
		if !v.used {
			yes = "_ = " + v.name + "\n" + yes
		}
	}
	switch form {
	case 0:
		b.line("if %s; %s {\n%s\n}", init, cond, yes)
	case 1:
		b.line("if %s; %s {\n%s\n} else {\n%s\n}", init, cond, yes, no)
	case 3:
		if !used.ended {
			yes += "\nbreak"
		}
		b.line("for %s; %s; {\n%s\n}", init, cond, yes)
	case 2:
		b.line("switch %s; {\ncase %s:\n%s\ndefault:\n%s\n}", init, cond, yes, no)
	}
}
