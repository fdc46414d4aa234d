package gen

import (
	"fmt"
	"slices"
	"strings"
)

// prepareFunc writes the declaration of p, which may call the prepare functions
// before the i-th.
func (g *gen) prepareFunc(p *prepare, i int) string {
	m := &making{gen: g, p: p}
	f := &fn{role: prepareRole, limit: i, results: p.results}
	b := newBlock(f, nil)

	recv := ""
	if !p.isFunc() {
		v := &variable{name: map[kind]string{connKind: "c", partKind: "pt", ppartKind: "ref", cellKind: "q"}[p.recv], kind: p.recv, used: true}
		switch g.t.pick(16, 1, 1) {
		case 0:
			b.vars = append(b.vars, v)
			recv = "(" + v.name + " " + v.kind.goType() + ") "
		case 1:
			recv = "(_ " + v.kind.goType() + ") "
		case 2:
			recv = "(" + v.kind.goType() + ") "
		}
	}
	var params []string
	for j, v := range p.params {
		for b.own(v.name) != nil {
			v.name += "2"
		}
		v := *v
		t := v.kind.goType()
		if g.t.oneIn(24) {
			v.name = "_"
		} else {
			b.vars = append(b.vars, &v)
		}
		if p.variadic && j == len(p.params)-1 {
			t = "..." + strings.TrimPrefix(t, "[]")
		}
		params = append(params, v.name+" "+t)
	}
	results := m.results(b)
	generic := ""
	if p.generic {
		generic = "[T any]"
	}
	f.give = m.idle
	f.stay = p.idle == never && (p.forward != nil || !g.t.oneIn(6))

	m.trace(b)
	m.stmts(b, 3)
	if g.t.oneIn(3) && p.idle != never {
		m.nest(b, "if "+m.cond(b), func(in *block) { m.giveBack(in) }, "")
	}
	for range g.t.below(3) {
		m.local(b, of(g.t, valueKinds()...))
	}
	if q := m.anyOf(b, cellKind); q != nil && g.t.oneIn(2) {
		v := m.newVar(b, anyKind)
		b.line("%s := %s.V", v.name, q.use())
		b.declare(v)
	}
	m.acquire(b, i)
	if p.forward != nil {
		m.forwarderBody(b)
	} else {
		m.finish(b)
	}
	m.mayForget(b)
	doc := ""
	if g.t.oneIn(3) {
		doc = "// " + p.name + " hands out a cleanup.\n"
	}
	return fmt.Sprintf("%sfunc %s%s%s(%s) %s %s\n", doc, recv, p.name, generic, g.group(params), results, b.text())
}

// acquire writes statements by which a prepare function gets what its cleanup is to release.
func (m *making) acquire(b *block, i int) {
	if i > 0 && m.t.oneIn(4) {
		m.chain(b, i)
	}
	if m.t.oneIn(10) {
		m.worker(b)
	}
	if m.t.oneIn(4) {
		m.attempt(b)
	}
	if m.t.oneIn(10) {
		v := m.newVar(b, onceKind)
		v.fixed, v.noTouch = true, true
		b.line(of(m.t, "var %s sync.Once", "%s := new(sync.Once)"), v.name)
		b.declare(v)
	}
}

// made hands out something that is made of a cleanup.
func (m *making) made(b *block) {
	p := m.p
	lit := m.cleanup(b)
	if len(p.takes) == 0 && !p.spread && !p.gives && m.t.oneIn(2) {
		lit = "sync.OnceFunc(" + lit + ")"
	} else {
		lit = "Hold(" + lit + ")"
	}
	b.line("%s", m.give(b, lit, false))
}

// mayForget notes that a deferred literal may set the error to nil that goes with a nil
// cleanup.
func (m *making) mayForget(b *block) {
	if m.named != nil && m.p.nilFails && strings.Contains(b.text(), "defer func") {
		m.p.nilFine = true
	}
}

