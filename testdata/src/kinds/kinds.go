// Package kinds has one prepare function of each kind.
package kinds

import (
	"errors"
	"fmt"
)

type Conn struct {
	name string
	n    int
}

// prepareRead readies c.
func (c *Conn) prepareRead(n int, err *error) (func(), error) { // want `\(\*Conn\)\.prepareRead returns a closure over .*: each call may allocate it, and may move a variable of the caller to the heap`
	if n < 0 {
		return nil, errors.New("negative")
	}
	return func() {
		// The error may be that of the peer.
		if *err != nil {
			*err = fmt.Errorf("read %s: %w", c.name, *err)
		}
	}, nil
}

func (c *Conn) Read(n int) (err error) {
	readDone, err := c.prepareRead(n, &err)
	if err != nil {
		return err
	}
	defer readDone()
	return c.body(n)
}

func (c *Conn) body(n int) error { return fmt.Errorf("body %d", n) }

func (c *Conn) openSession(name string) (id string, closeSession func(), err error) { // want `\(\*Conn\)\.openSession returns a closure over .*: each call may allocate it, and may move the captured result to the heap`
	if name == "" {
		return "", nil, errors.New("no name")
	}
	c.n++
	id = fmt.Sprint(name, c.n)
	return id, func() { fmt.Println("close", id) }, nil
}

func (c *Conn) Session() error {
	id, closeSession, err := c.openSession("s")
	if err != nil {
		return err
	}
	defer closeSession()
	fmt.Println(id)
	return nil
}

func startTrace(op string) func(*error) { // want `startTrace returns a closure over .*: each call may allocate it, and may move its argument to the heap`
	n := len(op)
	return func(err *error) { fmt.Println(op, n, *err) }
}

func Traced() (err error) {
	defer startTrace("traced")(&err)
	return errors.New("failed")
}

// lock captures no result: the flag -all reports it.
func (c *Conn) lock() func() {
	c.n++
	return func() { c.n-- }
}

func (c *Conn) Locked() {
	defer c.lock()()
}

// indent captures nothing, and costs nothing.
func indent() func() {
	fmt.Println("{")
	return func() { fmt.Println("}") }
}

func Indented() {
	defer indent()()
}

type gauge struct{ open int }

type server struct{ gauge gauge }

// hold is called with the address of a field that a pointer leads to: no variable of
// the caller moves to the heap.
func hold(g *gauge) func() {
	g.open++
	return func() { g.open-- }
}

func (s *server) Held() {
	defer hold(&s.gauge)()
}
