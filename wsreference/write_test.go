package wsreference

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// TestWriteFrames pins into which frames messages are cut.
func TestWriteFrames(t *testing.T) {
	type frame struct {
		op   opcode
		fin  bool
		size int
	}
	tests := []struct {
		name   string
		writes []int // sizes of the calls; one call of Conn.Write if nil
		whole  int
		want   []frame
	}{
		{name: "Write of nothing", want: []frame{{opBinary, true, 0}}},
		{name: "Write", whole: 125, want: []frame{{opBinary, true, 125}}},
		{name: "Write of a buffer", whole: bufferSize, want: []frame{{opBinary, true, bufferSize}}},
		{name: "Write of much", whole: 70_000, want: []frame{{opBinary, true, 70_000}}},
		{name: "Writer of nothing", writes: []int{}, want: []frame{{opBinary, true, 0}}},
		{name: "small writes", writes: []int{1, 2, 3}, want: []frame{{opBinary, true, 6}}},
		{name: "a full buffer", writes: []int{4000, 96}, want: []frame{{opBinary, true, bufferSize}}},
		{name: "more than a buffer", writes: []int{4000, 97}, want: []frame{{opBinary, false, bufferSize}, {opContinuation, true, 1}}},
		{name: "a big write", writes: []int{10_000, 1}, want: []frame{{opBinary, false, 10_000}, {opContinuation, true, 1}}},
		{name: "a big write after a small one", writes: []int{1, 10_000}, want: []frame{
			{opBinary, false, bufferSize}, {opContinuation, false, 10_001 - bufferSize}, {opContinuation, true, 0}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			bothEnds(t, func(t *testing.T, c *Conn, p *rawPeer) {
				var want []byte
				if tt.writes == nil {
					want = bytes.Repeat([]byte("xyz"), tt.whole)[:tt.whole]
					if err := c.Write(t.Context(), MessageBinary, want); err != nil {
						t.Fatal(err)
					}
				} else {
					w, err := c.Writer(t.Context(), MessageBinary)
					if err != nil {
						t.Fatal(err)
					}
					for i, n := range tt.writes {
						b := bytes.Repeat([]byte{'a' + byte(i)}, n)
						want = append(want, b...)
						if m, err := w.Write(b); m != n || err != nil {
							t.Fatalf("Write: %d, %v", m, err)
						}
					}
					if err := w.Close(); err != nil {
						t.Fatal(err)
					}
					if _, err := w.Write(nil); !errors.Is(err, errWriterClosed) {
						t.Errorf("Write after Close: %v", err)
					}
					if err := w.Close(); !errors.Is(err, errWriterClosed) {
						t.Errorf("second Close: %v", err)
					}
				}
				var frames []frame
				var got []byte
				for len(frames) < len(tt.want) {
					h, b, err := p.next()
					if err != nil {
						t.Fatal(err)
					}
					got = append(got, b...)
					frames = append(frames, frame{h.opcode, h.fin(), len(b)})
				}
				if fmt.Sprint(frames) != fmt.Sprint(tt.want) {
					t.Errorf("frames %v, want %v", frames, tt.want)
				}
				if !bytes.Equal(got, want) {
					t.Error("the payload is another")
				}
			})
		})
	}
}

func TestWriteType(t *testing.T) {
	c, _ := newPeer(t, peerConfig{})
	for _, typ := range []MessageType{0, 3, 8, -1} {
		if err := c.Write(t.Context(), typ, nil); !errors.Is(err, errBadType) {
			t.Errorf("Write of type %v: %v", typ, err)
		}
		if _, err := c.Writer(t.Context(), typ); !errors.Is(err, errBadType) {
			t.Errorf("Writer of type %v: %v", typ, err)
		}
	}
}

// TestMaskKeys pins that each frame of a client has a key of its own.
func TestMaskKeys(t *testing.T) {
	c, p := newPeer(t, peerConfig{connConfig: connConfig{client: true}})
	keys := make(map[uint32]bool)
	for range 200 {
		if err := c.Write(t.Context(), MessageText, nil); err != nil {
			t.Fatal(err)
		}
		h, _, err := p.next()
		if err != nil {
			t.Fatal(err)
		}
		keys[h.key] = true
	}
	if len(keys) < 199 { // by chance, two of 200 are the same once in 200,000 runs
		t.Errorf("%d keys for 200 frames", len(keys))
	}
}