// results declares the named results in b, and returns the result list.
func (m *making) results(b *block) string {
	p := m.p
	if !m.t.oneIn(4) {
		var ts []string
		for _, k := range p.results {
			if k == funcKind {
				ts = append(ts, p.cleanupType(nil))
			} else {
				ts = append(ts, k.goType())
			}
		}
		if len(ts) == 1 {
			return ts[0]
		}
		return "(" + strings.Join(ts, ", ") + ")"
	}
	var rs []string
	for _, k := range p.results {
		v := &variable{kind: k, used: true, nilable: true}
		t := k.goType()
		switch k {
		case funcKind:
			v.name, v.fixed, v.noTouch = "done", true, true
			t = p.cleanupType(nil)
		case errKind:
			v.name = "err"
		case boolKind:
			v.name = "ok"
		default:
			v.name = "out"
		}
		if b.own(v.name) != nil {
			v.name += "Out"
		}
		m.named = append(m.named, v)
		rs = append(rs, v.name+" "+t)
	}
	b.fn.named = m.named
	b.vars = append(b.vars, m.named...)
	return "(" + m.group(rs) + ")"
}

// group joins declarations of parameters, sometimes those of one type under one
// mention of it.
func (g *gen) group(fields []string) string {
	for i := len(fields) - 1; i > 0; i-- {
		name, typ, _ := strings.Cut(fields[i-1], " ")
		if _, next, _ := strings.Cut(fields[i], " "); typ == next && g.t.oneIn(2) {
			fields[i-1] = name
		}
	}
	return strings.Join(fields, ", ")
}

// chain calls another prepare function, whose cleanup this one is to run.
func (m *making) chain(b *block, limit int) {
	s, names, fresh := m.targets(b, m.prepares[m.t.below(limit)], true)
	b.line("%s := %s", strings.Join(names, ", "), m.call(b, s.p))
	b.declare(fresh...)
	m.inner = s
}

// attempt obtains something that may not be had, as files and connections may not. Then
// prepare returns at once, with the error that it got, or one that is made of it.
func (m *making) attempt(b *block) {
	ref, err := m.newVar(b, ppartKind), m.newVar(b, errKind)
	for err.name == ref.name {
		err = m.newVar(b, errKind)
	}
	alone := m.t.oneIn(4) // nothing after the statement uses what was obtained
	if old := b.own("err"); old != nil && old.kind == errKind && !alone && m.t.oneIn(2) {
		err = old
	}
	obtain := fmt.Sprintf("%s, %s := Attempt(%s, %s)", ref.name, err.name, m.label(), m.intExpr(b))
	failed := func(in *block) {
		m.reason = of(m.t, err.use(), "fmt.Errorf(\"attempt: %w\", "+err.use()+")")
		ref.nilable = true
		if m.t.oneIn(3) {
			m.trace(in)
		}
		in.line("%s", m.idle(in))
		m.reason, ref.nilable = "", false
	}
	if alone {
		scope := newBlock(b.fn, b)
		scope.vars = append(scope.vars, ref, err)
		then, other := newBlock(b.fn, scope), newBlock(b.fn, scope)
		failed(then)
		other.line("%s.A++", ref.use())
		m.trace(other)
		b.line("if %s; %s != nil %s else %s", obtain, err.name, then.text(), other.text())
		return
	}
	b.line("%s", obtain)
	b.declare(ref)
	if b.own(err.name) == nil {
		b.declare(err)
	}
	m.nest(b, "if "+err.use()+" != nil", failed, "")
}

// worker starts a goroutine that runs until the cleanup ends it, and waits for that.
func (m *making) worker(b *block) {
	for _, v := range []**variable{&m.stop, &m.stopped} {
		*v = m.newVar(b, chanKind)
		(*v).fixed, (*v).noTouch = true, true
		b.line("%s := make(chan bool)", (*v).name)
		b.declare(*v)
	}
	b.line("go %s()", m.literal(b, hookRole, "", "", func(in *block) {
		in.line("defer close(%s)", m.stopped.use())
		in.line("defer func() { recover() }()") // else whoever waits races with the end of the process
		in.line("<-%s", m.stop.use())
		m.trace(in)
	}))
}

