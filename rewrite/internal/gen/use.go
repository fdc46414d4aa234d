package gen

import (
	"fmt"
	"slices"
)

// consume writes what follows the call: the test of the error, uses of the
// cleanup, and other statements around them.
func (g *gen) consume(b *block, s *site) {
	stale := g.t.oneIn(5) // the error may be another one
	if stale {
		g.stmts(b, 2)
	}
	if b.ended {
		return
	}
	switch {
	case s.err != nil && !s.p.nilFine && !(stale && s.p.nilFails) && b.names(s.err):
		switch style := g.t.pick(8, 2, 2); {
		case style == 0 || s.p.nilFails && style == 2:
			g.nest(b, "if "+s.fails(), func(in *block) {
				g.trace(in)
				g.giveBack(in)
			}, "")
			g.uses(b, s)
		case style == 1:
			g.nest(b, "if "+s.works(), func(in *block) { g.uses(in, s) }, "")
		default: // before the test of the error
			g.uses(b, s)
			if !b.ended {
				g.nest(b, "if "+s.fails(), func(in *block) { g.giveBack(in) }, "")
			}
		}
	case s.p.mayBeNil() && g.t.oneIn(4):
		g.nest(b, "if "+s.done.use()+" == nil", func(in *block) {
			g.trace(in)
			g.giveBack(in)
		}, "")
		g.uses(b, s)
	case s.p.mayBeNil():
		g.nest(b, "if "+s.done.use()+" != nil", func(in *block) { g.uses(in, s) }, "")
	default:
		g.uses(b, s)
	}
	g.stmts(b, 2)
}

// uses writes one use of the cleanup, sometimes two.
func (g *gen) uses(b *block, s *site) {
	if g.t.oneIn(4) {
		g.stmts(b, 1)
	}
	g.useOnce(b, s)
	if g.t.oneIn(6) {
		g.useOnce(b, s)
	}
}

// useOnce writes one use of the cleanup: it is deferred, mostly.
func (g *gen) useOnce(b *block, s *site) {
	if b.ended || !b.names(s.done) || g.returned(b, s) {
		return
	}
	if g.t.below(6) > 0 {
		b.line("defer %s%s", g.callOf(b, s.p, s.done.use()), g.remark())
		g.after(b)
		return
	}
	switch use := g.t.pick(4, 3, 3, 2, 1, 1, 1, 1, 1, 1, 1, 6, 1, 1); use {
	case 0:
		g.direct(b, s)
	case 1, 2, 3, 8:
		g.useInLiteral(b, s, use)
	case 4, 7, 9:
		g.useInside(b, s, use)
	case 5, 6, 10:
		g.useCopy(b, s, use)
	case 11:
		g.inSlot(b, CallOfVariable, g.callOf(b, s.p, s.done.use()), s.p)
	case 12:
		g.inSlot(b, Variable, s.done.use(), s.p)
	case 13:
		g.inSlot(b, TestOfVariable, s.done.use()+of(g.t, " != nil", " == nil"), s.p)
	}
	g.after(b)
}

// returned writes the return of what the cleanup returns, sometimes, where the results
// of the function around allow it.
func (g *gen) returned(b *block, s *site) bool {
	if !s.p.gives || b.fn.give != nil {
		return false
	}
	results := ""
	switch {
	case slices.Equal(b.fn.results, []kind{errKind}) && g.t.oneIn(6):
	case slices.Equal(b.fn.results, []kind{intKind, errKind}) && g.t.oneIn(6):
		results = g.traced("1") + ", "
	default:
		return false
	}
	b.line("return %s%s", results, g.callOf(b, s.p, s.done.use()))
	b.ended = true
	return true
}

