package wsreference

import (
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// A stuck call is one that waits for the peer, in one of the ways there are.
type stuckCall struct {
	name string
	room int                                // as in peerConfig
	prep func(p *rawPeer)                   // what the peer does first
	call func(context.Context, *Conn) error // waits
}

func read(ctx context.Context, c *Conn) error {
	_, _, err := c.Read(ctx)
	return err
}

var big = make([]byte, 100_000)

var stuckCalls = []stuckCall{
	{"read before a header", 0, func(p *rawPeer) {}, read},
	{"read in a header", 0, func(p *rawPeer) {
		p.bytes(p.encode(header{flags: finBit, opcode: opText}, big)[:5]) // of 10, or 14
	}, read},
	{"read in a payload", 0, func(p *rawPeer) {
		b := p.encode(header{flags: finBit, opcode: opText}, []byte("0123456789"))
		p.bytes(b[:len(b)-1])
	}, read},
	{"read between frames", 0, func(p *rawPeer) { p.part(opText, "abc") }, read},
	{"read in a ping", 0, func(p *rawPeer) {
		b := p.encode(header{flags: finBit, opcode: opPing}, []byte("abcd"))
		p.bytes(b[:len(b)-1])
	}, read},
	{"read in a close frame", 0, func(p *rawPeer) {
		b := p.encode(header{flags: finBit, opcode: opClose}, []byte("\x03\xe8bye"))
		p.bytes(b[:len(b)-1])
	}, read},
	{"read that writes a pong", 1, func(p *rawPeer) { p.send(opPing, "abcd") }, read},
	{"reader in a payload", 0, func(p *rawPeer) { p.part(opText, "abc") }, func(ctx context.Context, c *Conn) error {
		_, r, err := c.Reader(ctx)
		if err != nil {
			return err
		}
		_, err = io.Copy(io.Discard, r)
		return err
	}},
	{"write", 10, func(p *rawPeer) {}, func(ctx context.Context, c *Conn) error {
		return c.Write(ctx, MessageBinary, big)
	}},
	{"writer", 10, func(p *rawPeer) {}, func(ctx context.Context, c *Conn) error {
		w, err := c.Writer(ctx, MessageBinary)
		if err != nil {
			return err
		}
		_, err = w.Write(big)
		return errors.Join(err, w.Close())
	}},
	{"ping that cannot be sent", 1, func(p *rawPeer) {}, func(ctx context.Context, c *Conn) error { return c.Ping(ctx) }},
}

// TestCancelStuck ends the context of each stuck call: the call must return
// with its error, and the connection be closed.
func TestCancelStuck(t *testing.T) {
	for _, tt := range stuckCalls {
		t.Run(tt.name, func(t *testing.T) {
			for _, client := range []bool{false, true} {
				synctest.Test(t, func(t *testing.T) {
					c, p := newPeer(t, peerConfig{connConfig{client: client}, tt.room})
					ctx, cancel := context.WithCancel(t.Context())
					tt.prep(p)
					errs := make(chan error)
					go func() { errs <- tt.call(ctx, c) }()
					synctest.Wait()
					select {
					case err := <-errs:
						t.Fatalf("the call returned before: %v", err)
					default:
					}
					cancel()
					if err := <-errs; !errors.Is(err, context.Canceled) {
						t.Errorf("the call returned %v", err)
					}
					synctest.Wait()
					select {
					case <-c.link.closed:
					default:
						t.Error("the connection is open")
					}
					if err := read(t.Context(), c); err == nil {
						t.Error("a read succeeds afterwards")
					}
					if err := c.Write(t.Context(), MessageText, nil); err == nil {
						t.Error("a write succeeds afterwards")
					}
				})
			}
		})
	}
}

// TestDeadlineStuck does the same with a deadline.
func TestDeadlineStuck(t *testing.T) {
	for _, tt := range stuckCalls {
		synctest.Test(t, func(t *testing.T) {
			c, p := newPeer(t, peerConfig{connConfig{}, tt.room})
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			tt.prep(p)
			start := time.Now()
			if err := tt.call(ctx, c); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("%s: %v", tt.name, err)
			}
			if d := time.Since(start); d != time.Second {
				t.Errorf("%s: took %v", tt.name, d)
			}
		})
	}
}

// TestCloseStuck closes the connection under each stuck call.
func TestCloseStuck(t *testing.T) {
	for _, tt := range stuckCalls {
		synctest.Test(t, func(t *testing.T) {
			c, p := newPeer(t, peerConfig{connConfig{}, tt.room})
			tt.prep(p)
			errs := make(chan error)
			go func() { errs <- tt.call(t.Context(), c) }()
			synctest.Wait()
			c.CloseNow()
			if err := <-errs; !errors.Is(err, net.ErrClosed) {
				t.Errorf("%s: %v", tt.name, err)
			}
		})
	}
}

// TestCancelIdle pins that a context without a call under way does nothing to
// the connection, whenever it ends.
func TestCancelIdle(t *testing.T) {
	for _, rounds := range []int{1, 2, 3, 10} {
		synctest.Test(t, func(t *testing.T) {
			c, p := newPeer(t, peerConfig{})
			ctx, cancel := context.WithCancel(t.Context())
			for range rounds {
				p.send(opText, "hi")
				if err := read(ctx, c); err != nil {
					t.Fatal(err)
				}
				if err := c.Write(ctx, MessageText, nil); err != nil {
					t.Fatal(err)
				}
			}
			cancel()
			synctest.Wait()
			if err := read(ctx, c); !errors.Is(err, context.Canceled) {
				t.Errorf("a read under the context that has ended: %v", err)
			}
			if err := c.Write(ctx, MessageText, nil); !errors.Is(err, context.Canceled) {
				t.Errorf("a write under the context that has ended: %v", err)
			}
			if err := c.Ping(ctx); !errors.Is(err, context.Canceled) {
				t.Errorf("a ping under the context that has ended: %v", err)
			}
			synctest.Wait()
			p.send(opText, "still here")
			if err := read(t.Context(), c); err != nil {
				t.Errorf("a read under another context: %v", err)
			}
			if err := c.Write(t.Context(), MessageText, nil); err != nil {
				t.Errorf("a write under another context: %v", err)
			}
		})
	}
}

