// Package refused has prepare functions that stay as they are.
package refused

import (
	"errors"
	"fmt"
)

func asValue(n int, err *error) (func(), error) { // want `asValue returns a closure`
	if n < 0 {
		return nil, errors.New("negative")
	}
	return func() { fmt.Println(n, *err) }, nil
}

var hook = asValue

func UseValue(n int) (err error) {
	done, err := asValue(n, &err)
	if err != nil {
		return err
	}
	defer done()
	_, err = hook(n, nil)
	return err
}

type starter interface{ start(*error) func() }

type T struct{ n int }

func (t *T) start(err *error) func() { // want `\(\*T\)\.start returns a closure`
	return func() { fmt.Println(t.n, *err) }
}

func Start(s starter, t *T) (err error) {
	defer s.start(&err)()
	defer t.start(&err)()
	return nil
}

func unguarded(n int, err *error) (func(), error) { // want `unguarded returns a closure`
	if n < 0 {
		return nil, errors.New("negative")
	}
	return func() { fmt.Println(n, *err) }, nil
}

func UseUnguarded(n int) (err error) {
	done, err := unguarded(n, &err)
	defer done() // want `the cleanup that unguarded returns may be nil, and is deferred before the error is checked`
	return err
}
