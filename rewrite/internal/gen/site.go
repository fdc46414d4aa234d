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
			t := g.typeOf(k)
			if i == p.cleanup {
				t = g.cleanupType(p, nil)
			}
			f.types = append(f.types, t)
		}
	default:
		f.types = []string{g.cleanupType(p, nil)}
	}
	b.line("{\n%s\n}", f.in(s.Text))
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

// remark returns a comment behind a statement, sometimes.
func (g *gen) remark() string {
	if g.t.oneIn(24) {
		return " //nolint:errcheck"
	}
	return ""
}

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
				inst = "[" + g.typeOf(k) + "]"
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
	if g.home == "" || g.t.oneIn(4) || len(b.visible(func(v *variable) bool { return v.name == g.home })) > 0 {
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
	b.line("%s := %s%s", strings.Join(names, ", "), call, g.remark())
	b.declare(fresh...)
	if g.t.oneIn(32) { // or another cleanup
		g.nest(b, "if "+g.cond(b), func(in *block) { in.line("%s = %s", strings.Join(names, ", "), g.call(in, p)) }, "")
	}
	g.consume(b, s)
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
			b.line("var %s %s", v.name, g.cleanupType(p, nil))
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
	case s.err != nil && !s.p.nilFine && !(stale && s.p.nilFails) && g.names(b, s.err):
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

func (g *gen) useOnce(b *block, s *site) {
	if b.ended || !g.names(b, s.done) {
		return
	}
	if s.p.gives && b.fn.give == nil && slices.Equal(b.fn.results, []kind{errKind}) && g.t.oneIn(6) {
		b.line("return %s", g.callOf(b, s.p, s.done.use()))
		b.ended = true
		return
	}
	if s.p.gives && b.fn.give == nil && slices.Equal(b.fn.results, []kind{intKind, errKind}) && g.t.oneIn(6) {
		b.line("return %s, %s", g.traced("1"), g.callOf(b, s.p, s.done.use()))
		b.ended = true
		return
	}
	if g.t.below(6) > 0 {
		b.line("defer %s%s", g.callOf(b, s.p, s.done.use()), g.remark())
		g.after(b)
		return
	}
	switch g.t.pick(4, 3, 3, 2, 1, 1, 1, 1, 1, 1, 1, 6, 1, 1) {
	case 0:
		g.direct(b, s)
	case 11:
		g.inSlot(b, CallOfVariable, g.callOf(b, s.p, s.done.use()), s.p)
	case 12:
		g.inSlot(b, Variable, s.done.use(), s.p)
	case 13:
		g.inSlot(b, TestOfVariable, s.done.use()+of(g.t, " != nil", " == nil"), s.p)
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
	case 4:
		in := newBlock(b.fn, b)
		in.loops++
		in.line("%s%s", of(g.t, "", "defer "), g.callOf(in, s.p, s.done.use()))
		b.line("for range 2 %s", in.text())
	case 5:
		b.line("defer %s", g.callOf(b, s.p, "Hold("+s.done.use()+")"))
	case 6:
		v := &variable{name: g.fresh(b, funcKind), kind: funcKind, used: true, fixed: true, noTouch: true}
		b.line("%s := %s", v.name, s.done.use())
		b.vars = append(b.vars, v)
		b.line("defer %s", g.callOf(b, s.p, v.name))
	case 7:
		g.nest(b, "if "+g.cond(b), func(in *block) { in.line("defer %s", g.callOf(in, s.p, s.done.use())) }, "")
	case 8: // whoever fires the hook calls it, or nobody
		lit := g.literal(b, hookRole, "", "", func(in *block) { g.direct(in, s) })
		if len(s.p.takes) == 0 && !s.p.gives && !s.p.spread {
			lit = s.done.use()
		}
		b.line("%s.Hook = %s", g.conn(b), lit)
	case 9:
		v := &variable{name: g.fresh(b, funcKind), kind: funcKind, used: true, fixed: true, noTouch: true}
		b.line("%s := []%s{%s}", v.name, g.cleanupType(s.p, nil), s.done.use())
		b.vars = append(b.vars, v)
		in := newBlock(b.fn, b)
		in.loops++
		in.line("%s", g.callOf(in, s.p, "f"))
		b.line("for _, f := range %s %s", v.name, in.text())
	case 10:
		g.gone++
		name := fmt.Sprint("held", g.gone)
		b.line("%s := struct{ end %s }{%s}", name, g.cleanupType(s.p, nil), s.done.use())
		b.line("defer %s", g.callOf(b, s.p, name+".end"))
	}
	g.after(b)
}

// direct calls the cleanup, if b can name it, sometimes with a look at what it
// gives.
func (g *gen) direct(b *block, s *site) {
	if b.ended || !g.names(b, s.done) {
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
