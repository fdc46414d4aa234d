package gen

import (
	"cmp"
	"fmt"
	"go/format"
	"slices"
	"strconv"
	"strings"
)

// A Form says how the text of a program is to be laid out.
type Form struct {
	Package string // name of the package
	Path    string // that it is imported by
	Main    string // name of the function that runs the program
	Suffix  string // of the package-level names, so that programs can share a package
	Helpers bool   // with the text that the programs of a package share
	Far     string // name of the package of callers elsewhere
}

// A Program is a generated program.
type Program struct {
	Text []byte // a Go file, gofmt-clean
	Far  []byte // another one, of a package that imports the first, with the main function; or nil
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
	slots    []Slot // those that any block can hold
	slotted  bool   // one of them is there

	far  bool   // callers are in another package, and names exported
	home string // the name of the first package in the caller that is being made; "" if that is a part of it
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

// top returns a package-level name.
func (g *gen) top(name string) string { return name + g.suffix }

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

	g.t.list(1, 3, func() { g.prepares = append(g.prepares, g.signature(len(g.prepares))) })
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
		g.home = ""
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

// file returns the text of a file, with imports and those packages of the standard
// library that it uses.
func file(pkg string, imports, decls []string) string {
	text := strings.Join(decls, "\n")
	var b strings.Builder
	fmt.Fprintf(&b, "package %s\n\n", pkg)
	var std []string
	for _, path := range []string{"errors", "fmt", "reflect", "runtime", "strings", "sync", "unsafe"} {
		if strings.Contains(text, path+".") {
			std = append(std, strconv.Quote(path))
		}
	}
	if len(std)+len(imports) > 0 {
		fmt.Fprintf(&b, "import (\n%s\n\n%s\n)\n\n", strings.Join(std, "\n"), strings.Join(imports, "\n"))
	}
	b.WriteString(text)
	return b.String()
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

// finishName is the name that a rewrite is likely to choose.
func finishName(prepare string) string {
	for _, verb := range []string{"prepare", "begin", "start", "open", "acquire", "lock", "enter", "track"} {
		if rest, ok := strings.CutPrefix(prepare, verb); ok {
			pair := map[string]string{"begin": "end", "open": "close", "acquire": "release", "lock": "unlock", "enter": "exit"}[verb]
			return cmp.Or(pair, "finish") + rest
		}
		if upper := exported(verb); strings.HasPrefix(prepare, upper) {
			return exported(finishName(verb + prepare[len(upper):]))
		}
	}
	return prepare
}

func exported(name string) string { return strings.ToUpper(name[:1]) + name[1:] }

// Helpers returns the text of a file with what programs of a package share: types
// with fields to look at and to change, and functions that make, show and trace.
func Helpers(pkg string) []byte { return []byte(file(pkg, nil, []string{helpers, slotHelpers})) }

const helpers = `type Part struct {
	A int
	S string
}

func (pt *Part) Bump() {
	pt.A += 10
	fmt.Println("bump", pt.A)
}

type Conn struct {
	Part
	N      int
	Name   string
	Closed bool
	Err    error
	Arr    [2]int
	List   []int
	Next   *Conn
	Peer   *Conn // set here and never again
	Hook   func()
}

// Fire runs the hook, once.
func (c *Conn) Fire() {
	if f := c.Hook; f != nil {
		c.Hook = nil
		f()
	}
}

type Wrap struct{ *Conn }

type Deep struct{ *Wrap }

// A Held keeps its conn.
type Held struct{ *Conn }

var Pool [2]*Conn

func Pick(tag string, c *Conn) *Conn {
	fmt.Println(tag, c.Name)
	return c
}

// Who is the name of a conn, if it is one.
func Who(c *Conn) string {
	if c == nil {
		return "nobody"
	}
	return c.Name
}

// reset makes the conns anew.
func reset() {
	peer := &Conn{N: 7, Name: "p"}
	peer.Next, peer.Peer = peer, peer
	for i := range Pool {
		Pool[i] = &Conn{N: i, Name: string(rune('c' + i)), List: []int{i, i + 1}, Peer: peer}
	}
	Pool[0].Next, Pool[1].Next = Pool[1], Pool[0]
	Cells = [2]*Cell[int]{{V: 3}, {V: 4, N: 1}}
	Words = &Cell[string]{V: "w"}
}

func Run(tag string, k int, f func()) {
	reset()
	round(tag, k, f)
	for _, c := range []*Conn{Pool[0], Pool[1], Pool[0].Peer} {
		c.Fire()
		fmt.Println(c.N, c.Name, c.Closed, c.Err, c.Part, c.Arr, c.List)
	}
	fmt.Println(*Cells[0], *Cells[1], *Words)
}

type Cleanup func()

type Cell[T any] struct {
	V T
	N int
}

var (
	Cells [2]*Cell[int]
	Words *Cell[string]
)

func Note[V any](tag string, v V) V {
	fmt.Println(tag, v)
	return v
}

func At[V any](p *V) any {
	if p == nil {
		return "nil"
	}
	return *p
}

func Hold[F any](f F) F {
	fmt.Println("hold")
	return f
}

// Never is a channel that nobody sends to.
var Never chan bool

func Twice(yield func(int) bool) {
	for i := range 2 {
		if !yield(i) {
			return
		}
	}
}

// Join runs f in a goroutine and waits for it.
func Join(f func()) {
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
	Join(func() {
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
	c := &caller{tag: fmt.Sprint("use", string(rune('A'+i))), method: t.oneIn(2) && g.home == ""}
	c.name = g.top(c.tag)
	if g.far {
		c.name = exported(c.name)
	}
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
		t := g.typeOf(v.kind)
		if p.variadic && i == len(p.params)-1 {
			t = "..." + strings.TrimPrefix(t, "[]")
		}
		params = append(params, t)
	}
	for _, k := range p.results {
		if k != funcKind {
			results = append(results, g.typeOf(k))
		}
	}
	return fmt.Sprintf("%s(%s) (%s)", p.name, strings.Join(params, ", "), strings.Join(results, ", "))
}
