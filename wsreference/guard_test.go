//go:build !closure && !finish

package wsreference

import (
	"context"
	"testing"
	"testing/synctest"
	"time"
)

// countingCtx counts the registrations with it. Its type cannot be compared.
type countingCtx struct {
	context.Context
	counts []*int
}

// Value hides from the context package that there is a context of its own
// within, which it would register with directly.
func (c countingCtx) Value(any) any { return nil }

// AfterFunc makes context.AfterFunc register here.
func (c countingCtx) AfterFunc(f func()) func() bool {
	*c.counts[0]++
	stop := context.AfterFunc(c.Context, f)
	return func() bool { *c.counts[1]++; return stop() }
}

func newCountingCtx(t *testing.T) (ctx countingCtx, started, stopped *int) {
	parent, cancel := context.WithCancel(t.Context())
	t.Cleanup(cancel)
	started, stopped = new(int), new(int)
	return countingCtx{parent, []*int{started, stopped}}, started, stopped
}

// guardedMessage does what one message does, in n operations.
func guardedMessage(g *guard, n int, ctx context.Context) {
	for range n {
		g.begin(ctx)
		g.end()
	}
	g.endMessage()
}

// TestGuardKeeps pins when a registration is made and dropped.
func TestGuardKeeps(t *testing.T) {
	c, _ := newPeer(t, peerConfig{})
	g := &c.link.reading
	a, aStarted, aStopped := newCountingCtx(t)
	b, bStarted, bStopped := newCountingCtx(t)
	steps := []struct {
		name                         string
		ctx                          context.Context
		aStart, aStop, bStart, bStop int
	}{
		{"first of a: dropped", a, 1, 1, 0, 0},
		{"second of a: kept", a, 2, 1, 0, 0},
		{"third of a: still there", a, 2, 1, 0, 0},
		{"first of b: replaces a, dropped", b, 2, 2, 1, 1},
		{"a again: dropped", a, 3, 3, 1, 1},
		{"b again: dropped", b, 3, 3, 2, 2},
		{"b once more: kept", b, 3, 3, 3, 2},
		{"background: drops b", context.Background(), 3, 3, 3, 3},
		{"b after background: dropped", b, 3, 3, 4, 4},
		{"b after b: kept", b, 3, 3, 5, 4},
	}
	for _, s := range steps {
		guardedMessage(g, 3, s.ctx)
		if *aStarted != s.aStart || *aStopped != s.aStop || *bStarted != s.bStart || *bStopped != s.bStop {
			t.Fatalf("%s: a %d made %d dropped, b %d made %d dropped; want %d %d, %d %d",
				s.name, *aStarted, *aStopped, *bStarted, *bStopped, s.aStart, s.aStop, s.bStart, s.bStop)
		}
	}
	c.CloseNow()
	if *bStopped != 5 {
		t.Error("the registration outlives the connection")
	}
	guardedMessage(g, 3, a)
	if *aStarted != 3 {
		t.Error("a closed connection registers")
	}
}

// TestGuardWithDerivedContext pins that contexts with one Done channel count
// as one.
func TestGuardWithDerivedContext(t *testing.T) {
	c, _ := newPeer(t, peerConfig{})
	parent, cancel := context.WithCancel(t.Context())
	defer cancel()
	type key struct{}
	for i := range 5 {
		guardedMessage(&c.link.reading, 2, context.WithValue(parent, key{}, i))
	}
	// The registration that the second message has left still serves.
	if got := c.link.reading.ctx.Value(key{}); got != 1 {
		t.Errorf("the registration is that of message %v", got)
	}
}

// TestGuardFires goes through the orders of an operation and the end of its
// context.
func TestGuardFires(t *testing.T) {
	isClosed := func(c *Conn) bool {
		synctest.Wait()
		select {
		case <-c.link.closed:
			return true
		default:
			return false
		}
	}
	cases := []struct {
		name        string
		f           func(g *guard, ctx context.Context, cancel func()) (cut bool)
		cut, closed bool
	}{
		{"end, then cancel", func(g *guard, ctx context.Context, cancel func()) bool {
			g.begin(ctx)
			defer cancel()
			return g.end()
		}, false, false},
		{"cancel in the operation", func(g *guard, ctx context.Context, cancel func()) bool {
			g.begin(ctx)
			cancel()
			synctest.Wait()
			return g.end()
		}, true, true},
		{"cancel before the operation, callback spent", func(g *guard, ctx context.Context, cancel func()) bool {
			g.begin(ctx)
			g.end()
			cancel()
			synctest.Wait()
			g.begin(ctx)
			return g.end()
		}, true, true},
		{"cancel before the first operation", func(g *guard, ctx context.Context, cancel func()) bool {
			cancel()
			g.begin(ctx)
			return g.end()
		}, true, true},
		{"cancel of a context since replaced", func(g *guard, ctx context.Context, cancel func()) bool {
			g.begin(ctx)
			g.end()
			other, stop := context.WithCancel(context.Background())
			defer stop()
			g.begin(other)
			cancel()
			synctest.Wait()
			return g.end()
		}, false, false},
		{"late callback of a context since replaced", func(g *guard, ctx context.Context, cancel func()) bool {
			other, stop := context.WithCancel(context.Background())
			defer stop()
			g.begin(other)
			g.fire()
			return g.end()
		}, false, false},
		{"background after a context that ends", func(g *guard, ctx context.Context, cancel func()) bool {
			g.begin(ctx)
			g.end()
			g.begin(context.Background())
			cancel()
			synctest.Wait()
			return g.end()
		}, false, false},
	}
	for _, tt := range cases {
		synctest.Test(t, func(t *testing.T) {
			c, _ := newPeer(t, peerConfig{})
			ctx, cancel := context.WithCancel(context.Background())
			defer cancel()
			if cut := tt.f(&c.link.reading, ctx, cancel); cut != tt.cut {
				t.Errorf("%s: end reports %v", tt.name, cut)
			}
			if got := isClosed(c); got != tt.closed {
				t.Errorf("%s: closed is %v", tt.name, got)
			}
		})
	}
}

// TestFreshContexts pins what a message under a context of its own leaves
// behind: nothing that its cancel function would have to start.
func TestFreshContexts(t *testing.T) {
	c, p := newPeer(t, peerConfig{})
	for range 5 {
		ctx, started, stopped := newCountingCtx(t)
		go func() {
			time.Sleep(time.Millisecond) // so that the read waits
			p.send(opText, "a")
		}()
		if err := read(ctx, c); err != nil {
			t.Fatal(err)
		}
		if err := c.Write(ctx, MessageText, nil); err != nil {
			t.Fatal(err)
		}
		if *started == 0 || *started != *stopped {
			t.Errorf("%d registrations made, %d dropped", *started, *stopped)
		}
	}
}
