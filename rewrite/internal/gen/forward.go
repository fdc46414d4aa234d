package gen

import (
	"slices"
	"strings"
)

// forwarder chooses the signature of the i-th prepare function, if that forwards the cleanup
// of an earlier one.
func (g *gen) forwarder(i int) *prepare {
	p := g.signature(i)
	q := of(g.t, g.prepares...)
	p.forward = q
	p.takes, p.spread, p.gives, p.named = q.takes, q.spread, q.gives, q.named
	if g.t.oneIn(2) {
		p.results, p.cleanup, p.err, p.ok = q.results, q.cleanup, q.err, q.ok
	}
	if p.idle == failing && !p.tells() {
		p.idle = harmless
	}
	return p
}

// forwarderBody writes the part of a forwarder in which it calls the other function and returns its
// cleanup.
func (m *making) forwarderBody(b *block) {
	p, q := m.p, m.p.forward
	if slices.Equal(p.results, q.results) && p.cleanup == q.cleanup {
		switch m.t.below(4) {
		case 0:
			p.nilFails, p.nilFine = p.nilFails || q.nilFails, p.nilFine || q.nilFine
			b.line("return %s", m.call(b, q))
			b.ended = true
			return
		case 1:
			if m.named == nil || slices.ContainsFunc(m.named, func(v *variable) bool { return !b.names(v) }) {
				break
			}
			p.nilFails, p.nilFine = p.nilFails || q.nilFails, p.nilFine || q.nilFine
			var names []string
			for _, v := range m.named {
				names = append(names, v.name)
			}
			b.line("%s = %s", strings.Join(names, ", "), m.call(b, q))
			m.trace(b)
			b.line("return")
			b.ended = true
			return
		}
	}
	if len(q.results) == 1 && m.t.oneIn(2) {
		p.nilFine = p.nilFine || q.mayBeNil()
		b.line("%s", m.give(b, m.call(b, q), false))
		return
	}
	s, names, fresh := m.targets(b, q, true)
	b.line("%s := %s", strings.Join(names, ", "), m.call(b, q))
	b.declare(fresh...)
	s.done.used = true
	mayBeNil := q.nilFine
	if s.err != nil && m.t.below(4) > 0 {
		m.nest(b, "if "+s.fails(), func(in *block) {
			if p.err >= 0 && s.err.kind == errKind {
				m.reason = s.err.use()
			}
			in.line("%s", m.idle(in))
			m.reason = ""
		}, "")
	} else {
		mayBeNil = q.mayBeNil()
	}
	if mayBeNil {
		p.nilFine = true
		b.line("%s", m.give(b, s.done.name, false))
		return
	}
	m.middle(b, s.done)
}

// choice hands out a variable that holds one cleanup or another, or none.
func (m *making) choice(b *block) {
	p := m.p
	v := &variable{name: m.fresh(b, funcKind), kind: funcKind, used: true, fixed: true, noTouch: true}
	switch m.t.below(3) {
	case 0:
		b.line("%s := %s", v.name, m.nothing())
	case 1:
		b.line("var %s %s", v.name, p.cleanupType(nil))
		p.nilFine = true
	case 2:
		b.line("%s := %s", v.name, m.cleanup(b))
	}
	b.vars = append(b.vars, v)
	m.stmts(b, 1)
	set := func(in *block) { in.line("%s = %s", v.name, m.cleanup(in)) }
	m.nest(b, "if "+m.cond(b), set, "")
	if m.t.oneIn(4) {
		m.nest(b, "if "+m.cond(b), set, "")
	}
	m.stmts(b, 1)
	b.line("%s", m.give(b, v.name, false))
}

// nothing returns a cleanup that does nothing.
func (m *making) nothing() string {
	p := m.p
	if len(p.takes) == 0 && !p.spread && !p.gives && !p.named && m.t.oneIn(3) {
		return of(m.t, "noop", "doNothing")
	}
	params := make([]string, len(p.takes)+1)
	for i := range params {
		params[i] = "_"
	}
	body := "{}"
	if p.gives {
		body = "{ return nil }"
	}
	return p.cleanupType(params) + " " + body
}

// method hands out a method value, if the type of the cleanup is that of a method.
func (m *making) method(b *block) {
	if len(m.p.takes) > 0 || m.p.gives || m.p.spread {
		b.line("%s", m.give(b, m.cleanup(b), false))
		return
	}
	b.line("%s", m.give(b, m.conn(b)+of(m.t, ".Fire", ".Bump", ".Part.Bump"), false))
}
