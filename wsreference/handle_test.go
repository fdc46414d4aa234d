package wsreference

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// TestStaleWriter pins that a MessageWriter that has been closed does nothing
// to the message that somebody else has begun since.
func TestStaleWriter(t *testing.T) {
	bothEnds(t, func(t *testing.T, c *Conn, p *rawPeer) {
		a, err := c.Writer(t.Context(), MessageText)
		if err != nil {
			t.Fatal(err)
		}
		io.WriteString(a, "A")
		if err := a.Close(); err != nil {
			t.Fatal(err)
		}
		b, err := c.Writer(t.Context(), MessageText)
		if err != nil {
			t.Fatal(err)
		}
		io.WriteString(b, "first half, ")
		if n, err := io.WriteString(a, "in between"); n != 0 || !errors.Is(err, errWriterClosed) {
			t.Errorf("Write to a closed writer: %d, %v", n, err)
		}
		if err := a.Close(); !errors.Is(err, errWriterClosed) {
			t.Errorf("second Close: %v", err)
		}
		if n, err := b.Write([]byte("second half")); n != 11 || err != nil {
			t.Errorf("Write: %d, %v", n, err)
		}
		if err := b.Close(); err != nil {
			t.Error(err)
		}
		p.want(opText, "A")
		p.want(opText, "first half, second half")
	})
}

// TestStaleReader pins that the reader of a message gives nothing of the next.
func TestStaleReader(t *testing.T) {
	bothEnds(t, func(t *testing.T, c *Conn, p *rawPeer) {
		p.send(opText, "A")
		_, a, err := c.Reader(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if got, err := io.ReadAll(a); string(got) != "A" || err != nil {
			t.Errorf("the first message: %q, %v", got, err)
		}
		p.send(opText, "B")
		_, b, err := c.Reader(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if n, err := a.Read(make([]byte, 10)); n != 0 || err != io.EOF {
			t.Errorf("the reader of the first message: %d, %v", n, err)
		}
		if got, err := io.ReadAll(b); string(got) != "B" || err != nil {
			t.Errorf("the second message: %q, %v", got, err)
		}
		p.conn.Close()
		if n, err := b.Read(make([]byte, 10)); n != 0 || err != io.EOF {
			t.Errorf("the reader of a complete message, the connection lost: %d, %v", n, err)
		}
	})
}

// TestZeroHandles pins that the values that come with an error do no harm.
func TestZeroHandles(t *testing.T) {
	var w MessageWriter
	if _, err := w.Write(nil); !errors.Is(err, errWriterClosed) {
		t.Errorf("Write: %v", err)
	}
	if err := w.Close(); !errors.Is(err, errWriterClosed) {
		t.Errorf("Close: %v", err)
	}
	if n, err := (MessageReader{}).Read(make([]byte, 1)); n != 0 || err != io.EOF {
		t.Errorf("Read: %d, %v", n, err)
	}
}

// TestWriteOrder pins that messages are sent in the order of the calls,
// whatever their sizes and whether they are compressed.
func TestWriteOrder(t *testing.T) {
	prepared, err := PrepareMessage(MessageText, []byte("prepared"))
	if err != nil {
		t.Fatal(err)
	}
	for _, size := range []int{0, 5, bufferSize, bufferSize + 1, 100_000} {
		for _, compressed := range []bool{false, true} {
			synctest.Test(t, func(t *testing.T) {
				cfg := connConfig{client: true, threshold: 1}
				if compressed {
					cfg.deflate = new(deflateParams)
				}
				c, p := newPeer(t, peerConfig{connConfig: cfg})
				w, err := c.Writer(t.Context(), MessageText)
				if err != nil {
					t.Fatal(err)
				}
				w.Write(make([]byte, size))

				ctx, cancel := context.WithTimeout(t.Context(), time.Second)
				defer cancel()
				if err := c.Write(ctx, MessageText, nil); !errors.Is(err, ErrWriterOpen) || !errors.Is(err, context.DeadlineExceeded) {
					t.Errorf("Write beside an open writer with %d bytes: %v", size, err)
				}
				done := make(chan error, 4)
				for _, f := range []func() error{
					func() error { return c.Write(t.Context(), MessageText, nil) },
					func() error { return c.WritePrepared(t.Context(), prepared) },
					func() error {
						w, err := c.Writer(t.Context(), MessageText)
						return errors.Join(err, w.Close())
					},
					func() error { return c.Write(t.Context(), MessageText, []byte("last")) },
				} {
					go func() { done <- f() }()
					synctest.Wait()
				}
				select {
				case err := <-done:
					t.Errorf("a message beside an open writer with %d bytes: %v", size, err)
				default:
				}
				if err := w.Close(); err != nil {
					t.Error(err)
				}
				for range 4 {
					if err := <-done; err != nil {
						t.Error(err)
					}
				}
				wantOrder(t, p, size, compressed)
			})
		}
	}
}

// wantOrder reads the messages of TestWriteOrder. The first one has size bytes.
func wantOrder(t *testing.T, p *rawPeer, size int, compressed bool) {
	t.Helper()
	total := size
	for {
		h, b, err := p.next()
		if err != nil {
			t.Fatal(err)
		}
		total -= len(b)
		if h.fin() {
			break
		}
	}
	if total != 0 && !compressed {
		t.Errorf("the first message lacks %d bytes", total)
	}
	var kinds []string
	for range 4 {
		h, b, err := p.next()
		if err != nil || !h.fin() {
			t.Fatalf("%+v, %v", h, err)
		}
		if h.rsv1() != (compressed && len(b) > 0) {
			t.Errorf("compressed: %v", h.rsv1())
		}
		if h.rsv1() {
			b = inflate(t, b)
		}
		kinds = append(kinds, string(b))
	}
	if got := strings.Join(kinds, " "); got != " prepared  last" {
		t.Errorf("order: %q", got)
	}
}

// TestWriterBeforeFirstFrame pins that a message of which nothing has been sent
// can be given up: the end of its context leaves the connection as it is.
func TestWriterBeforeFirstFrame(t *testing.T) {
	for _, deflate := range []*deflateParams{nil, {}, {writeTakeover: true}} {
		c, p := newPeer(t, peerConfig{connConfig: connConfig{deflate: deflate, threshold: 1}})
		if err := c.Write(t.Context(), MessageText, []byte("one")); err != nil {
			t.Fatal(err)
		}
		p.next()
		ctx, cancel := context.WithCancel(t.Context())
		w, err := c.Writer(ctx, MessageText)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte("never sent")); err != nil {
			t.Fatal(err)
		}
		cancel()
		if err := w.Close(); !errors.Is(err, context.Canceled) {
			t.Errorf("Close: %v", err)
		}
		if err := c.Write(t.Context(), MessageText, []byte("two")); err != nil {
			t.Fatal(err)
		}
		h, b, err := p.next()
		if err != nil || !h.fin() || h.opcode != opText {
			t.Fatalf("%+v, %v", h, err)
		}
		if deflate != nil {
			b = inflate(t, b)
		}
		if string(b) != "two" {
			t.Errorf("the peer got %q", b)
		}
	}
}
