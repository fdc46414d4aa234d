package gen

import (
	"cmp"
	"fmt"
	"go/format"
	"slices"
	"strconv"
	"strings"
)

// A Program is a generated program.
type Program struct {
	Text []byte // a Go file, gofmt-clean
	Far  []byte // another one, of a package that imports the first, with the main function; or nil
	Tape *Tape  // what it was made from
}

// Generate makes the program of a tape. The error is a bug of this package: the
// text does not parse.
func Generate(t *Tape, f Form) (*Program, error) {
	g := &gen{t: t, suffix: f.Suffix, slots: innerSlots()}
	p := &Program{Tape: t}
	text, far := g.program(f)
	var err error
	if p.Text, err = format.Source([]byte(text)); err != nil {
		return nil, fmt.Errorf("generated program: %w\n%s", err, text)
	}
	if far == "" {
		return p, nil
	}
	if p.Far, err = format.Source([]byte(far)); err != nil {
		return nil, fmt.Errorf("generated program: %w\n%s", err, far)
	}
	return p, nil
}

// program returns the text of the program, and of its part in another package, if
// it has one.
func (g *gen) program(f Form) (near, far string) {
	verbs := []string{"prepare", "begin", "start", "open", "acquire", "lock", "enter", "track"}
	first := g.t.below(len(verbs))
	g.verbs = slices.Concat(verbs[first:], verbs[:first])
	nouns := []string{"Read", "Write", "", "Op"}
	first = g.t.below(len(nouns))
	g.nouns = slices.Concat(nouns[first:], nouns[:first])
	g.far = g.t.oneIn(5)
	alias := ""
	if g.far && g.t.oneIn(3) {
		alias = "via"
	}
	home := cmp.Or(alias, f.Package) // what callers elsewhere call the package

	g.t.list(1, 3, func() {
		i := len(g.prepares)
		if i > 0 && g.t.oneIn(3) {
			g.prepares = append(g.prepares, g.forwarder(i))
			return
		}
		g.prepares = append(g.prepares, g.signature(i))
	})
	g.wantHard = g.t.oneIn(4)
	g.hard = []string{"state", "live", "s", "err2"}
	for _, p := range g.prepares {
		if name := finishName(p.name); name != "close" { // the builtin is needed
			g.hard = append(g.hard, name)
		}
	}

	var decls, away []string
	for i, p := range g.prepares {
		g.budget = 8
		g.t.span(func() { decls = append(decls, g.prepareFunc(p, i)) })
	}
	var callers []*caller
	if g.far {
		g.hard = append(g.hard, home)
	}
	g.t.list(1, 3, func() {
		g.budget = 9
		if g.far && g.t.below(4) > 0 {
			g.home = home
		}
		c, text := g.callerFunc(len(callers))
		callers = append(callers, c)
		if g.home == "" {
			decls = append(decls, text)
		} else {
			away = append(away, text)
		}
		g.home, g.hid = "", false
	})
	if g.wantHard && g.t.oneIn(3) {
		decls = append(decls, g.clash(finishName(g.prepares[0].name)))
	}
	main := g.mainFunc(f.Main, callers)
	if f.Helpers {
		decls = append(decls, helpers)
		if g.slotted {
			decls = append(decls, slotHelpers)
		}
	}
	if !g.far {
		return file(f.Package, nil, append(decls, main)), ""
	}
	imports := []string{". " + strconv.Quote(f.Path), alias + " " + strconv.Quote(f.Path)}
	used := "var _, _ = Pool, " + home + ".Pool\n"
	return file(f.Package, nil, decls), file(f.Far, imports, append(away, used, main))
}

// clash declares something of a name that a rewrite may want.
func (g *gen) clash(name string) string {
	switch form := g.t.below(3); {
	case form == 1:
		return "func (c *Conn) " + name + "() int { return c.N }\n"
	case form == 2 && name != "close": // the builtin is needed
		return "func " + name + "() {}\n"
	}
	return "type " + g.top("other") + " struct{ " + name + " int }\n"
}

// mainFunc writes the function that runs the callers, each with some inputs.
func (g *gen) mainFunc(name string, callers []*caller) string {
	var b strings.Builder
	begin := ""
	if g.slotted {
		begin = fmt.Sprintf("Begin(%q)\n", g.suffix)
	}
	fmt.Fprintf(&b, "func %s() {\n%sfor k := range 3 {\n", name, begin)
	for _, c := range callers {
		fun := c.name
		if c.method {
			fun = "Pool[0]." + fun
		}
		args := []string{"k"}
		for _, p := range c.params[1:] {
			args = append(args, map[kind]string{
				strKind: `"a"`, partKind: `Part{A: 4, S: "p"}`, arrKind: "[2]int{5, 6}", pintKind: "&Pool[1].N",
			}[p])
		}
		call := fun + "(" + strings.Join(args, ", ") + ")"
		if len(c.results) > 0 {
			call = "fmt.Println(" + call + ")"
		}
		fmt.Fprintf(&b, "Run(%q, k, func() { %s })\n", c.tag, call)
	}
	b.WriteString("}\n")
	if p := g.prepares[0]; p.recv == connKind && g.t.oneIn(6) {
		fmt.Fprintf(&b, "_, ok := any(Pool[0]).(interface{ %s })\nfmt.Println(ok)\n", g.wish(p))
	}
	b.WriteString("}\n")
	return b.String()
}

// wish returns a method that no conn has, and that a rewrite might give it: finish, or
// prepare without its cleanup.
func (g *gen) wish(p *prepare) string {
	if g.t.oneIn(2) {
		return finishName(p.name) + "()"
	}
	var params, results []string
	for i, v := range p.params {
		t := v.kind.goType()
		if p.variadic && i == len(p.params)-1 {
			t = "..." + strings.TrimPrefix(t, "[]")
		}
		params = append(params, t)
	}
	for _, k := range p.results {
		if k != funcKind {
			results = append(results, k.goType())
		}
	}
	return fmt.Sprintf("%s(%s) (%s)", p.name, strings.Join(params, ", "), strings.Join(results, ", "))
}