// finish writes the part of a prepare function in which the cleanup is made and
// handed out.
func (m *making) finish(b *block) {
	p := m.p
	switch m.t.pick(20, 24, 4, 4, 5, 1, 2, 1, 3, 4) {
	case 0:
		b.line("%s", m.give(b, m.cleanup(b), false))
	case 1: // a variable, which prepare may use itself
		v := &variable{name: m.fresh(b, funcKind), kind: funcKind, used: true, fixed: true, noTouch: true}
		if lit := m.cleanup(b); m.t.oneIn(4) {
			b.line("var %s %s = %s", v.name, p.cleanupType(nil), lit)
		} else {
			b.line("%s := %s", v.name, lit)
		}
		b.vars = append(b.vars, v)
		m.middle(b, v)
	case 2: // different cleanups on different returns
		m.nest(b, "if "+m.cond(b), func(in *block) {
			m.stmts(in, 2)
			in.line("%s", m.give(in, m.cleanup(in), false))
		}, "")
		m.stmts(b, 2)
		b.line("%s", m.give(b, m.cleanup(b), false))
	case 3: // made in an inner block or in a loop
		m.loopOrBlock(b)
		b.line("%s", m.idle(b))
	case 4: // assigned to a variable that exists already
		if m.named != nil {
			v := m.named[p.cleanup]
			b.line("%s = %s", v.name, m.cleanup(b))
			m.middle(b, v)
			return
		}
		v := &variable{name: m.fresh(b, funcKind), kind: funcKind, used: true, fixed: true, noTouch: true}
		b.vars = append(b.vars, v) // so that the other gets another name
		switch n := m.newVar(b, intKind); m.t.pick(3, 1, 1) {
		case 0:
			b.line("var %s %s", v.name, p.cleanupType(nil))
		case 1:
			b.line("var (\n%s int\n%s %s\n)", n.name, v.name, p.cleanupType(nil))
			b.declare(n)
		case 2:
			b.line("var %s, _ %s", v.name, p.cleanupType(nil))
		}
		m.stmts(b, 1)
		b.line("%s = %s", v.name, m.cleanup(b))
		m.middle(b, v)
	case 5: // something made of the literal
		m.made(b)
	case 7: // now a literal, now a method
		m.nest(b, "if "+m.cond(b), func(in *block) { in.line("%s", m.give(in, m.cleanup(in), false)) }, "")
		lit := m.conn(b) + ".Fire"
		if len(p.takes) > 0 || p.gives || p.spread {
			lit = m.cleanup(b)
		}
		b.line("%s", m.give(b, lit, false))
	case 8: // a method
		m.method(b)
	case 9: // one cleanup or another, or none
		m.choice(b)
	case 6: // what another one hands out, on a condition
		if q := m.twin(b.fn.limit); q != nil {
			m.nest(b, "if "+m.cond(b), func(in *block) {
				in.line("return %s", m.call(in, q))
				in.ended = true
			}, "")
		}
		b.line("%s", m.give(b, m.cleanup(b), false))
	}
}

// twin returns an earlier prepare function with the same results, or nil.
func (m *making) twin(limit int) *prepare {
	for _, q := range m.prepares[:limit] {
		if slices.Equal(q.results, m.p.results) && q.cleanupType(nil) == m.p.cleanupType(nil) {
			m.p.nilFails, m.p.nilFine = m.p.nilFails || q.nilFails, m.p.nilFine || q.nilFine
			return q
		}
	}
	return nil
}

// middle writes what stands after the making of a cleanup that v holds:
// assignments, uses within prepare itself, and the return that hands it out.
func (m *making) middle(b *block, v *variable) {
	m.live = v
	m.stmts(b, 2)
	if p := m.p; len(p.takes) == 0 && !p.gives && !p.spread && m.t.oneIn(30) {
		b.line("%s.Hook = %s", m.conn(b), v.name)
	}
	if m.named != nil && m.p.err >= 0 && b.names(m.named[m.p.err]) && v != m.named[m.p.cleanup] && m.t.oneIn(3) {
		b.line("defer %s()", m.literal(b, literalRole, "", "", func(in *block) {
			m.nest(in, "if "+m.named[m.p.err].use()+" != nil", func(in *block) {
				in.line("%s", m.callOf(in, m.p, v.name))
			}, "")
		}))
	}
	if m.t.oneIn(4) {
		m.nest(b, "if "+m.cond(b), func(in *block) {
			call := m.callOf(in, m.p, v.name)
			forms := []string{call, "defer " + call, "defer func() {\n" + call + "\n}()"}
			if m.named != nil && v == m.named[m.p.cleanup] {
				forms = forms[:2] // a return of nil sets the variable
			}
			in.line("%s", of(m.t, forms...))
			m.stmts(in, 1)
			if !in.ended {
				in.line("%s", m.idle(in))
			}
		}, "")
	}
	m.stmts(b, 2)
	if m.named != nil && m.t.oneIn(2) && v == m.named[m.p.cleanup] {
		for _, r := range m.named {
			if r != v && !r.kind.safe() {
				b.line("%s = %s", r.name, m.expr(b, r.kind))
			}
		}
		b.line("return")
		return
	}
	b.line("%s", m.give(b, v.name, false))
}

