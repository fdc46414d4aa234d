package candidate

import (
	"fmt"
	"runtime/debug"

	"github.com/closurefix/closurefix/rewrite/refusal"
)

// A fault is a panic of the analysis, which is a bug of this program.
type fault struct {
	value any
	stack []byte
}

// attempt calls f, and returns its fault, nil if it has none. A fault refuses what
// it concerns, and leaves the rest alone.
func attempt(f func()) (found *fault) {
	defer func() {
		if v := recover(); v != nil {
			found = &fault{v, debug.Stack()}
		}
	}()
	f()
	return nil
}

// blame refuses c for a fault.
func (c *Candidate) blame(f *fault) {
	c.Plan, c.Edits, c.Notes, c.Trace = nil, nil, nil, nil
	c.Refusal = c.refuse(refusal.InternalError, fmt.Sprintf("internal error: %v", f.value))
	c.Refusal.Stack = string(f.stack)
}
