package gen

import (
	"fmt"
	"slices"
	"strings"
)

// A prepare is a prepare function, as its callers know it.
type prepare struct {
	name     string
	recv     kind // connKind, partKind (by value), ppartKind, cellKind; intKind if it is a function
	generic  bool // has a type parameter T, which it infers from its first parameter
	params   []*variable
	variadic bool // the last parameter, a slice
	results  []kind
	cleanup  int // index of the cleanup among the results
	err      int // index of the error, -1 if none
	ok       int // index of a bool that tells success, -1 if none
	takes    []kind
	spread   bool // the cleanup takes a variadic list of numbers
	gives    bool // the cleanup returns an error
	named    bool // the cleanup has a named type

	idle     idleness
	nilFails bool // it may return a nil cleanup, with an error
	nilFine  bool // it may return a nil cleanup, without one
}

// An idleness says what a prepare function hands out when there is nothing to
// clean up.
type idleness int

const (
	never    idleness = iota // there always is
	failing                  // nil, with an error
	harmless                 // an empty literal, with or without an error
	absent                   // nil, with or without an error
	anyhow                   // one or the other
)

// tells reports whether a result of p tells failure.
func (p *prepare) tells() bool { return p.err >= 0 || p.ok >= 0 }

// mayBeNil reports whether the cleanup may be nil. Nobody calls such a one without a
// look at the error, or at the cleanup.
func (p *prepare) mayBeNil() bool { return p.nilFails || p.nilFine }

// isFunc reports whether p is a function, not a method.
func (p *prepare) isFunc() bool { return p.recv == intKind }

// cleanupType returns the type of the cleanup: its signature, or its name.
func (g *gen) cleanupType(p *prepare, names []string) string {
	if p.named && names == nil {
		return "Cleanup"
	}
	var params []string
	for i, k := range p.takes {
		t := g.typeOf(k)
		if names != nil {
			t = names[i] + " " + t
		}
		params = append(params, t)
	}
	if p.spread {
		t := "...int"
		if names != nil {
			t = names[len(names)-1] + " " + t
		}
		params = append(params, t)
	}
	s := "func(" + strings.Join(params, ", ") + ")"
	if p.gives {
		s += " error"
	}
	return s
}

// signature chooses what the i-th prepare function takes and returns.
func (g *gen) signature(i int) *prepare {
	t := g.t
	p := &prepare{name: g.top(g.verbs[i] + g.nouns[i]), err: -1, ok: -1}
	if g.far {
		p.name = exported(p.name)
	}
	p.recv = []kind{intKind, connKind, partKind, ppartKind, cellKind}[t.pick(6, 6, 3, 3, 1)]
	add := func(name string, k kind) {
		p.params = append(p.params, &variable{name: name, kind: k, used: true})
	}
	if p.isFunc() && t.oneIn(8) {
		p.generic = true
		add("v", anyKind)
	}
	t.list(0, 2, func() {
		k := of(t, intKind, strKind, intKind, strKind, boolKind, partKind, connKind, arrKind, sliceKind, pintKind, ppartKind, byteKind, fnKind)
		name := of(t, namesOf(k)...)
		if k == connKind {
			name = of(t, "peer", "sock")
		}
		for slices.ContainsFunc(p.params, func(v *variable) bool { return v.name == name }) {
			name += "2"
		}
		add(name, k)
	})
	if t.oneIn(3) {
		add(of(t, "errp", "err"), perrKind)
	}
	if t.oneIn(12) {
		add("rest", sliceKind)
		p.variadic = true
	}

	// The cleanup and the results around it.
	switch t.pick(20, 6, 3, 3, 2, 2, 1, 1, 1) {
	case 1:
		p.gives = true
	case 2:
		p.takes = []kind{errKind}
	case 3:
		p.takes = []kind{perrKind}
	case 4:
		p.takes = []kind{intKind}
	case 5:
		p.named = true
	case 6:
		p.spread = true
	case 7:
		p.takes = []kind{intKind, perrKind}
	case 8:
		p.takes, p.gives = []kind{errKind, boolKind}, true
	}
	switch value := of(t, intKind, strKind, partKind, arrKind, connKind, byteKind); t.pick(12, 18, 9, 9, 3, 2, 3, 1) {
	case 1:
		p.results = []kind{funcKind, errKind}
		p.err = 1
	case 2:
		p.results = []kind{value, funcKind, errKind}
		p.cleanup, p.err = 1, 2
	case 3:
		p.results = []kind{of(t, intKind, strKind, sliceKind, connKind, ppartKind), funcKind}
		p.cleanup = 1
	case 4:
		p.results = []kind{funcKind, value, errKind}
		p.err = 2
	case 5:
		p.results = []kind{funcKind, value}
	case 6:
		p.results = []kind{funcKind, boolKind}
		p.ok = 1
	case 7:
		p.results = []kind{value, funcKind, boolKind}
		p.cleanup, p.ok = 1, 2
	default:
		p.results = []kind{funcKind}
	}

	p.idle = idleness(t.pick(4, 6, 4, 1, 1))
	if p.idle == failing && !p.tells() {
		p.idle = harmless
	}
	return p
}