// useInLiteral uses the cleanup in a function literal, which is deferred, called, run in
// a goroutine, or kept.
func (g *gen) useInLiteral(b *block, s *site, use int) {
	switch use {
	case 1:
		b.line("defer %s()", g.literal(b, literalRole, "", "", func(in *block) {
			g.stmts(in, 1)
			if g.t.oneIn(3) {
				g.nest(in, "if "+g.cond(in), func(in *block) { g.direct(in, s) }, "")
				return
			}
			g.direct(in, s)
			g.stmts(in, 1)
		}))
	case 2:
		b.line("%s()", g.literal(b, literalRole, "", "", func(in *block) {
			in.line("defer %s", g.callOf(in, s.p, s.done.use()))
			g.stmts(in, 2)
		}))
	case 3:
		b.line("Join(%s)", g.literal(b, literalRole, "", "", func(in *block) {
			g.direct(in, s)
			g.stmts(in, 1)
		}))
	case 8: // whoever fires the hook calls it, or nobody
		lit := g.literal(b, hookRole, "", "", func(in *block) { g.direct(in, s) })
		if len(s.p.takes) == 0 && !s.p.gives && !s.p.spread {
			lit = s.done.use()
		}
		b.line("%s.Hook = %s", g.conn(b), lit)
	}
}

// useInside uses the cleanup in a loop or on a condition.
func (g *gen) useInside(b *block, s *site, use int) {
	switch use {
	case 4:
		in := newBlock(b.fn, b)
		in.loops++
		in.line("%s%s", of(g.t, "", "defer "), g.callOf(in, s.p, s.done.use()))
		b.line("for range 2 %s", in.text())
	case 7:
		g.nest(b, "if "+g.cond(b), func(in *block) { in.line("defer %s", g.callOf(in, s.p, s.done.use())) }, "")
	case 9:
		v := &variable{name: g.fresh(b, funcKind), kind: funcKind, used: true, fixed: true, noTouch: true}
		b.line("%s := []%s{%s}", v.name, s.p.cleanupType(nil), s.done.use())
		b.vars = append(b.vars, v)
		in := newBlock(b.fn, b)
		in.loops++
		in.line("%s", g.callOf(in, s.p, "f"))
		b.line("for _, f := range %s %s", v.name, in.text())
	}
}

// useCopy defers the cleanup by way of a call, a variable or a field.
func (g *gen) useCopy(b *block, s *site, use int) {
	switch use {
	case 5:
		b.line("defer %s", g.callOf(b, s.p, "Hold("+s.done.use()+")"))
	case 6:
		v := &variable{name: g.fresh(b, funcKind), kind: funcKind, used: true, fixed: true, noTouch: true}
		b.line("%s := %s", v.name, s.done.use())
		b.vars = append(b.vars, v)
		b.line("defer %s", g.callOf(b, s.p, v.name))
	case 10:
		g.gone++
		name := fmt.Sprint("held", g.gone)
		b.line("%s := struct{ end %s }{%s}", name, s.p.cleanupType(nil), s.done.use())
		b.line("defer %s", g.callOf(b, s.p, name+".end"))
	}
}

// direct calls the cleanup, if b can name it, sometimes with a look at what it
// gives.
func (g *gen) direct(b *block, s *site) {
	if b.ended || !b.names(s.done) {
		return
	}
	call := g.callOf(b, s.p, s.done.use())
	if s.p.gives {
		switch g.t.pick(3, 3, 2, 1, 3) {
		case 4:
			g.inSlot(b, CallOfVariable, call, s.p)
			return
		case 1:
			call = "fmt.Println(" + g.label() + ", " + call + ")"
		case 2:
			call = g.place(b, errKind) + " = " + call
		case 3:
			if err := g.anyOf(b, errKind); err != nil && !err.fixed && g.t.oneIn(2) { // an earlier error counts more
				b.line("if e := %s; %s == nil {\n%s = e\n}", call, err.use(), err.name)
				return
			}
			g.nest(b, "if e := "+call+"; e != nil", func(in *block) { g.trace(in) }, "")
			return
		}
	}
	b.line("%s", call)
}

// after changes what the call may have got, once the cleanup is deferred.
func (g *gen) after(b *block) {
	if g.t.oneIn(2) {
		g.assign(b)
	}
}
