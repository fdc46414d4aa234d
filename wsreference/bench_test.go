package wsreference

import (
	"bytes"
	"compress/flate"
	"context"
	"io"
	"net"
	"sync"
	"testing"
)

const benchPayload = 512 // bytes

// endless is a connection that brings one frame, or several, over and over,
// and takes in whatever is written.
type endless struct {
	frame []byte
	pos   int
}

func (e *endless) Read(p []byte) (int, error) {
	n := 0
	for n < len(p) {
		m := copy(p[n:], e.frame[e.pos:])
		n += m
		e.pos = (e.pos + m) % len(e.frame)
	}
	return n, nil
}

func (e *endless) Write(p []byte) (int, error) { return len(p), nil }
func (e *endless) Close() error                { return nil }

// endlessConn returns a client or server end to which the peer sends binary
// messages of n bytes without end.
func endlessConn(client bool, n int) *Conn {
	h := header{flags: finBit, opcode: opBinary, length: int64(n)}
	if !client {
		h.flags |= maskedBit
		h.key = 0x04030201
	}
	frame := append(appendHeader(nil, h), make([]byte, n)...)
	e := &endless{frame: bytes.Repeat(frame, 1+bufferSize/len(frame))}
	return newConn(e, connConfig{client: client})
}

// benchContexts calls f with a context of each kind.
func benchContexts(b *testing.B, f func(b *testing.B, ctx context.Context)) {
	b.Run("background", func(b *testing.B) { f(b, context.Background()) })
	b.Run("cancelable", func(b *testing.B) {
		ctx, cancel := context.WithCancel(context.Background())
		defer cancel()
		f(b, ctx)
	})
}

// frameOp is one operation on a frame, the smallest that a context guards.
type frameOp func(ctx context.Context) error

// readHeaderOp reads the headers of empty frames.
func readHeaderOp() frameOp {
	c := endlessConn(true, 0)
	return func(ctx context.Context) error {
		_, err := c.data.frames.readFrameHeader(ctx)
		return err
	}
}

// readPayloadOp reads payload without the headers between.
func readPayloadOp() frameOp {
	c := endlessConn(true, benchPayload)
	p := make([]byte, benchPayload)
	return func(ctx context.Context) error {
		_, err := c.data.frames.readFramePayload(ctx, p)
		return err
	}
}

// writeFrameOp writes binary messages of one frame.
func writeFrameOp() frameOp {
	c := endlessConn(true, 0)
	p := make([]byte, benchPayload)
	return func(ctx context.Context) error {
		return c.out.writeFrame(ctx, header{flags: finBit, opcode: opBinary}, p)
	}
}

