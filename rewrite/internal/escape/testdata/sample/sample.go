// Package sample has one function for each form of verdict.
package sample

import "errors"

type Conn struct{ n int }

// Small is inlined.
func (c *Conn) Small(err *error) func() {
	c.n++
	return func() {
		if *err != nil {
			c.n--
		}
	}
}

func small(c *Conn) (err error) {
	defer c.Small(&err)()
	return errors.New("small")
}

func loop(c *Conn) (err error) {
	for range 3 {
		done := c.Small(&err)
		defer done()
	}
	return nil
}

func (c *Conn) open(err *error) (done func(), _ error) {
	defer c.close()
	done = func() {
		if *err != nil {
			c.n--
		}
	}
	return done, nil
}

func (c *Conn) close() { c.n = 0 }

func open(c *Conn) (err error) {
	done, err := c.open(&err)
	if err != nil {
		return err
	}
	defer done()
	return nil
}

func inLiteral(c *Conn) error {
	f := func() (e error) {
		done, e := c.open(&e)
		if e != nil {
			return e
		}
		defer done()
		return nil
	}
	return f()
}

func (c *Conn) own() (done func(), err error) {
	defer c.close()
	return func() {
		if err != nil {
			c.n++
		}
	}, nil
}

func pointer(c *Conn) func(*error) {
	defer c.close()
	return func(e *error) {
		if *e != nil {
			c.n++
		}
	}
}

func usePointer(c *Conn) (err error) {
	done := pointer(c)
	defer done(&err)
	return nil
}

// Generic is compiled once for each shape of its type argument.
func Generic[T any](p *T) func() {
	defer func() {}()
	var t T
	return func() { *p = t }
}

func useGeneric() (n int, s string) {
	defer Generic(&n)()
	defer Generic(&s)()
	return 1, ""
}

// Two gives two literals, of which one stays on the stack in twice.
func Two(n *int) (a, b func()) {
	return func() { *n++ }, func() { *n-- }
}

var keep func()

func twice() (n int) {
	a, b := Two(&n)
	keep = a
	b()
	return
}
