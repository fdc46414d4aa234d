package gen

import (
	"fmt"
	"strings"
)

// stmts appends up to limit statements to b, as far as the program may still
// grow.
func (g *gen) stmts(b *block, limit int) {
	g.t.list(0, limit, func() {
		if g.budget > 0 && !b.ended {
			g.budget--
			g.stmt(b)
		}
	})
}

// stmt appends one statement.
func (g *gen) stmt(b *block) {
	g.comment(b)
	plain := b.fn.role == hookRole || b.depth > 5
	site := 0
	switch {
	case plain:
	case b.within(cleanupRole):
		site = 1
	case b.within(prepareRole):
		site = 2
	default:
		site = 14
	}
	nested := 1
	if plain {
		nested = 0
	}
	rescue := nested
	if b.fn.role == prepareRole && !g.t.oneIn(4) {
		rescue = 0 // it makes any return idle
	}
	weights := []int{
		5,          // trace
		9,          // assign
		3,          // declare
		3 * nested, // if
		2 * nested, // loop
		2 * nested, // block, switch, select
		2 * nested, // defer
		2 * nested, // literal
		1 * nested, // goroutine
		2 * nested, // panic, Goexit, return
		1,          // address
		1 * nested, // hook
		rescue,     // recover
		site,
	}
	switch g.t.pick(weights...) {
	case 0:
		g.trace(b)
	case 1:
		g.assign(b)
	case 2:
		g.local(b, of(g.t, valueKinds()...))
	case 3:
		g.branch(b)
	case 4:
		g.loop(b)
	case 5:
		g.nested(b)
	case 6:
		g.deferred(b)
	case 7:
		g.inLiteral(b)
	case 8:
		g.goroutine(b)
	case 9:
		g.leave(b)
	case 10:
		g.alias(b)
	case 11:
		g.hook(b)
	case 12:
		g.recovers(b)
	case 13:
		g.site(b)
	}
}

// comment sometimes puts a comment before the next statement.
func (g *gen) comment(b *block) {
	if g.t.oneIn(12) {
		b.line("// %s.", of(g.t, "First things first", "It was so", "See above", "Mind the order"))
	}
}

// trace prints some variables.
func (g *gen) trace(b *block) {
	args := []string{g.label()}
	vars := b.printed()
	if len(vars) > 0 {
		g.t.list(0, 3, func() { args = append(args, g.show(of(g.t, vars...))) })
	}
	why := ""
	if g.t.oneIn(20) {
		why = " // by now"
	}
	b.line("fmt.Println(%s)%s", strings.Join(args, ", "), why)
}

// assign changes a variable, mostly, or a field.
func (g *gen) assign(b *block) {
	vars := b.visible(func(v *variable) bool { return !v.fixed && v.kind != funcKind })
	if len(vars) > 0 && g.t.below(4) > 0 {
		v := of(g.t, vars...)
		if b.fn.role == hookRole && (v.kind == connKind || v.kind == wrapKind || v.kind == deepKind || v.kind == heldKind || v.kind == fnKind) {
			return
		}
		switch {
		case v.kind == intKind && g.t.oneIn(2):
			b.line("%s%s", v.name, of(g.t, "++", "--", " += 3"))
		case v.kind == partKind && g.t.oneIn(2):
			b.line("%s.A = %s", v.name, g.intExpr(b))
		case v.kind == partKind && !v.noTouch && g.t.oneIn(3):
			b.line("%s.Bump()", v.use())
		case v.kind == arrKind && g.t.oneIn(2):
			b.line("%s[%d] = %s", v.name, g.t.below(2), g.intExpr(b))
		case v.kind == sliceKind && g.t.oneIn(2):
			b.line("%s = append(%s, %s)", v.name, v.use(), g.intExpr(b))
		case v.kind == wrapKind || v.kind == deepKind && g.t.oneIn(2):
			b.line("%s.Conn = %s", v.name, notSelf(v.name+".Conn", g.conn(b)))
		case v.kind == deepKind:
			b.line("%s.Wrap = &Wrap{Conn: %s}", v.name, g.conn(b))
		case v.kind == cellKind:
			b.line("%s.N++", v.use())
		case v.kind == fnKind && !v.nilable && g.t.oneIn(2):
			b.line("%s()", v.use())
		case v.kind == byteKind && g.t.oneIn(2):
			b.line("%s += 100", v.name)
		case v.kind == perrKind && !v.nilable && g.t.below(4) > 0:
			b.line("*%s = %s", v.use(), g.expr(b, errKind))
		case v.kind == ppartKind && !v.nilable && g.t.oneIn(2):
			b.line("%s.S += \"p\"", v.use())
		case v.kind == pintKind && !v.nilable && g.t.oneIn(2):
			b.line("*%s++", v.use())
		default:
			b.line("%s = %s", v.name, notSelf(v.name, g.expr(b, v.kind)))
		}
		return
	}
	fire := 3
	if b.fn.role == hookRole {
		fire = 0 // a hook that fires hooks might not end
	}
	switch g.t.pick(3, 3, 3, 3, fire, 2, 1) {
	case 0:
		b.line("%s.N++", g.conn(b))
	case 1:
		c := g.conn(b)
		b.line("%s.Closed = !%s.Closed", c, c)
	case 2:
		b.line("%s.Err = %s", g.conn(b), g.expr(b, errKind))
	case 3:
		b.line("%s.Name += %q", g.conn(b), of(g.t, "+", "-"))
	case 4:
		b.line("%s.Fire()", g.conn(b))
	case 5:
		place := g.conn(b) + ".Next"
		b.line("%s = %s", place, notSelf(place, g.conn(b)))
	case 6:
		b.line("Pool[0], Pool[1] = Pool[1], Pool[0]")
	}
}