// TestManyWriters sends messages in all ways at once, beside pings from both
// ends. No message may be cut by another.
func TestManyWriters(t *testing.T) {
	for _, mode := range []CompressionMode{CompressionDisabled, CompressionContextTakeover, CompressionNoContextTakeover} {
		client, server := pipeConns(mode)
		server.SetReadLimit(-1)
		ctx := client.CloseRead(t.Context())
		const writers, messages = 6, 20
		var wg sync.WaitGroup
		for i := range writers {
			text := []byte(strings.Repeat(string(rune('a'+i)), 40<<i*2)) // 40 B to 40 KiB
			wg.Go(func() {
				for n := range messages {
					var err error
					if n%2 == 0 {
						err = client.Write(ctx, MessageText, text)
					} else {
						var w io.WriteCloser
						if w, err = client.Writer(ctx, MessageText); err == nil {
							_, err = w.Write(text[:len(text)/2])
							_, err2 := w.Write(text[len(text)/2:])
							err = errors.Join(err, err2, w.Close())
						}
					}
					if err != nil {
						t.Errorf("writer %d: %v", i, err)
						return
					}
				}
			})
		}
		for _, c := range []*Conn{client, server} {
			wg.Go(func() {
				for range messages {
					if err := c.Ping(ctx); err != nil {
						t.Errorf("Ping: %v", err)
						return
					}
				}
			})
		}
		count := make(map[string]int)
		done := make(chan struct{})
		go func() {
			defer close(done)
			for {
				_, b, err := server.Read(context.Background())
				if err != nil {
					if CloseStatus(err) != StatusNormalClosure {
						t.Errorf("Read: %v", err)
					}
					return
				}
				count[string(b)]++
			}
		}()
		within(t, "writing concurrently", wg.Wait)
		if err := client.Close(StatusNormalClosure, ""); err != nil {
			t.Errorf("Close: %v", err)
		}
		<-done
		server.CloseNow()
		if len(count) != writers {
			t.Errorf("%d different messages, want %d", len(count), writers)
		}
		for text, n := range count {
			if n != messages {
				t.Errorf("message of %d bytes %q…: %d times, want %d", len(text), text[:1], n, messages)
			}
		}
	}
}

// TestPingOrder pins that a pong answers the pings before it as well.
func TestPingOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, p := newPeer(t, peerConfig{})
		c.CloseRead(t.Context())
		errs := make(chan error, 3)
		var payload string
		for range 2 {
			go func() { errs <- c.Ping(t.Context()) }()
			_, b, _ := p.next()
			payload = string(b)
		}
		go func() { errs <- c.Ping(t.Context()) }()
		p.next()
		p.send(opPong, "unasked")
		p.send(opPong, "8 bytes.")
		p.send(opPong, payload) // the second
		for range 2 {
			if err := <-errs; err != nil {
				t.Errorf("Ping: %v", err)
			}
		}
		synctest.Wait()
		select {
		case err := <-errs:
			t.Errorf("the third ping came back: %v", err)
		default:
		}
		c.CloseNow()
		if err := <-errs; err == nil {
			t.Error("Ping of a connection that was closed succeeded")
		}
		if n := len(c.pings.waiting); n != 0 {
			t.Errorf("%d pings wait still", n)
		}
	})
}

// TestPongs pins that each ping of a burst is answered, in order and before a
// message that is sent later, as long as nothing blocks writing.
func TestPongs(t *testing.T) {
	const pings = 100 * maxPongs
	bothEnds(t, func(t *testing.T, c *Conn, p *rawPeer) {
		var burst []byte
		for i := range pings {
			burst = append(burst, p.encode(header{flags: finBit, opcode: opPing}, []byte(fmt.Sprint(i)))...)
		}
		p.bytes(burst)
		p.send(opText, "after the pings")
		if err := read(t.Context(), c); err != nil {
			t.Fatal(err)
		}
		if err := c.Write(t.Context(), MessageText, []byte("answer")); err != nil {
			t.Fatal(err)
		}
		for i := range pings {
			p.want(opPong, fmt.Sprint(i))
		}
		p.want(opText, "answer")
	})
}

// TestNewestPongs pings a Conn whose writer is stuck. It must go on reading,
// and owe no more than the newest pongs.
func TestNewestPongs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, p := newPeer(t, peerConfig{room: 1})
		go c.Write(t.Context(), MessageBinary, make([]byte, 100))
		synctest.Wait()
		for i := range 1000 {
			p.send(opPing, fmt.Sprint(i))
		}
		p.send(opText, "after the pings")
		if _, b, err := c.Read(t.Context()); err != nil || string(b) != "after the pings" {
			t.Errorf("Read: %q, %v", b, err)
		}
		if h, b, err := p.next(); err != nil || h.opcode != opBinary || len(b) != 100 {
			t.Errorf("the peer got frame %#x, %d bytes, %v", h.opcode, len(b), err)
		}
		for i := range maxPongs {
			p.want(opPong, fmt.Sprint(1000-maxPongs+i))
		}
	})
}

