package gen

import (
	"fmt"
	"strings"
)

// expr returns an expression of a kind. It may trace, but it changes nothing
// that another operand of its statement reads: Go leaves the order of such a
// read open, so that a program with one has no single output to compare.
func (g *gen) expr(b *block, k kind) string {
	if v := g.anyOf(b, k); v != nil && (!v.nilable || k.safe() && g.t.oneIn(2)) && g.t.below(3) > 0 {
		return v.use()
	}
	switch k {
	case intKind:
		return g.intExpr(b)
	case strKind:
		return g.strExpr(b)
	case errKind:
		return g.errExpr(b)
	case boolKind:
		return g.cond(b)
	case byteKind:
		return g.byteExpr(b)
	case partKind:
		return g.partExpr(b)
	case arrKind:
		return g.listExpr(b, "[2]int", "Arr")
	case sliceKind:
		return g.listExpr(b, "[]int", "List")
	case pintKind:
		return g.address(b, intKind, "N")
	case ppartKind:
		return g.address(b, partKind, "Part")
	case perrKind:
		return g.address(b, errKind, "Err")
	case connKind:
		return g.conn(b)
	case fnKind:
		return g.fnExpr(b)
	case anyKind:
		if v := g.anyOf(b, anyKind); v != nil {
			return v.use()
		}
		return "*new(T)"
	}
	return g.wrapper(b, k)
}

// wrapper returns an expression that is made of another one.
func (g *gen) wrapper(b *block, k kind) string {
	switch k {
	case durKind:
		return "Elapsed(" + g.intExpr(b) + ")"
	case pointKind:
		return "Point(" + g.intExpr(b) + ")"
	case boxKind:
		return "Cell[int]{V: " + g.intExpr(b) + "}"
	case mapKind:
		return "map[string]int{" + g.strExpr(b) + ": " + g.intExpr(b) + "}"
	case namerKind:
		return "Namer(" + g.expr(b, of(g.t, connKind, partKind)) + ")"
	case wrapKind:
		return "Wrap{Conn: " + g.conn(b) + "}"
	case deepKind:
		return "Deep{Wrap: &Wrap{Conn: " + g.conn(b) + "}}"
	case heldKind:
		return "Held{Conn: " + g.conn(b) + "}"
	}
	return "nil"
}

func (g *gen) errExpr(b *block) string {
	switch g.t.pick(3, 3, 1, 1) {
	case 0:
		return "nil"
	case 1:
		return g.fail()
	case 2:
		return g.conn(b) + ".Err"
	}
	if v := g.anyOf(b, perrKind); v != nil && !v.nilable {
		return "*" + v.use()
	}
	return g.fail()
}

func (g *gen) partExpr(b *block) string {
	switch g.t.pick(3, 1, 1) {
	case 0:
		return "Part{A: " + g.intExpr(b) + ", S: " + g.strExpr(b) + "}"
	case 1:
		return g.conn(b) + ".Part"
	}
	if v := g.anyOf(b, ppartKind); v != nil && !v.nilable {
		return "*" + v.use()
	}
	return g.conn(b) + ".Part"
}

// listExpr returns two numbers, or a field of a conn that holds some.
func (g *gen) listExpr(b *block, goType, field string) string {
	if g.t.oneIn(3) {
		return g.conn(b) + "." + field
	}
	return fmt.Sprintf("%s{%s, %s}", goType, g.intExpr(b), g.intExpr(b))
}

func (g *gen) fnExpr(b *block) string {
	if g.t.oneIn(3) {
		return g.conn(b) + ".Fire"
	}
	return g.literal(b, hookRole, "", "", func(in *block) {
		g.assign(in)
		g.trace(in)
	})
}

// address returns a pointer to something of kind k: something new, a field of
// a conn, or a variable.
func (g *gen) address(b *block, k kind, field string) string {
	prefer := 1
	if k == errKind {
		prefer = 6 // an error's address is what this is all about
	}
	switch g.t.pick(2, 1, prefer) {
	case 1:
		return "&" + g.conn(b) + "." + field
	case 2:
		vars := b.visible(func(v *variable) bool { return v.kind == k && !v.noTouch })
		if len(vars) > 0 {
			return "&" + of(g.t, vars...).use()
		}
	}
	if k == partKind {
		return "&Part{A: " + g.intExpr(b) + `, S: "new"}`
	}
	return "new(" + k.goType() + ")"
}

// fail returns an expression that makes an error.
func (g *gen) fail() string {
	return "errors.New(" + g.label() + ")"
}

// traced wraps an expression in a call that prints its value, and so shows when
// it is evaluated.
func (g *gen) traced(e string) string {
	return "Note(" + g.label() + ", " + e + ")"
}

func (g *gen) intExpr(b *block) string {
	e := fmt.Sprint(g.t.below(4))
	switch g.t.pick(4, 4, 2, 1, 1, 1) {
	case 1:
		if v := g.anyOf(b, intKind); v != nil {
			e = v.use()
		}
	case 2:
		e = g.conn(b) + ".N"
	case 3:
		if v := g.anyOf(b, partKind); v != nil {
			e = v.use() + ".A"
		}
	case 4:
		if v := g.anyOf(b, arrKind); v != nil {
			e = fmt.Sprintf("%s[%d]", v.use(), g.t.below(2))
		}
	case 5:
		if v := g.anyOf(b, pintKind); v != nil && !v.nilable {
			e = "*" + v.use()
		} else if v := g.anyOf(b, sliceKind); v != nil {
			e = "len(" + v.use() + ")"
		}
	}
	switch g.t.pick(8, 2, 1) {
	case 1:
		e = g.traced(e)
	case 2:
		e += " + " + fmt.Sprint(1+g.t.below(3))
	}
	return e
}