// A making is a prepare function under construction.
type making struct {
	*gen
	p     *prepare
	named []*variable // results, nil if they have no names
	live  *variable   // holds the cleanup; nil if none does yet
	inner *site       // another cleanup, for this one to run

	// stop and stopped are the channels of a goroutine that the cleanup ends,
	// nil if there is none.
	stop, stopped *variable
}

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
			recv = "(" + v.name + " " + g.typeOf(v.kind) + ") "
		case 1:
			recv = "(_ " + g.typeOf(v.kind) + ") "
		case 2:
			recv = "(" + g.typeOf(v.kind) + ") "
		}
	}
	var params []string
	for j, v := range p.params {
		if b.own(v.name) != nil {
			v.name += "2"
		}
		v := *v
		t := g.typeOf(v.kind)
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
	f.stay = p.idle == never && !g.t.oneIn(6)

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
	if i > 0 && g.t.oneIn(4) {
		m.chain(b, i)
	}
	if g.t.oneIn(10) {
		m.worker(b)
	}
	if g.t.oneIn(10) {
		v := g.newVar(b, onceKind)
		v.fixed, v.noTouch = true, true
		b.line(of(g.t, "var %s sync.Once", "%s := new(sync.Once)"), v.name)
		b.declare(v)
	}
	m.finish(b)
	doc := ""
	if g.t.oneIn(3) {
		doc = "// " + p.name + " hands out a cleanup.\n"
	}
	return fmt.Sprintf("%sfunc %s%s%s(%s) %s %s\n", doc, recv, p.name, generic, g.group(params), results, b.text())
}

// results declares the named results in b, and returns the result list.
func (m *making) results(b *block) string {
	p := m.p
	if !m.t.oneIn(4) {
		var ts []string
		for _, k := range p.results {
			if k == funcKind {
				ts = append(ts, m.cleanupType(p, nil))
			} else {
				ts = append(ts, m.typeOf(k))
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
		t := m.typeOf(k)
		switch k {
		case funcKind:
			v.name, v.fixed, v.noTouch = "done", true, true
			t = m.cleanupType(p, nil)
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
	switch m.t.pick(20, 24, 4, 4, 5, 1, 2, 1) {
	case 0:
		b.line("%s", m.give(b, m.cleanup(b), false))
	case 1: // a variable, which prepare may use itself
		v := &variable{name: m.fresh(b, funcKind), kind: funcKind, used: true, fixed: true, noTouch: true}
		if lit := m.cleanup(b); m.t.oneIn(4) {
			b.line("var %s %s = %s", v.name, m.cleanupType(p, nil), lit)
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
			b.line("var %s %s", v.name, m.cleanupType(p, nil))
		case 1:
			b.line("var (\n%s int\n%s %s\n)", n.name, v.name, m.cleanupType(p, nil))
			b.declare(n)
		case 2:
			b.line("var %s, _ %s", v.name, m.cleanupType(p, nil))
		}
		m.stmts(b, 1)
		b.line("%s = %s", v.name, m.cleanup(b))
		m.middle(b, v)
	case 5: // something made of the literal
		lit := m.cleanup(b)
		if len(p.takes) == 0 && !p.spread && !p.gives && m.t.oneIn(2) {
			lit = "sync.OnceFunc(" + lit + ")"
		} else {
			lit = "Hold(" + lit + ")"
		}
		b.line("%s", m.give(b, lit, false))
	case 7: // now a literal, now a method
		m.nest(b, "if "+m.cond(b), func(in *block) { in.line("%s", m.give(in, m.cleanup(in), false)) }, "")
		lit := m.conn(b) + ".Fire"
		if len(p.takes) > 0 || p.gives || p.spread {
			lit = m.cleanup(b)
		}
		b.line("%s", m.give(b, lit, false))
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
		if slices.Equal(q.results, m.p.results) && m.cleanupType(q, nil) == m.cleanupType(m.p, nil) {
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
	if m.t.oneIn(4) {
		m.nest(b, "if "+m.cond(b), func(in *block) {
			call := m.callOf(in, m.p, v.name)
			in.line("%s", of(m.t, call, "defer "+call, "defer func() {\n"+call+"\n}()"))
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
		m.nest(in, fmt.Sprintf("if %s == 1", v.name), func(in *block) {
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
	if m.live != nil && m.names(b, m.live) {
		live = m.live.name
	}
	switch {
	case live != "" && (p.idle == never || m.t.oneIn(3)):
		return m.give(b, live, p.tells() && m.t.oneIn(3))
	case p.idle == never:
		return m.give(b, m.cleanup(b), false)
	case p.idle == harmless || p.idle == anyhow && m.t.oneIn(2):
		params := make([]string, len(p.takes)+1)
		for i := range params {
			params[i] = "_"
		}
		body := "{}"
		if p.gives {
			body = "{ return nil }"
		}
		return m.give(b, m.cleanupType(p, params)+" "+body, p.tells() && m.t.below(4) > 0)
	}
	fails := p.idle == failing || p.tells() && m.t.oneIn(2)
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
	m.body(in)
	if p.gives && !in.ended {
		m.giveBack(in)
	}
	text := in.text()
	if m.t.oneIn(12) {
		text = "{ // undo it" + text[1:]
	}
	return m.cleanupType(p, names) + " " + text
}

// body writes what a cleanup does: it traces much of what it can see, then
// does something.
func (m *making) body(b *block) {
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
	if m.stop != nil && m.names(b, m.stop) && m.names(b, m.stopped) && m.t.below(4) > 0 {
		b.line("close(%s)\n<-%s", m.stop.use(), m.stopped.use())
	}
	if v := m.anyOf(b, onceKind); v != nil && m.t.below(4) > 0 {
		b.line("%s.Do(%s)", v.use(), m.literal(b, literalRole, "", "", func(in *block) { m.undo(in) }))
		return
	}
	m.undo(b)
}

// undo writes what a cleanup does besides telling what it sees.
func (m *making) undo(b *block) {
	if s := m.inner; s != nil && m.names(b, s.done) {
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
