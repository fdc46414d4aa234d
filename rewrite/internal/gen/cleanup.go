package gen

import (
	"strings"
)

// A making is a prepare function under construction.
type making struct {
	*gen
	p     *prepare
	named []*variable // results, nil if they have no names
	live  *variable   // holds the cleanup; nil if none does yet
	inner *site       // another cleanup, for this one to run

	reason string // the error that a return passes on; "" to make one

	// stop and stopped are the channels of a goroutine that the cleanup ends,
	// nil if there is none.
	stop, stopped *variable
}

// cleanup returns the literal that is the cleanup.
func (m *making) cleanup(b *block) string {
	p := m.p
	var names []string
	f := &fn{role: cleanupRole, up: b, limit: b.fn.limit}
	in := newBlock(f, b)
	for _, k := range p.takes {
		v := &variable{name: map[kind]string{errKind: "cause", perrKind: "outer", intKind: "code", boolKind: "cached"}[k], kind: k, used: true}
		in.vars = append(in.vars, v)
		names = append(names, v.name)
	}
	if p.spread {
		in.vars = append(in.vars, &variable{name: "codes", kind: sliceKind, used: true})
		names = append(names, "codes")
	}
	if names == nil {
		names = []string{}
	}
	if p.gives {
		f.results = []kind{errKind}
	}
	m.mark(in)
	m.body(in)
	if !in.ended {
		m.mark(in)
	}
	if p.gives && !in.ended {
		m.giveBack(in)
	}
	text := in.text()
	if m.t.oneIn(12) {
		text = "{ // undo it" + text[1:]
	}
	return p.cleanupType(names) + " " + text
}

// mark writes a call that another cleanup of the function may have, too, or by which they differ.
func (m *making) mark(b *block) {
	switch m.t.pick(6, 2, 1) {
	case 1:
		b.line("Pool[0].Flush()")
	case 2:
		b.line("%s.Sync()", m.conn(b))
	}
}

// body writes what a cleanup does: it traces much of what it can see, then
// does something.
func (m *making) body(b *block) {
	if m.t.oneIn(8) {
		m.borrow(b)
	}
	args := []string{m.label()}
	vars := b.printed()
	if len(vars) > 0 {
		m.t.list(0, 4, func() { args = append(args, m.show(of(m.t, vars...))) })
	}
	b.line("fmt.Println(%s)", strings.Join(args, ", "))
	for _, v := range vars {
		if v.kind == perrKind && !v.nilable && m.t.oneIn(2) {
			m.nest(b, "if *"+v.use()+of(m.t, " == nil", " != nil"), func(in *block) {
				in.line("*%s = %s", v.name, m.fail())
			}, "")
		}
	}
	if m.stop != nil && b.names(m.stop) && b.names(m.stopped) && m.t.below(4) > 0 {
		b.line("close(%s)\n<-%s", m.stop.use(), m.stopped.use())
	}
	if v := m.anyOf(b, onceKind); v != nil && m.t.below(4) > 0 {
		b.line("%s.Do(%s)", v.use(), m.literal(b, literalRole, "", "", func(in *block) { m.undo(in) }))
		return
	}
	m.undo(b)
}

// borrow sets a variable that the cleanup captures, before anything reads it, as a cleanup
// does that uses the err of the function around for its own errors.
func (m *making) borrow(b *block) {
	vars := b.visible(func(v *variable) bool {
		return (v.kind == errKind || v.kind == intKind || v.kind == strKind) && !v.fixed && b.own(v.name) == nil
	})
	if len(vars) == 0 {
		return
	}
	v := of(m.t, vars...)
	b.line("%s = %s", v.name, notSelf(v.name, m.expr(b, v.kind)))
	if m.t.oneIn(2) {
		b.line("fmt.Println(%s, %s)", m.label(), m.show(v))
	}
}

// undo writes what a cleanup does besides telling what it sees.
func (m *making) undo(b *block) {
	if s := m.inner; s != nil && b.names(s.done) {
		call := m.callOf(b, s.p, s.done.use())
		if s.p.mayBeNil() {
			call = "if " + s.done.name + " != nil {\n" + call + "\n}"
		} else if m.t.oneIn(2) {
			call = "defer " + call
		}
		b.line("%s", call)
	}
	if m.t.oneIn(8) {
		m.nest(b, "if r := recover(); r != nil", func(in *block) { in.line("fmt.Println(%s, r)", m.label()) }, "")
	}
	if m.t.oneIn(2) {
		m.stmts(b, 3)
	}
	if m.t.oneIn(12) && !b.ended {
		b.line("%s.Fire()", m.conn(b))
	}
}