// byteExpr returns an expression that is a number of eight bits where it stands, and
// may be another one elsewhere: a shift is made in the type that its place has.
func (g *gen) byteExpr(b *block) string {
	switch g.t.pick(2, 2, 1) {
	case 1:
		// The shift of a constant by a constant is one, and may be too large.
		if vars := b.visible(func(v *variable) bool { return v.kind == intKind && !v.noTouch }); len(vars) > 0 {
			return "1 << (" + of(g.t, vars...).use() + " & 15)"
		}
	case 2:
		return g.traced("uint8(" + fmt.Sprint(g.t.below(4)) + ")")
	}
	return fmt.Sprint(200 + g.t.below(4))
}

func (g *gen) strExpr(b *block) string {
	e := `"` + of(g.t, "a", "b", "lo", "hi") + `"`
	switch g.t.pick(4, 4, 2, 1) {
	case 1:
		if v := g.anyOf(b, strKind); v != nil {
			e = v.use()
		}
	case 2:
		e = g.conn(b) + ".Name"
	case 3:
		if v := g.anyOf(b, partKind); v != nil {
			e = v.use() + ".S"
		}
	}
	switch g.t.pick(8, 2, 1) {
	case 1:
		e = g.traced(e)
	case 2:
		e += ` + "x"`
	}
	return e
}

// conn returns an expression for a conn, without an effect.
func (g *gen) conn(b *block) string {
	v := g.anyOf(b, connKind)
	if v == nil || v.nilable {
		if w := g.anyWrap(b); w != nil && g.t.oneIn(2) {
			return w.use() + ".Conn"
		}
		if n := g.anyOf(b, intKind); n != nil && g.t.oneIn(3) {
			return "Pool[" + n.use() + "&1]"
		}
		return "Pool" + fmt.Sprintf("[%d]", g.t.below(2))
	}
	if g.t.oneIn(4) {
		return v.use() + of(g.t, ".Next", ".Peer")
	}
	return v.use()
}

// anyWrap returns a visible variable that embeds a conn, or nil.
func (g *gen) anyWrap(b *block) *variable {
	vars := b.visible(func(v *variable) bool {
		return (v.kind == wrapKind || v.kind == deepKind || v.kind == heldKind) && !v.nilable
	})
	if len(vars) == 0 {
		return nil
	}
	return of(g.t, vars...)
}

// cond returns a condition.
func (g *gen) cond(b *block) string {
	if v := g.anyOf(b, errKind); v != nil && g.t.oneIn(4) {
		return v.use() + of(g.t, " != nil", " == nil")
	}
	if v := g.anyOf(b, boolKind); v != nil && g.t.oneIn(3) {
		return of(g.t, "", "!") + v.use()
	}
	switch g.t.pick(4, 2, 1) {
	case 1:
		return of(g.t, "", "!") + g.conn(b) + ".Closed"
	case 2:
		if v := g.anyOf(b, strKind); v != nil {
			return v.use() + of(g.t, ` != "a"`, ` == "lo"`)
		}
	}
	e := g.intExpr(b)
	if strings.Contains(e, " + ") {
		e = "(" + e + ")"
	}
	return fmt.Sprintf("%s%%%d %s %d", e, 2+g.t.below(2), of(g.t, "==", "!="), g.t.below(2))
}

// place returns something of kind k that can be assigned.
func (g *gen) place(b *block, k kind) string {
	vars := b.visible(func(v *variable) bool { return v.kind == k && !v.fixed })
	if len(vars) > 0 && g.t.below(5) > 0 {
		return of(g.t, vars...).name
	}
	switch k {
	case intKind:
		switch g.t.below(3) {
		case 0:
			return g.conn(b) + ".N"
		case 1:
			if v := g.anyOf(b, arrKind); v != nil && !v.fixed {
				return fmt.Sprintf("%s[%d]", v.name, g.t.below(2))
			}
		}
		if v := g.anyOf(b, pintKind); v != nil && !v.nilable {
			return "*" + v.use()
		}
		if v := g.anyOf(b, partKind); v != nil && !v.fixed {
			return v.name + ".A"
		}
		return g.conn(b) + ".A"
	case strKind:
		return g.conn(b) + ".Name"
	case errKind:
		if v := g.anyOf(b, perrKind); v != nil && !v.nilable {
			return "*" + v.use()
		}
		return g.conn(b) + ".Err"
	case boolKind:
		return g.conn(b) + ".Closed"
	case partKind:
		if v := g.anyOf(b, ppartKind); v != nil && !v.nilable {
			return "*" + v.use()
		}
		return g.conn(b) + ".Part"
	case arrKind:
		return g.conn(b) + ".Arr"
	case sliceKind:
		return g.conn(b) + ".List"
	}
	return "_"
}

// show returns an expression that a trace prints, which tells the value of v.
func (g *gen) show(v *variable) string {
	switch v.kind {
	case pintKind, ppartKind, perrKind:
		return "At(" + v.use() + ")"
	case connKind:
		if v.nilable {
			return "Who(" + v.use() + ")"
		}
		return v.use() + ".N"
	case wrapKind, deepKind, heldKind:
		return v.use() + ".Name"
	case cellKind, boxKind:
		return v.use() + ".V"
	case namerKind:
		return v.use() + ".Title()"
	case fnKind:
		return v.use() + " != nil"
	}
	return v.use()
}