// loopOrBlock hands out the cleanup from within an inner block.
func (m *making) loopOrBlock(b *block) {
	if m.p.idle == never {
		m.p.idle = absent
	}
	switch m.t.below(3) {
	case 0:
		m.nest(b, "if "+m.cond(b), func(in *block) {
			m.local(in, of(m.t, valueKinds()...))
			m.stmts(in, 2)
			in.line("%s", m.give(in, m.cleanup(in), false))
		}, "")
	case 1:
		v := &variable{name: m.fresh(b, intKind), kind: intKind, used: true}
		outer := newBlock(b.fn, b)
		outer.vars = append(outer.vars, v)
		in := newBlock(b.fn, outer)
		in.loops++
		m.stmts(in, 2)
		cond := v.name + " == 1"
		if own := in.own(v.name); own != nil && own.kind != intKind {
			cond = m.cond(in)
		}
		m.nest(in, "if "+cond, func(in *block) {
			in.line("%s", m.give(in, m.cleanup(in), false))
		}, "")
		body := in.text()
		if in.own(v.name) != nil { // that is what the condition asks
			body = "{\n_ = " + v.name + body[1:]
		}
		b.line("for %s := range 3 %s", v.name, body)
	case 2:
		in := newBlock(b.fn, b)
		m.stmts(in, 2)
		in.line("%s", m.give(in, m.cleanup(in), false))
		b.line("switch %s {\ncase 0:\n%s\n}", m.intExpr(b), strings.Join(in.close(), "\n"))
	}
}

// idle returns a return statement that hands out no cleanup, or one that does
// nothing; a live one where the protocol knows no other.
func (m *making) idle(b *block) string {
	p := m.p
	b.ended = true
	live := ""
	if m.live != nil && b.names(m.live) {
		live = m.live.name
	}
	switch {
	case live != "" && (p.idle == never || m.t.oneIn(3)):
		return m.give(b, live, p.tells() && m.t.oneIn(3))
	case p.idle == never:
		return m.give(b, m.cleanup(b), false)
	case p.idle == harmless || p.idle == anyhow && m.t.oneIn(2):
		return m.give(b, m.nothing(), p.tells() && m.t.below(4) > 0)
	}
	fails := p.idle == failing || p.tells() && (m.reason != "" || m.t.oneIn(2))
	if fails {
		p.nilFails = true
	} else {
		p.nilFine = true
	}
	return m.give(b, "nil", fails)
}

// give returns a return statement that hands out the cleanup. An error goes
// with it if it fails.
func (m *making) give(b *block, cleanup string, fails bool) string {
	b.ended = true
	var es []string
	for i, k := range m.p.results {
		switch {
		case i == m.p.cleanup:
			es = append(es, cleanup)
		case i == m.p.err && fails && m.reason != "":
			es = append(es, m.reason)
		case i == m.p.err && fails:
			es = append(es, m.fail())
		case i == m.p.err && m.t.oneIn(12):
			es = append(es, m.expr(b, errKind))
		case i == m.p.err:
			es = append(es, "nil")
		case i == m.p.ok && cleanup != "nil" && m.t.oneIn(16):
			es = append(es, m.expr(b, boolKind))
		case i == m.p.ok:
			es = append(es, fmt.Sprint(!fails))
		default:
			es = append(es, m.expr(b, k))
		}
	}
	return "return " + strings.Join(es, ", ")
}
