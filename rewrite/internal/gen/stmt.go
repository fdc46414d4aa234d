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
		if !b.names(r) {
			return false
		}
	}
	return true
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
