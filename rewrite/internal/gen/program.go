package gen

import (
	"fmt"
	"go/format"
	"slices"
	"strings"
)

// A Form says how the text of a program is to be laid out.
type Form struct {
	Package string // name of the package
	Main    string // name of the function that runs the program
	Suffix  string // of the package-level names, so that programs can share a package
	Helpers bool   // with the text that the programs of a package share
}

// A Program is a generated program.
type Program struct {
	Text []byte // one Go file, gofmt-clean
	Tape *Tape  // what it was made from
}

// gen is a program under construction.
type gen struct {
	t        *Tape
	suffix   string
	budget   int // statements that may still be added
	labels   int // of traces
	gone     int // goroutines
	prepares []*prepare
	verbs    []string // of the names of the prepare functions
	nouns    []string
	hard     []string // names that a rewrite may want
	wantHard bool
	imports  map[string]bool
}

// Generate makes the program of a tape. The error is a bug of this package: the
// text does not parse.
func Generate(t *Tape, f Form) (*Program, error) {
	g := &gen{t: t, suffix: f.Suffix, imports: map[string]bool{"fmt": true}}
	text := g.program(f)
	out, err := format.Source([]byte(text))
	if err != nil {
		return nil, fmt.Errorf("generated program: %w\n%s", err, text)
	}
	return &Program{Text: out, Tape: t}, nil
}

// top returns a package-level name.
func (g *gen) top(name string) string { return name + g.suffix }

func (g *gen) program(f Form) string {
	verbs := []string{"prepare", "begin", "start", "open", "acquire", "lock", "enter", "track"}
	first := g.t.below(len(verbs))
	g.verbs = slices.Concat(verbs[first:], verbs[:first])
	nouns := []string{"Read", "Write", "", "Op"}
	first = g.t.below(len(nouns))
	g.nouns = slices.Concat(nouns[first:], nouns[:first])

	g.t.list(1, 3, func() { g.prepares = append(g.prepares, g.signature(len(g.prepares))) })
	g.wantHard = g.t.oneIn(4)
	g.hard = []string{"state", "live", "s", "err2"}
	for _, p := range g.prepares {
		if name := finishName(p.name); name != "close" { // the builtin is needed
			g.hard = append(g.hard, name)
		}
	}

	var decls []string
	for i, p := range g.prepares {
		g.budget = 8
		g.t.span(func() { decls = append(decls, g.prepareFunc(p, i)) })
	}
	var callers []*caller
	g.t.list(1, 3, func() {
		g.budget = 9
		c, text := g.callerFunc(len(callers))
		callers = append(callers, c)
		decls = append(decls, text)
	})
	if g.wantHard && g.t.oneIn(3) {
		decls = append(decls, g.clash(finishName(g.prepares[0].name)))
	}
	main := g.mainFunc(f.Main, callers)

	var b strings.Builder
	fmt.Fprintf(&b, "package %s\n\nimport (\n", f.Package)
	for _, path := range []string{"errors", "fmt", "runtime", "sync"} {
		if g.imports[path] {
			fmt.Fprintf(&b, "%q\n", path)
		}
	}
	b.WriteString(")\n\n")
	if f.Helpers {
		b.WriteString(helpers + "\n")
	}
	for _, d := range decls {
		b.WriteString(d)
		b.WriteString("\n")
	}
	b.WriteString(main)
	return b.String()
}

// clash declares something of a name that a rewrite may want.
func (g *gen) clash(name string) string {
	switch form := g.t.below(3); {
	case form == 1:
		return "func (c *conn) " + name + "() int { return c.n }\n"
	case form == 2 && name != "close": // the builtin is needed
		return "func " + name + "() {}\n"
	}
	return "type " + g.top("other") + " struct{ " + name + " int }\n"
}

// finishName is the name that a rewrite is likely to choose.
func finishName(prepare string) string {
	for _, verb := range []string{"prepare", "begin", "start", "open", "acquire", "lock", "enter", "track"} {
		if rest, ok := strings.CutPrefix(prepare, verb); ok {
			pair := map[string]string{"begin": "end", "open": "close", "acquire": "release", "lock": "unlock", "enter": "exit"}[verb]
			if pair == "" {
				pair = "finish"
			}
			return pair + rest
		}
	}
	return prepare
}

// Helpers returns the text of a file with what programs of a package share: types
// with fields to look at and to change, and functions that make, show and trace.
func Helpers(pkg string) []byte { return []byte("package " + pkg + "\n\nimport \"fmt\"\n\n" + helpers) }

