package wsreference

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

var (
	soakTime  = flag.Duration("soak", time.Second, "how long TestSoak runs")
	soakConns = flag.Int("soakconns", 0, "how many connections TestSoak has; 0 means 20, or 1000 from 10s on")
)

// soaker counts what TestSoak does.
type soaker struct {
	t      *testing.T
	url    string
	client *http.Client
	until  time.Time
	pause  time.Duration // between two messages of a writer, at most
	life   time.Duration // of a connection, at most

	opened, messages, pings, cancels, closes, late atomic.Int64
}

// TestSoak keeps connections open that send messages in all ways and ping from
// both ends, and are closed at random, in turn by each end, or by a context that
// ends. Each message must come back once, whole, and in the order of its
// writer. In the end no goroutine may be left, and no memory.
//
//	go test -run TestSoak -soak 10m
func TestSoak(t *testing.T) {
	conns := *soakConns
	if conns == 0 {
		conns = 20
		if *soakTime >= 10*time.Second {
			conns = 1000
		}
	}
	s := &soaker{t: t, until: time.Now().Add(*soakTime)}
	// As many messages a second for any number of connections.
	s.pause = time.Duration(conns) * 2 * time.Millisecond
	s.life = min(time.Second+10*s.pause, *soakTime)
	mode := new(atomic.Int64)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c, err := Accept(w, r, &AcceptOptions{CompressionMode: CompressionMode(mode.Add(1) % 3)})
		if err != nil {
			t.Error(err)
			return
		}
		s.serve(c)
	}))
	s.url = server.URL
	s.client = server.Client()
	before := liveHeap()
	stall := make(chan time.Duration)
	go func() { stall <- longestStall(s.until) }()
	var wg sync.WaitGroup
	for i := range conns {
		rnd := rand.New(rand.NewPCG(uint64(i), 1))
		wg.Go(func() {
			for time.Now().Before(s.until) && !t.Failed() {
				s.connection(rnd)
			}
		})
	}
	wg.Wait()
	server.Close()
	s.client.CloseIdleConnections()
	t.Logf("%d connections, %d at a time: %d messages, %d pings, %d contexts ended, %d clean ends",
		s.opened.Load(), conns, s.messages.Load(), s.pings.Load(), s.cancels.Load(), s.closes.Load())
	// A machine with too much else to do keeps an answer from coming in time.
	if late, d := s.late.Load(), <-stall; late > 0 {
		t.Logf("%d closing handshakes took too long; a goroutine has waited %v to run", late, d)
		if d < closeTimeout/10 {
			t.Error("that is not the machine's fault")
		}
	}
	wantNoGoroutines(t)
	if grown := liveHeap() - before; grown > 16<<20 {
		t.Errorf("%d bytes of memory are left", grown)
	}
	if s.messages.Load() == 0 || s.pings.Load() == 0 || s.cancels.Load() == 0 || s.closes.Load() == 0 {
		t.Error("something has not been tried")
	}
}

// longestStall returns how long, until a time, a goroutine that could run has
// had to wait.
func longestStall(until time.Time) (longest time.Duration) {
	const pause = 10 * time.Millisecond
	for now := time.Now(); now.Before(until); {
		time.Sleep(pause)
		next := time.Now()
		longest = max(longest, next.Sub(now)-pause)
		now = next
	}
	return longest
}

