package gen

import (
	"fmt"
	"regexp"
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

// file returns the text of a file, with imports and those packages of the standard
// library that it uses.
func file(pkg string, imports, decls []string) string {
	text := strings.Join(decls, "\n")
	var b strings.Builder
	fmt.Fprintf(&b, "package %s\n\n", pkg)
	var std []string
	for _, path := range []string{"errors", "fmt", "reflect", "runtime", "strings", "sync", "time", "unsafe"} {
		if regexp.MustCompile(`\b` + path + `\.[A-Z]`).MatchString(text) {
			std = append(std, strconv.Quote(path))
		}
	}
	if len(std)+len(imports) > 0 {
		fmt.Fprintf(&b, "import (\n%s\n\n%s\n)\n\n", strings.Join(std, "\n"), strings.Join(imports, "\n"))
	}
	b.WriteString(text)
	return b.String()
}

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

// A Namer has a name.
type Namer interface{ Title() string }

func (pt Part) Title() string { return "part " + pt.S }

func (c *Conn) Title() string { return "conn " + c.Name }

// Elapsed returns a value of a type that programs need not mention.
func Elapsed(n int) time.Duration { return time.Duration(n) * time.Second }

// Point returns a value of a type that has no name.
func Point(n int) struct{ X, Y int } { return struct{ X, Y int }{n, n + 1} }

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

func noop() {}

var doNothing = func() {}

// Programs share these, so that none can remove what only it had a use for.
var _, _, _ = noop, doNothing, Cleanup(nil)

// Fire runs the hook, once.
func (c *Conn) Fire() {
	if f := c.Hook; f != nil {
		c.Hook = nil
		f()
	}
}

// Cleanups call Flush and Sync, by which they may differ.
func (c *Conn) Flush() { fmt.Println("flush", c.Name) }

func (c *Conn) Sync() { fmt.Println("sync", c.Name) }

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

// Attempt obtains a part, or fails.
func Attempt(tag string, n int) (*Part, error) {
	fmt.Println(tag, n)
	if n%4 == 3 {
		return nil, errors.New(tag)
	}
	return &Part{A: n, S: tag}, nil
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

// Tick counts.
func (q *Cell[T]) Tick() {
	q.N++
	fmt.Println("tick", q.N)
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
