//go:build !closure && !finish

package wsreference

import (
	"context"
	"sync"
	"sync/atomic"
)

// guard closes the connection when the context of the operation under way in
// one direction ends. It costs nothing for a context that cannot end, and
// registers with one that can only when its Done channel is another than in
// the message before: contexts with one Done channel end together, so one
// registration serves them all. (The channels are compared and not the
// contexts, since comparing interfaces panics for some dynamic types.)
//
// Why no cancellation is lost: a context closes its Done channel before it
// starts the callback. begin sets a bit in state and then looks at the
// channel; fire sets another bit and then looks at begin's. Both are atomic
// read-modify-write operations on one word, so one of them sees the other:
// either fire finds the operation under way, or begin comes later and finds
// the channel closed.
//
// Why none hits the wrong operation: fire asks for the state of the present
// operation and context, so a callback that runs late, or that belongs to a
// context since replaced, finds nothing to do. And end learns whether fire
// came first, so that an operation never succeeds on a connection that its
// context is closing.
//
// begin, end and endMessage are called by the owner of the direction alone:
// the holder of the read lock, or of the frame lock.
type guard struct {
	cut      func() // closes the connection
	callback func() // g.fire, made once

	state atomic.Uint32 // of the operation: guardActive, guardFired

	// The owner's.
	held <-chan struct{} // Done channel of the registration, nil if there is none
	used <-chan struct{} // Done channel of the last operation
	last <-chan struct{} // Done channel at the end of the message before

	mu       sync.Mutex // guards what follows
	ctx      context.Context
	stop     func() bool
	released bool
}

const (
	guardActive = 1 << iota // an operation is under way
	guardFired              // its context has ended, the connection is being closed
)

func (g *guard) init(cut func()) {
	g.cut = cut
	g.callback = g.fire
}

// begin starts an operation under ctx.
func (g *guard) begin(ctx context.Context) {
	done := ctx.Done()
	g.used = done
	if done == nil {
		return
	}
	if done != g.held {
		g.register(ctx)
	}
	g.state.Swap(guardActive)
	select {
	case <-done:
		// The callback may have run before, and it runs once.
		g.fire()
	default:
	}
}

// end ends the operation and reports whether its context ended first,
// in which case the connection is being closed.
func (g *guard) end() bool {
	if g.used == nil {
		return false
	}
	return g.state.Swap(0)&guardFired != 0
}

// endMessage ends a message. It keeps the registration for the next message only
// if the previous message had the same Done channel. Otherwise each message
// probably has a context of its own, whose cancel function would start a
// goroutine for a callback with nothing to do.
func (g *guard) endMessage() {
	if g.held == g.used && g.used == g.last {
		return
	}
	if g.held != nil {
		g.register(context.Background())
	}
	g.last = g.used
}

// register replaces the registration by one with ctx, or by none if ctx
// cannot end.
func (g *guard) register(ctx context.Context) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.stop != nil {
		g.stop()
	}
	g.held, g.ctx, g.stop = ctx.Done(), nil, nil
	if g.held != nil && !g.released {
		g.ctx, g.stop = ctx, context.AfterFunc(ctx, g.callback)
	}
}

// fire closes the connection if the context of the operation under way, if
// there is one, has ended.
func (g *guard) fire() {
	g.mu.Lock()
	hit := g.ctx != nil && g.ctx.Err() != nil && g.state.Or(guardFired)&guardActive != 0
	g.mu.Unlock()
	if hit {
		g.cut()
	}
}

// release ends the registration and allows no new one. It is called when the
// connection has been closed.
func (g *guard) release() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.stop != nil {
		g.stop()
	}
	g.ctx, g.stop, g.released = nil, nil, true
}
