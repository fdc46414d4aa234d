package gen

import (
	"fmt"
	"strings"
)

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
	if len(vars) == 0 || g.t.below(4) == 0 {
		g.changeConn(b)
		return
	}
	v := of(g.t, vars...)
	if b.fn.role == hookRole && (v.kind == connKind || v.kind == wrapKind || v.kind == deepKind || v.kind == heldKind || v.kind == fnKind) {
		return
	}
	s := ""
	switch v.kind {
	case intKind, byteKind, partKind, arrKind, sliceKind:
		s = g.changeValue(b, v)
	case durKind, pointKind, boxKind, mapKind:
		s = g.changeOther(v)
	case wrapKind, deepKind, cellKind:
		s = g.changeHolder(b, v)
	case fnKind, perrKind, ppartKind, pintKind:
		if !v.nilable {
			s = g.follow(b, v)
		}
	}
	if s == "" {
		s = fmt.Sprintf("%s = %s", v.name, notSelf(v.name, g.expr(b, v.kind)))
	}
	b.line("%s", s)
}

// changeValue returns a statement that changes a part of v, or "".
func (g *gen) changeValue(b *block, v *variable) string {
	switch half := g.t.oneIn(2); {
	case v.kind == partKind && !half && !v.noTouch && g.t.oneIn(3):
		return v.use() + ".Bump()"
	case !half:
		return ""
	case v.kind == intKind:
		return v.name + of(g.t, "++", "--", " += 3")
	case v.kind == byteKind:
		return v.name + " += 100"
	case v.kind == partKind:
		return v.name + ".A = " + g.intExpr(b)
	case v.kind == arrKind:
		return fmt.Sprintf("%s[%d] = %s", v.name, g.t.below(2), g.intExpr(b))
	default:
		return fmt.Sprintf("%s = append(%s, %s)", v.name, v.use(), g.intExpr(b))
	}
}

// changeOther is changeValue for kinds that have no expressions of their own.
func (g *gen) changeOther(v *variable) string {
	if g.t.oneIn(3) {
		return ""
	}
	switch v.kind {
	case durKind:
		return v.name + " *= 2"
	case pointKind:
		return v.name + ".Y--"
	case mapKind:
		return v.use() + "[\"b\"]++"
	}
	if !v.noTouch && g.t.oneIn(2) {
		return v.use() + ".Tick()"
	}
	return v.name + ".V++"
}

// changeHolder returns a statement that changes a field of v, which holds a conn or is
// a cell.
func (g *gen) changeHolder(b *block, v *variable) string {
	switch {
	case v.kind == cellKind:
		return v.use() + ".N++"
	case v.kind == wrapKind || g.t.oneIn(2):
		return fmt.Sprintf("%s.Conn = %s", v.name, notSelf(v.name+".Conn", g.conn(b)))
	default:
		return fmt.Sprintf("%s.Wrap = &Wrap{Conn: %s}", v.name, g.conn(b))
	}
}

// follow returns a statement that changes what v points to, or calls it, or "".
func (g *gen) follow(b *block, v *variable) string {
	if v.kind == perrKind {
		if g.t.below(4) == 0 {
			return ""
		}
		return fmt.Sprintf("*%s = %s", v.use(), g.expr(b, errKind))
	}
	if !g.t.oneIn(2) {
		return ""
	}
	switch v.kind {
	case fnKind:
		return v.use() + "()"
	case ppartKind:
		return v.use() + ".S += \"p\""
	default:
		return "*" + v.use() + "++"
	}
}

// changeConn changes something that can be reached without a variable.
func (g *gen) changeConn(b *block) {
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
		b.line("var %s %s = %s", v.name, k.goType(), g.expr(b, k))
	case form == 2:
		b.line("var %s %s", v.name, k.goType())
	case k == errKind || k == byteKind || k == namerKind && g.t.oneIn(2):
		b.line("var %s %s = %s", v.name, k.goType(), g.expr(b, k))
	default:
		b.line("%s := %s", v.name, g.expr(b, k))
	}
	b.declare(v)
	return v
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
