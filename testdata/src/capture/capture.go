// Package capture has cleanups that capture no result.
package capture

import (
	"context"
	"errors"
	"fmt"
)

type Pool struct{ used int }

func (p *Pool) acquire(n int) (func(), error) { // want `\(\*Pool\)\.acquire returns a closure over .*: each call may allocate it$`
	if n < 0 {
		return nil, errors.New("negative")
	}
	p.used += n
	return func() { p.used -= n }, nil
}

func (p *Pool) Use(n int) error {
	release, err := p.acquire(n)
	if err != nil {
		return err
	}
	defer release()
	return nil
}

func begin(name string) func() { // want `begin returns a closure over .*`
	depth, label := len(name), name+"!"
	return func() { fmt.Println(depth, label) }
}

func Run(name string) {
	defer begin(name)()
	fmt.Println(name)
}

// A step is no cleanup, but work that somebody asks for.
type step func(context.Context) error

func (s step) twice(ctx context.Context) error { return errors.Join(s(ctx), s(ctx)) }

// nextStep has callers that call what it returns, and none defers it.
func nextStep(n int) step {
	return func(context.Context) error { fmt.Println(n); return nil }
}

func runStep(ctx context.Context) error {
	s := nextStep(1)
	fmt.Println("start")
	return s(ctx)
}