// TestCancelMidMessage ends the context between two calls of the reader, and
// of the writer, of one message. The rest of it can never come.
func TestCancelMidMessage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, p := newPeer(t, peerConfig{})
		ctx, cancel := context.WithCancel(t.Context())
		p.send(opText, "abcdef")
		_, r, err := c.Reader(ctx)
		if err != nil {
			t.Fatal(err)
		}
		cancel()
		synctest.Wait()
		// What is in memory may still be read; what is not may not.
		if _, err := io.Copy(io.Discard, r); err != nil && !errors.Is(err, context.Canceled) {
			t.Errorf("reader: %v", err)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		c, _ := newPeer(t, peerConfig{})
		ctx, cancel := context.WithCancel(t.Context())
		w, err := c.Writer(ctx, MessageText)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(big); err != nil {
			t.Fatal(err)
		}
		cancel()
		synctest.Wait()
		_, err = w.Write(big)
		if err := errors.Join(err, w.Close()); stage == "default" && !errors.Is(err, context.Canceled) {
			t.Errorf("writer: %v", err)
		}
	})
}

// TestCancelWaiting pins that waiting for another writer ends with the context
// and leaves the connection alone.
func TestCancelWaiting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, p := newPeer(t, peerConfig{})
		w, err := c.Writer(t.Context(), MessageText)
		if err != nil {
			t.Fatal(err)
		}
		w.Write([]byte(strings.Repeat("x", bufferSize+1))) // one frame is out
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := c.Write(ctx, MessageText, nil); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Write: %v", err)
		}
		ctx, cancel = context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := c.Writer(ctx, MessageText); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Writer: %v", err)
		}
		ctx, cancel = context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := c.Ping(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Ping: %v", err) // was sent between the frames, and not answered
		}
		if err := w.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
		p.send(opText, "")
		if err := read(t.Context(), c); err != nil {
			t.Errorf("Read: %v", err)
		}
	})
}

// TestCancelPrevious races the end of the context of the message before with
// a read under another, which must never be harmed.
func TestCancelPrevious(t *testing.T) {
	if stage != "default" {
		t.Skip("in this stage a callback that starts late closes the connection")
	}
	for round := range 300 {
		c, p := newPeer(t, peerConfig{})
		ctx1, cancel1 := context.WithCancel(t.Context())
		ctx2, cancel2 := context.WithCancel(t.Context())
		for range round % 4 { // with and without a registration that stays
			p.send(opText, "a")
			if err := read(ctx1, c); err != nil {
				t.Fatal(err)
			}
		}
		var wg sync.WaitGroup
		wg.Go(cancel1)
		wg.Go(func() {
			runtime.Gosched()
			p.send(opText, "b")
		})
		if err := read(ctx2, c); err != nil {
			t.Fatalf("round %d: %v", round, err)
		}
		wg.Wait()
		p.send(opText, "c")
		if err := read(ctx2, c); err != nil {
			t.Fatalf("round %d, after the race: %v", round, err)
		}
		cancel2()
		c.CloseNow()
	}
}

// TestCancelRandomly ends contexts at random moments of an exchange. Every
// call must return, and one that fails must say that its context did it.
func TestCancelRandomly(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	for round := range 300 {
		client, server := pipeConns(CompressionMode(round % 3))
		ctx, cancel := context.WithCancel(t.Context())
		delay := time.Duration(rnd.IntN(200)) * time.Microsecond
		var wg sync.WaitGroup
		wg.Go(func() { echo(t.Context(), server); server.CloseNow() })
		wg.Go(func() { time.Sleep(delay); cancel() })
		within(t, "an exchange under a context that ends", func() {
			for {
				err := client.Write(ctx, MessageText, big[:700])
				if err == nil {
					err = read(ctx, client)
				}
				if err != nil {
					if !errors.Is(err, context.Canceled) {
						t.Errorf("round %d: %v", round, err)
					}
					break
				}
			}
			client.CloseNow()
			wg.Wait()
		})
	}
}

// TestLateRead pins that a frame read that meets a close frame already
// received fails with it, and leaves no hold of its context behind.
func TestLateRead(t *testing.T) {
	want := CloseError{StatusGoingAway, "bye"}
	for name, f := range map[string]func(context.Context, *Conn) error{
		"header": func(ctx context.Context, c *Conn) error {
			_, err := c.data.frames.readFrameHeader(ctx)
			return err
		},
		"payload": func(ctx context.Context, c *Conn) error {
			_, err := c.data.frames.readFramePayload(ctx, make([]byte, 1))
			return err
		},
	} {
		synctest.Test(t, func(t *testing.T) {
			c, p := newPeer(t, peerConfig{})
			p.bytes([]byte("more"))
			c.link.received.Store(&want)
			c.link.ended.Store(true)
			ctx, cancel := context.WithCancel(t.Context())
			if err := f(ctx, c); !errors.Is(err, want) {
				t.Errorf("%s: %v, want %v", name, err, want)
			}
			cancel()
			synctest.Wait()
			select {
			case <-c.link.closed:
				t.Errorf("%s: the context has closed the connection afterwards", name)
			default:
			}
		})
	}
}
