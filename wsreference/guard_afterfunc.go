//go:build closure || finish

package wsreference

import (
	"context"
	"sync/atomic"
)

// guard closes the connection when the context of the operation under way in
// one direction ends. This form registers with the context anew for each
// frame, which costs four allocations: the callback, the stop function moved
// to the heap, and two of context.AfterFunc's own.
type guard struct {
	cut  func() // closes the connection
	stop atomic.Pointer[func() bool]
}

func (g *guard) init(cut func()) { g.cut = cut }

// begin starts an operation under ctx.
func (g *guard) begin(ctx context.Context) {
	stop := context.AfterFunc(ctx, func() {
		g.end()
		g.cut()
	})
	if old := g.stop.Swap(&stop); old != nil {
		(*old)()
	}
}

// end ends the operation and reports whether its context ended first,
// in which case the connection is being closed.
func (g *guard) end() bool {
	stop := g.stop.Swap(nil)
	return stop == nil || !(*stop)()
}

// endMessage does nothing: no registration outlives its frame.
func (g *guard) endMessage() {}

// release does nothing: no registration outlives its frame.
func (g *guard) release() {}