// liveHeap returns the bytes in use after a collection that empties the pools.
func liveHeap() int64 {
	for range 3 {
		runtime.GC()
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// serve echoes whole messages, and closes when told to.
func (s *soaker) serve(c *Conn) {
	defer c.CloseNow()
	c.SetReadLimit(-1)
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	defer wg.Wait()
	defer cancel()
	wg.Go(func() { s.ping(ctx, c) })
	var buf []byte
	for {
		typ, b, err := c.ReadInto(ctx, buf)
		if err != nil {
			return
		}
		buf = b
		if string(b) == "close" {
			c.Close(StatusNormalClosure, "as asked")
			return
		}
		if err := c.Write(ctx, typ, b); err != nil {
			return
		}
	}
}

// ping pings now and then until ctx ends.
func (s *soaker) ping(ctx context.Context, c *Conn) {
	for ctx.Err() == nil {
		if c.Ping(ctx) == nil {
			s.pings.Add(1)
		}
		select {
		case <-ctx.Done():
		case <-time.After(time.Duration(rand.Int64N(2 * int64(s.pause)))):
		}
	}
}

// connection opens a connection, uses it for a while, and ends it.
func (s *soaker) connection(rnd *rand.Rand) {
	c, _, err := Dial(context.Background(), s.url, &DialOptions{HTTPClient: s.client, CompressionMode: CompressionMode(rnd.IntN(3))})
	if err != nil {
		s.t.Error(err)
		return
	}
	defer c.CloseNow()
	c.SetReadLimit(-1)
	s.opened.Add(1)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()

	const writers = 3
	end := rnd.IntN(4)
	stop := make(chan struct{})
	var sent [writers]atomic.Int64
	var writing, others sync.WaitGroup
	for id := range writers {
		seed := rnd.Uint64()
		writing.Go(func() { s.write(ctx, c, id, seed, stop, &sent[id]) })
	}
	others.Go(func() { s.ping(ctx, c) })
	read := make(chan [writers]int64, 1)
	enough := make(chan struct{})
	others.Go(func() { read <- s.read(c, enough) })

	time.Sleep(time.Duration(rnd.Int64N(int64(s.life))))
	switch end {
	case 0: // a context ends in the middle of whatever there is
		cancel()
		writing.Wait()
		s.cancels.Add(1)
		c.CloseNow()
	case 1: // this end closes without a handshake
		go c.CloseNow()
		close(stop)
		writing.Wait()
		c.CloseNow()
	default: // all messages come back, then one end closes
		close(stop)
		writing.Wait()
		if err := c.Write(ctx, MessageText, []byte("end")); err != nil {
			s.t.Errorf("the last message: %v", err)
		}
		var got [writers]int64
		select {
		case <-enough:
		case got = <-read:
			s.t.Errorf("the connection has ended before all messages came back: %v", got)
			return
		}
		if end == 2 {
			err = c.Close(StatusNormalClosure, "")
		} else if err = c.Write(ctx, MessageText, []byte("close")); err == nil {
			<-c.link.closed
			err = c.Close(StatusNormalClosure, "")
		}
		if errors.Is(err, context.DeadlineExceeded) {
			s.late.Add(1)
		} else if err != nil {
			s.t.Errorf("end %d: %v", end, err)
		}
		got = <-read
		for id := range writers {
			if n := sent[id].Load(); got[id] != n {
				s.t.Errorf("of %d messages of writer %d, %d came back", n, id, got[id])
			}
		}
		s.closes.Add(1)
	}
	cancel()
	others.Wait()
}

// filler is what messages are made of.
var filler = strings.Repeat("abcdefghijklmnopqrstuvwxyz ", 5000)

// write sends messages in all ways until told to stop, or the connection ends,
// and counts those sent.
func (s *soaker) write(ctx context.Context, c *Conn, id int, seed uint64, stop <-chan struct{}, sent *atomic.Int64) {
	rnd := rand.New(rand.NewPCG(seed, 2))
	for n := 0; ; n++ {
		select {
		case <-stop:
			return
		case <-time.After(time.Duration(rnd.Int64N(int64(s.pause)))):
		}
		size := 1 << rnd.IntN(17)
		msg := fmt.Appendf(nil, "%d %d %d %s", id, n, size, filler[:rnd.IntN(size)])
		var err error
		switch rnd.IntN(3) {
		case 0:
			err = c.Write(ctx, MessageText, msg)
		case 1:
			var m *PreparedMessage
			if m, err = PrepareMessage(MessageText, msg); err == nil {
				err = c.WritePrepared(ctx, m)
			}
		default:
			var w MessageWriter
			if w, err = c.Writer(ctx, MessageText); err == nil {
				cut := rnd.IntN(len(msg))
				_, err1 := w.Write(msg[:cut])
				_, err2 := w.Write(msg[cut:])
				err = errors.Join(err1, err2, w.Close())
			}
		}
		if err != nil {
			if !errors.Is(err, context.Canceled) && !errors.Is(err, net.ErrClosed) {
				s.t.Errorf("writer %d: %v", id, err)
			}
			return
		}
		sent.Add(1)
	}
}

// read checks what comes back until the connection ends, and returns how many
// messages each writer got back. It closes enough at the message "end".
func (s *soaker) read(c *Conn, enough chan<- struct{}) (got [3]int64) {
	buf := make([]byte, 0, 1<<17)
	for {
		typ, r, err := c.Reader(context.Background())
		if err != nil {
			return got
		}
		buf, err = readRest(r, buf[:0])
		if err != nil {
			return got
		}
		if string(buf) == "end" {
			close(enough)
			continue
		}
		var id, size int
		var n int64
		head, rest, _ := bytes.Cut(buf, []byte(" "+filler[:1]))
		if _, err := fmt.Sscanf(string(head), "%d %d %d", &id, &n, &size); err != nil || id < 0 || id >= len(got) {
			s.t.Errorf("a message of %d bytes that nobody has sent: %q", len(buf), buf[:min(len(buf), 50)])
			return got
		}
		if n != got[id] {
			s.t.Errorf("message %d of writer %d came when %d was due", n, id, got[id])
			return got
		}
		if typ != MessageText || len(rest) > size || len(rest) > 0 && string(rest) != filler[1:len(rest)+1] {
			s.t.Errorf("message %d of writer %d came back wrong", n, id)
		}
		got[id]++
		s.messages.Add(1)
	}
}

// readRest appends the rest of a message to b.
func readRest(r MessageReader, b []byte) ([]byte, error) {
	for {
		if len(b) == cap(b) {
			b = append(b, 0)[:len(b)]
		}
		n, err := r.Read(b[len(b):cap(b)])
		b = b[:len(b)+n]
		if err == io.EOF {
			return b, nil
		}
		if err != nil {
			return b, err
		}
	}
}