func benchOp(b *testing.B, newOp func() frameOp) {
	benchContexts(b, func(b *testing.B, ctx context.Context) {
		op := newOp()
		for range 4 { // the first operations set up buffers, and registrations
			if err := op(ctx); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportAllocs()
		for b.Loop() {
			if err := op(ctx); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func BenchmarkFrameRead(b *testing.B) {
	b.Run("header", func(b *testing.B) { benchOp(b, readHeaderOp) })
	b.Run("payload", func(b *testing.B) { benchOp(b, readPayloadOp) })
}

func BenchmarkFrameWrite(b *testing.B) { benchOp(b, writeFrameOp) }

// pipeConns returns the two ends of a connection over a pipe.
func pipeConns(m CompressionMode) (client, server *Conn) {
	p1, p2 := net.Pipe()
	end := func(conn net.Conn, client bool) *Conn {
		cfg := connConfig{client: client, threshold: m.defaultThreshold(), level: flate.BestSpeed}
		if m != CompressionDisabled {
			takeover := m == CompressionContextTakeover
			cfg.deflate = &deflateParams{writeTakeover: takeover, readTakeover: takeover}
		}
		return newConn(conn, cfg)
	}
	return end(p1, true), end(p2, false)
}

// echo sends every message back as it comes, until the connection ends.
func echo(ctx context.Context, c *Conn) error {
	buf := make([]byte, 4096)
	for {
		t, r, err := c.Reader(ctx)
		if err != nil {
			return err
		}
		w, err := c.Writer(ctx, t)
		if err != nil {
			return err
		}
		// Not io.Copy, which makes a buffer for each message.
		for err == nil {
			var n int
			n, err = r.Read(buf)
			if _, err := w.Write(buf[:n]); err != nil {
				return err
			}
		}
		if err != io.EOF {
			return err
		}
		if err := w.Close(); err != nil {
			return err
		}
	}
}

// readFull is io.ReadFull for a MessageReader that stays one.
func readFull(r MessageReader, p []byte) error {
	for n := 0; n < len(p); {
		m, err := r.Read(p[n:])
		if n += m; err != nil && n < len(p) {
			return err
		}
	}
	return nil
}

// echoRound returns a function that sends a message of 512 bytes to a peer
// over a pipe and reads it back, and one that ends the connection.
func echoRound(tb testing.TB, ctx context.Context, m CompressionMode) (round, stop func()) {
	client, server := pipeConns(m)
	var wg sync.WaitGroup
	wg.Go(func() { echo(ctx, server) })
	msg := bytes.Repeat([]byte("0123456789abcdef"), benchPayload/16)
	buf := make([]byte, benchPayload)
	round = func() {
		if err := client.Write(ctx, MessageText, msg); err != nil {
			tb.Fatal(err)
		}
		t, r, err := client.Reader(ctx)
		if err != nil {
			tb.Fatal(err)
		}
		if err := readFull(r, buf); err != nil {
			tb.Fatal(err)
		}
		if n, err := r.Read(buf[:1]); n != 0 || err != io.EOF {
			tb.Fatalf("after the message: %d bytes, %v", n, err)
		}
		if t != MessageText || !bytes.Equal(buf, msg) {
			tb.Fatalf("echo is %v %q", t, buf)
		}
	}
	stop = func() {
		if err := client.Close(StatusNormalClosure, ""); err != nil {
			tb.Error(err)
		}
		wg.Wait()
	}
	return round, stop
}

func BenchmarkConn(b *testing.B) {
	for _, bb := range []struct {
		name string
		mode CompressionMode
	}{
		{"disabledCompress", CompressionDisabled},
		{"compressContextTakeover", CompressionContextTakeover},
		{"compressNoContext", CompressionNoContextTakeover},
	} {
		b.Run(bb.name, func(b *testing.B) {
			ctx, cancel := context.WithCancel(context.Background())
			defer cancel()
			round, stop := echoRound(b, ctx, bb.mode)
			defer stop()
			for range 4 { // the first messages set up buffers, and registrations
				round()
			}
			b.SetBytes(2 * benchPayload)
			b.ReportAllocs()
			for b.Loop() {
				round()
			}
		})
	}
}

// BenchmarkMessage measures whole messages from and to memory.
func BenchmarkMessage(b *testing.B) {
	ops := []struct {
		name string
		op   func(ctx context.Context, c *Conn, p []byte) error
	}{
		{"reader", func(ctx context.Context, c *Conn, p []byte) error {
			_, r, err := c.Reader(ctx)
			if err != nil {
				return err
			}
			return readFull(r, p)
		}},
		{"read", func(ctx context.Context, c *Conn, p []byte) error {
			_, _, err := c.Read(ctx)
			return err
		}},
		{"write", func(ctx context.Context, c *Conn, p []byte) error {
			return c.Write(ctx, MessageBinary, p)
		}},
		{"writer", func(ctx context.Context, c *Conn, p []byte) error {
			w, err := c.Writer(ctx, MessageBinary)
			if err != nil {
				return err
			}
			if _, err := w.Write(p); err != nil {
				return err
			}
			return w.Close()
		}},
	}
	for _, end := range []string{"server", "client"} {
		for _, o := range ops {
			b.Run(end+"/"+o.name, func(b *testing.B) {
				benchContexts(b, func(b *testing.B, ctx context.Context) {
					c := endlessConn(end == "client", benchPayload)
					p := make([]byte, benchPayload)
					b.ReportAllocs()
					for b.Loop() {
						if err := o.op(ctx, c, p); err != nil {
							b.Fatal(err)
						}
					}
				})
			})
		}
	}
}