// notSelf avoids the assignment of something to itself, which go vet finds
// suspicious.
func notSelf(place, e string) string {
	if e == place {
		return "(" + e + ")"
	}
	return e
}

// local declares a local variable and returns it.
func (g *gen) local(b *block, k kind) *variable {
	v := g.newVar(b, k)
	form := g.t.pick(6, 2, 1, 1)
	if form == 2 && k >= pintKind {
		form = 0
	}
	switch {
	case form == 3 && k == intKind:
		b.line("const %s = %d", v.name, g.t.below(9))
		v.fixed, v.noTouch, v.used = true, true, true
	case form == 1:
		b.line("var %s %s = %s", v.name, g.typeOf(k), g.expr(b, k))
	case form == 2:
		b.line("var %s %s", v.name, g.typeOf(k))
	case k == errKind || k == byteKind:
		b.line("var %s %s = %s", v.name, g.typeOf(k), g.expr(b, k))
	default:
		b.line("%s := %s", v.name, g.expr(b, k))
	}
	b.declare(v)
	return v
}

func (g *gen) branch(b *block) {
	tail := ""
	head := "if " + g.cond(b)
	then := newBlock(b.fn, b)
	g.trace(then)
	g.stmts(then, 3)
	if g.t.oneIn(3) {
		other := newBlock(b.fn, b)
		g.stmts(other, 3)
		tail = " else " + other.text()
	}
	b.line("%s %s%s", head, then.text(), tail)
}

func (g *gen) loop(b *block) {
	if b.loops >= 2 {
		return
	}
	inner := newBlock(b.fn, b)
	inner.loops++
	v := &variable{name: g.fresh(b, intKind), kind: intKind}
	var head string
	switch g.t.pick(6, 2, 2, 1) {
	case 0:
		head = fmt.Sprintf("for %s := range %d", v.name, 2+g.t.below(2))
	case 1:
		head = fmt.Sprintf("for %s := 0; %s < 2; %s++", v.name, v.name, v.name)
		v.fixed, v.noTouch = true, true
	case 2:
		head = fmt.Sprintf("for _, %s := range []int{%s, 2}", v.name, g.intExpr(b))
	case 3: // the body is a function, whose defer statements belong to the one around
		head = fmt.Sprintf("for %s := range Twice", v.name)
	}
	// The loop variable has a scope of its own around the body.
	outer := newBlock(b.fn, b)
	outer.vars = []*variable{v}
	inner.up = outer
	g.stmts(inner, 4)
	label := ""
	switch g.t.pick(6, 1, 1, 1) {
	case 3:
		if inner.ended {
			break
		}
		g.gone++
		label = fmt.Sprint("loop", g.gone)
		inner.line("for range 2 {\nif %s {\n%s %s\n}\n}", g.cond(inner), of(g.t, "break", "continue"), label)
		label += ":\n"
	case 1:
		inner.line("if %s {\nbreak\n}", g.cond(inner))
	case 2:
		inner.line("if %s {\ncontinue\n}", g.cond(inner))
		g.trace(inner)
	}
	body := inner.text()
	if !v.used {
		body = "{\n_ = " + v.name + body[1:]
	}
	b.line("%s%s %s", label, head, body)
}

func (g *gen) nested(b *block) {
	switch g.t.below(4) {
	case 0:
		g.nest(b, "", func(in *block) { g.stmts(in, 4) }, "")
	case 1:
		first, second := newBlock(b.fn, b), newBlock(b.fn, b)
		g.stmts(first, 3)
		g.trace(second)
		g.stmts(second, 2)
		b.line("switch {\ncase %s:\n%s\ndefault:\n%s\n}", g.cond(b), strings.Join(first.close(), "\n"), strings.Join(second.close(), "\n"))
	case 2:
		in := newBlock(b.fn, b)
		g.stmts(in, 3)
		b.line("switch %s {\ncase 0, 1:\n%s\n}", g.intExpr(b), strings.Join(in.close(), "\n"))
	case 3:
		in := newBlock(b.fn, b)
		g.stmts(in, 3)
		b.line("select {\ncase <-Never:\nfmt.Println(%s)\ndefault:\n%s\n}", g.label(), strings.Join(in.close(), "\n"))
	}
}

