package gen

import (
	"fmt"
	"strings"
)

// A caller is a function that main runs.
type caller struct {
	name    string
	tag     string // what main calls it
	method  bool
	params  []kind
	results []kind
}

// callerFunc writes a function with sites.
func (g *gen) callerFunc(i int) (*caller, string) {
	t := g.t
	c := &caller{tag: fmt.Sprint("use", string(rune('A'+i))), method: t.oneIn(2) && g.home == ""}
	c.name = g.top(c.tag)
	if g.far {
		c.name = exported(c.name)
	}
	f := &fn{role: callerRole, limit: len(g.prepares)}
	b := newBlock(f, nil)
	recv := ""
	if c.method {
		recv = "(c " + connKind.goType() + ") "
		b.vars = append(b.vars, &variable{name: "c", kind: connKind, used: true})
	}
	params := []string{"k int"}
	c.params = []kind{intKind}
	b.vars = append(b.vars, &variable{name: "k", kind: intKind, used: true})
	if t.oneIn(2) {
		k := of(t, strKind, partKind, arrKind, pintKind)
		v := &variable{name: k.names()[0], kind: k, used: true}
		b.vars = append(b.vars, v)
		c.params = append(c.params, k)
		params = append(params, v.name+" "+k.goType())
	}
	results := ""
	switch t.pick(2, 5, 1, 2) {
	case 1:
		c.results = []kind{errKind}
		results = "(err error)"
		f.named = []*variable{{name: "err", kind: errKind, used: true}}
	case 2:
		c.results = []kind{errKind}
		results = "error"
	case 3:
		c.results = []kind{intKind, errKind}
		results = "(n int, err error)"
		f.named = []*variable{{name: "n", kind: intKind, used: true}, {name: "err", kind: errKind, used: true}}
	}
	f.results = c.results
	b.vars = append(b.vars, f.named...)
	if t.oneIn(3) {
		g.recovers(b)
	}
	if t.oneIn(4) {
		w := &variable{name: "w", kind: wrapKind}
		w.kind = of(t, wrapKind, deepKind, heldKind)
		b.line("w := %s", g.expr(b, w.kind))
		b.declare(w)
	}
	g.stmts(b, 2)
	t.list(1, 3, func() {
		if !b.ended {
			g.site(b)
		}
	})
	if !b.ended {
		g.stmts(b, 2)
	}
	if len(c.results) > 0 && !b.ended {
		g.giveBack(b)
	}
	if !c.method && t.oneIn(6) { // a site in a variable's declaration
		return c, fmt.Sprintf("var %s = func(%s) %s %s\n", c.name, strings.Join(params, ", "), results, b.text())
	}
	return c, fmt.Sprintf("func %s%s(%s) %s %s\n", recv, c.name, strings.Join(params, ", "), results, b.text())
}
