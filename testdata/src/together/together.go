// Package together has prepare functions whose fixes do not go together.
package together

import "fmt"

type Conn struct{ n int }

func (c *Conn) prepareRead(err *error) func() { // want `prepareRead returns a closure`
	fmt.Println("prepare")
	return func() { fmt.Println("read", c.n, *err) }
}

func (c *Conn) prepareToRead(err *error) func() { // want `prepareToRead returns a closure`
	fmt.Println("start")
	return func() { fmt.Println("started", c.n, *err) }
}

func (c *Conn) prepareWrite(err *error) func() { // want `prepareWrite returns a closure`
	fmt.Println("prepare")
	return func() { fmt.Println("write", c.n, *err) }
}

func (c *Conn) Read() (err error) {
	defer c.prepareRead(&err)()
	return nil
}

func (c *Conn) Start() (err error) {
	defer c.prepareToRead(&err)()
	return nil
}

func (c *Conn) Write() (err error) {
	defer c.prepareWrite(&err)()
	return nil
}

func (c *Conn) Both() (err error) {
	defer c.prepareRead(&err)()
	defer c.prepareWrite(&err)()
	return nil
}
