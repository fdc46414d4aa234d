package candidate

import (
	"fmt"
	"runtime/debug"

	"github.com/closurefix/closurefix/rewrite/misuse"
	"github.com/closurefix/closurefix/rewrite/pattern"
	"github.com/closurefix/closurefix/rewrite/refusal"
)

// A fault is a panic of the analysis, which is a bug in this module.
type fault struct {
	value any
	stack []byte
}

// attempt calls f and returns its panic as a fault, or nil. A fault leads to a refusal of
// the functions that it concerns; all others are decided as usual.
func attempt(f func()) (found *fault) {
	defer func() {
		if v := recover(); v != nil {
			found = &fault{v, debug.Stack()}
		}
	}()
	f()
	return nil
}

// Misuses returns what misuse.Find finds. An error is a fault of the search, with its
// stack; then nothing is found.
func Misuses(units []*pattern.Unit, o misuse.Options) (found []*misuse.Finding, err error) {
	if f := attempt(func() { found = misuse.Find(units, o) }); f != nil {
		return nil, fmt.Errorf("internal error: %v\n%s", f.value, f.stack)
	}
	return found, nil
}

// blame refuses c because of a fault.
func (c *Candidate) blame(f *fault) {
	c.Plan, c.Edits, c.Notes, c.Trace = nil, nil, nil, nil
	c.Refusal = c.refuse(refusal.InternalError, fmt.Sprintf("internal error: %v", f.value))
	c.Refusal.Stack = string(f.stack)
}
