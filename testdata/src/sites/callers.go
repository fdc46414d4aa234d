package sites

import "errors"

type Outer struct{ Conn }

func (c *Conn) assigned(n int) (err error) {
	done, err := c.prepare(n, &err) // the call
	if err != nil {
		return err // failed
	}
	defer done() // the defer
	return errors.New("assigned")
}

func (o *Outer) promoted(n int) (err error) {
	done, err := o.prepare(n, &err)
	if err != nil {
		return err
	}
	defer done()
	return nil
}

func direct(c *Conn, n int) error {
	var err error
	done, err := c.prepare(n, &err)
	if err != nil {
		return err
	}
	err = errors.New("direct")
	done()
	return nil
}

func inLiteral(c *Conn) func(int) error {
	return func(n int) (err error) {
		done, err := c.prepare(n, &err)
		if err != nil {
			return err
		}
		defer func() { done() }()
		return nil
	}
}
