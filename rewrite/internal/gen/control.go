package gen

import (
	"fmt"
	"strings"
)

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
