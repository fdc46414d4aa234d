// Package sites has callers of all forms, in other files and in tests.
package sites

import (
	"errors"
	"fmt"
)

type Conn struct{ name string }

func (c *Conn) prepare(n int, err *error) (func(), error) { // want `\(\*Conn\)\.prepare returns a closure`
	if n < 0 {
		return nil, errors.New("negative")
	}
	return func() { fmt.Println(c.name, n, *err) }, nil
}