const helpers = `type part struct {
	a int
	s string
}

func (pt *part) bump() {
	pt.a += 10
	fmt.Println("bump", pt.a)
}

type conn struct {
	part
	n      int
	name   string
	closed bool
	err    error
	arr    [2]int
	list   []int
	next   *conn
	hook   func()
}

// fire runs the hook, once.
func (c *conn) fire() {
	if f := c.hook; f != nil {
		c.hook = nil
		f()
	}
}

type wrap struct{ *conn }

type deep struct{ *wrap }

var pool [2]*conn

func pick(tag string, c *conn) *conn {
	fmt.Println(tag, c.name)
	return c
}

// reset makes the conns anew.
func reset() {
	for i := range pool {
		pool[i] = &conn{n: i, name: string(rune('c' + i)), list: []int{i, i + 1}}
	}
	pool[0].next, pool[1].next = pool[1], pool[0]
	cells = [2]*cell[int]{{v: 3}, {v: 4, n: 1}}
	words = &cell[string]{v: "w"}
}

func run(tag string, k int, f func()) {
	reset()
	round(tag, k, f)
	for _, c := range pool {
		c.fire()
		fmt.Println(c.n, c.name, c.closed, c.err, c.part, c.arr, c.list)
	}
	fmt.Println(*cells[0], *cells[1], *words)
}

type cleanup func()

type cell[T any] struct {
	v T
	n int
}

var (
	cells [2]*cell[int]
	words *cell[string]
)

func note[V any](tag string, v V) V {
	fmt.Println(tag, v)
	return v
}

func at[V any](p *V) any {
	if p == nil {
		return "nil"
	}
	return *p
}

func hold[F any](f F) F {
	fmt.Println("hold")
	return f
}

// never is a channel that nobody sends to.
var never chan bool

func twice(yield func(int) bool) {
	for i := range 2 {
		if !yield(i) {
			return
		}
	}
}

// join runs f in a goroutine and waits for it.
func join(f func()) {
	done := make(chan bool)
	go func() {
		defer close(done)
		defer func() {
			if r := recover(); r != nil {
				fmt.Println("panic:", r)
			}
		}()
		f()
	}()
	<-done
}

// round runs f and tells how it ends.
func round(tag string, k int, f func()) {
	fmt.Println("---", tag, k)
	join(func() {
		f()
		fmt.Println("returned")
	})
}
`

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
	c := &caller{tag: fmt.Sprint("use", string(rune('A'+i))), method: t.oneIn(2)}
	c.name = g.top(c.tag)
	f := &fn{role: callerRole, limit: len(g.prepares)}
	b := newBlock(f, nil)
	recv := ""
	if c.method {
		recv = "(c " + g.typeOf(connKind) + ") "
		b.vars = append(b.vars, &variable{name: "c", kind: connKind, used: true})
	}
	params := []string{"k int"}
	c.params = []kind{intKind}
	b.vars = append(b.vars, &variable{name: "k", kind: intKind, used: true})
	if t.oneIn(2) {
		k := of(t, strKind, partKind, arrKind, pintKind)
		v := &variable{name: namesOf(k)[0], kind: k, used: true}
		b.vars = append(b.vars, v)
		c.params = append(c.params, k)
		params = append(params, v.name+" "+g.typeOf(k))
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
		if t.oneIn(3) {
			w.kind = deepKind
		}
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

// mainFunc writes the function that runs the callers, each with some inputs.
func (g *gen) mainFunc(name string, callers []*caller) string {
	var b strings.Builder
	fmt.Fprintf(&b, "func %s() {\nfor k := range 3 {\n", name)
	for _, c := range callers {
		fun := c.name
		if c.method {
			fun = "pool[0]." + fun
		}
		args := []string{"k"}
		for _, p := range c.params[1:] {
			args = append(args, map[kind]string{
				strKind: `"a"`, partKind: `part{4, "p"}`, arrKind: "[2]int{5, 6}", pintKind: "&pool[1].n",
			}[p])
		}
		call := fun + "(" + strings.Join(args, ", ") + ")"
		if len(c.results) > 0 {
			call = "fmt.Println(" + call + ")"
		}
		fmt.Fprintf(&b, "run(%q, k, func() { %s })\n", c.tag, call)
	}
	b.WriteString("}\n}\n")
	return b.String()
}