// deferred defers a trace, whose arguments are evaluated at once, or a literal,
// which reads its variables at the end.
func (g *gen) deferred(b *block) {
	if g.t.oneIn(3) {
		at := len(b.lines)
		g.trace(b)
		b.lines[at] = "defer " + b.lines[at]
		return
	}
	b.line("defer %s()", g.literal(b, literalRole, "", "", func(in *block) {
		g.trace(in)
		g.stmts(in, 3)
	}))
}

// inLiteral runs statements in a function literal, which may have a result.
func (g *gen) inLiteral(b *block) {
	if g.t.oneIn(2) {
		b.line("%s()", g.literal(b, literalRole, "", "", func(in *block) { g.stmts(in, 4) }))
		return
	}
	b.line("fmt.Println(%s, %s())", g.label(), g.literal(b, literalRole, "", "(err error)", func(in *block) {
		in.fn.results = []kind{errKind}
		in.fn.named = []*variable{{name: "err", kind: errKind, used: true}}
		in.vars = append(in.vars, in.fn.named...)
		g.stmts(in, 4)
		if !in.ended {
			g.giveBack(in)
		}
	}))
}

// goroutine runs statements in a goroutine and waits for it. A panic there
// ends with it.
func (g *gen) goroutine(b *block) {
	if g.t.oneIn(3) {
		b.line("Join(%s)", g.literal(b, literalRole, "", "", func(in *block) { g.stmts(in, 3) }))
		return
	}
	g.gone++
	ch := fmt.Sprint("joined", g.gone)
	b.line("%s := make(chan bool)", ch)
	b.line("go %s()", g.literal(b, literalRole, "", "", func(in *block) {
		in.line("defer close(%s)", ch)
		in.line("defer func() { fmt.Println(%s, recover()) }()", g.label())
		g.stmts(in, 3)
	}))
	b.line("<-%s", ch)
}

// leave is a way out of the function, on a condition.
func (g *gen) leave(b *block) {
	g.nest(b, "if "+g.cond(b), func(in *block) {
		g.trace(in)
		back := 4
		if b.fn.stay {
			back = 0
		}
		switch g.t.pick(back, 2, 1) {
		case 0:
			g.giveBack(in)
		case 1:
			in.line("panic(%s)", g.label())
			in.ended = true
		case 2:
			in.line("runtime.Goexit()")
		}
	}, "")
}

// giveBack appends a return statement.
func (g *gen) giveBack(b *block) {
	b.ended = true
	f := b.fn
	if f.give != nil {
		b.line("%s", f.give(b))
		return
	}
	if len(f.results) == 0 || f.named != nil && g.bare(b) && g.t.oneIn(2) {
		b.line("return")
		return
	}
	var es []string
	for _, k := range f.results {
		es = append(es, g.expr(b, k))
	}
	b.line("return %s", strings.Join(es, ", "))
}

// bare reports whether a return without operands is possible in b: no result
// is shadowed.
func (g *gen) bare(b *block) bool {
	for _, r := range b.fn.named {
		if !g.names(b, r) {
			return false
		}
	}
	return true
}

// alias takes the address of a variable, or slices an array, so that others
// can change it.
func (g *gen) alias(b *block) {
	vars := b.visible(func(v *variable) bool {
		return !v.noTouch && (v.kind == intKind || v.kind == partKind || v.kind == arrKind || v.kind == errKind)
	})
	if len(vars) == 0 {
		return
	}
	v := of(g.t, vars...)
	switch v.kind {
	case intKind:
		p := g.newVar(b, pintKind)
		b.line("%s := &%s", p.name, v.use())
		b.declare(p)
	case partKind:
		p := g.newVar(b, ppartKind)
		b.line("%s := &%s", p.name, v.use())
		b.declare(p)
	case errKind:
		p := g.newVar(b, perrKind)
		b.line("%s := &%s", p.name, v.use())
		b.declare(p)
	case arrKind:
		p := g.newVar(b, sliceKind)
		b.line("%s := %s[:]", p.name, v.use())
		b.declare(p)
		b.line("%s[0]++", p.use())
	}
}

// hook stores a literal that runs when somebody fires it, or never.
func (g *gen) hook(b *block) {
	b.line("%s.Hook = %s", g.conn(b), g.literal(b, hookRole, "", "", func(in *block) {
		g.assign(in)
		g.trace(in)
	}))
}

// recovers defers a recovery, which turns a panic into an ordinary return. A prepare
// function panics again: its callers would go on with a nil cleanup and no error.
func (g *gen) recovers(b *block) {
	b.line("defer %s()", g.literal(b, literalRole, "", "", func(in *block) {
		g.nest(in, "if r := recover(); r != nil", func(in *block) {
			in.line("fmt.Println(%s, r)", g.label())
			g.stmts(in, 1)
			if b.fn.role == prepareRole {
				in.line("panic(r)")
			}
		}, "")
	}))
}