// TestPingAfterClose pins that a ping that comes when nothing can be sent any
// more is forgotten, also if the close frame is still being written then.
func TestPingAfterClose(t *testing.T) {
	for _, during := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			c, p := newPeer(t, peerConfig{room: 1})
			go read(t.Context(), c)
			go c.Close(StatusNormalClosure, "")
			if during {
				synctest.Wait()
				p.send(opPing, "too late")
				synctest.Wait()
			}
			p.want(opClose, closePayload(StatusNormalClosure, ""))
			if !during {
				synctest.Wait()
				p.send(opPing, "too late")
			}
			synctest.Wait()
			if c.out.pongs.owed.Load() {
				t.Errorf("a pong is owed (ping during the close frame: %v)", during)
			}
			p.send(opClose, "")
			p.wantEOF()
		})
	}
}

// TestMutualPings has both ends owe pongs over a pipe that holds nothing, so
// that a reader that waited for its pong would never read the other's.
func TestMutualPings(t *testing.T) {
	client, server := pipeConns(CompressionDisabled)
	var wg sync.WaitGroup
	for _, c := range []*Conn{client, server} {
		ctx := c.CloseRead(t.Context())
		for range 4 {
			wg.Go(func() {
				for range 50 {
					if err := c.Ping(ctx); err != nil {
						t.Errorf("Ping: %v", err)
						return
					}
				}
			})
		}
	}
	within(t, "pinging each other", wg.Wait)
	client.CloseNow()
	server.CloseNow()
}

// TestControlCallbacks pins what the callbacks get, and that a ping can be
// left unanswered.
func TestControlCallbacks(t *testing.T) {
	var got []string
	cfg := connConfig{
		onPing: func(_ context.Context, p []byte) bool { got = append(got, "ping "+string(p)); return string(p) == "b" },
		onPong: func(_ context.Context, p []byte) { got = append(got, "pong "+string(p)) },
	}
	c, p := newPeer(t, peerConfig{connConfig: cfg})
	p.send(opPing, "a")
	p.send(opPing, "b")
	p.send(opPong, "c")
	p.send(opText, "")
	if err := read(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	p.want(opPong, "b")
	if s := strings.Join(got, ", "); s != "ping a, ping b, pong c" {
		t.Errorf("callbacks: %s", s)
	}
}

// TestLock pins order, giving up, and that a turn given up is passed on.
func TestLock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var l lock
		closed := make(chan struct{})
		if err := l.acquire(t.Context(), closed); err != nil {
			t.Fatal(err)
		}
		if l.tryAcquire() {
			t.Fatal("the lock is free")
		}
		var order []int
		var wg sync.WaitGroup
		for i := range 5 {
			ctx := t.Context()
			if i%2 == 1 {
				var cancel context.CancelFunc
				ctx, cancel = context.WithTimeout(ctx, time.Second)
				defer cancel()
			}
			wg.Go(func() {
				err := l.acquire(ctx, closed)
				if i%2 == 1 {
					if !errors.Is(err, context.DeadlineExceeded) {
						t.Errorf("waiter %d: %v", i, err)
					}
					return
				}
				order = append(order, i)
				l.release()
			})
			synctest.Wait()
		}
		time.Sleep(2 * time.Second)
		l.release()
		wg.Wait()
		if fmt.Sprint(order) != "[0 2 4]" {
			t.Errorf("order %v", order)
		}
		if !l.tryAcquire() {
			t.Error("the lock is not free in the end")
		}
		close(closed)
		if err := l.acquire(t.Context(), closed); err == nil {
			t.Error("a wait outlives the connection")
		}
	})
	// Hammer it, with waiters that give up.
	var l lock
	var wg sync.WaitGroup
	n := 0
	for range 8 {
		wg.Go(func() {
			for range 300 {
				ctx, cancel := context.WithTimeout(t.Context(), 20*time.Microsecond)
				if l.acquire(ctx, nil) == nil {
					n++
					l.release()
				}
				cancel()
			}
		})
	}
	within(t, "a lock", wg.Wait)
	if n == 0 || !l.tryAcquire() {
		t.Errorf("taken %d times, and not free in the end", n)
	}
}
