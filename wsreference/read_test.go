package wsreference

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"runtime"
	"strings"
	"testing"
)

// bothEnds runs f for a Conn that is a server's, and one that is a client's.
func bothEnds(t *testing.T, f func(t *testing.T, c *Conn, p *rawPeer)) {
	for _, client := range []bool{false, true} {
		name := "server"
		if client {
			name = "client"
		}
		t.Run(name, func(t *testing.T) {
			c, p := newPeer(t, peerConfig{connConfig: connConfig{client: client}})
			f(t, c, p)
		})
	}
}

func TestReadWhole(t *testing.T) {
	bothEnds(t, func(t *testing.T, c *Conn, p *rawPeer) {
		c.SetReadLimit(-1)
		for _, size := range []int{0, 1, 7, 125, 126, 4096, 0xffff, 0x10000, readStep + 1, 300_000} {
			msg := bytes.Repeat([]byte("x"), size)
			p.frame(header{flags: finBit, opcode: opBinary}, msg)
			typ, got, err := c.Read(t.Context())
			if err != nil || typ != MessageBinary || !bytes.Equal(got, msg) || got == nil {
				t.Fatalf("%d bytes: %v, %d bytes, %v", size, typ, len(got), err)
			}
		}
	})
}

func TestReadFragments(t *testing.T) {
	bothEnds(t, func(t *testing.T, c *Conn, p *rawPeer) {
		read := map[string]func() (string, error){
			"Read": func() (string, error) {
				_, b, err := c.Read(t.Context())
				return string(b), err
			},
			"Reader": func() (string, error) {
				_, r, err := c.Reader(t.Context())
				if err != nil {
					return "", err
				}
				b, err := io.ReadAll(r)
				return string(b), err
			},
		}
		for name, f := range read {
			p.part(opText, "one, ")
			p.send(opPing, "between")
			p.part(opContinuation, "")
			p.send(opPong, "unasked")
			p.part(opContinuation, "two, \xe2")
			p.send(opContinuation, "\x82\xac")
			if got, err := f(); err != nil || got != "one, two, €" {
				t.Errorf("%s: %q, %v", name, got, err)
			}
			p.want(opPong, "between")
		}
		// Many small ones, so that growing the message is tried.
		var want strings.Builder
		for range 3000 {
			p.part(map[bool]opcode{true: opBinary}[want.Len() == 0], "abc")
			want.WriteString("abc")
		}
		p.send(opContinuation, "!")
		if _, got, err := c.Read(t.Context()); err != nil || string(got) != want.String()+"!" {
			t.Errorf("3001 frames: %d bytes, %v", len(got), err)
		}
	})
}

// TestReaderEOF pins how a message ends for its reader.
func TestReaderEOF(t *testing.T) {
	bothEnds(t, func(t *testing.T, c *Conn, p *rawPeer) {
		p.send(opText, "abcdef")
		_, r, err := c.Reader(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		buf := make([]byte, 4)
		if n, err := r.Read(buf); n != 4 || err != nil {
			t.Errorf("first Read: %d, %v", n, err)
		}
		if _, _, err := c.Reader(t.Context()); !errors.Is(err, errMessageOpen) {
			t.Errorf("Reader in the middle of a message: %v", err)
		}
		if _, _, err := c.Read(t.Context()); !errors.Is(err, errMessageOpen) {
			t.Errorf("Read in the middle of a message: %v", err)
		}
		if n, err := r.Read(buf); n != 2 || err != io.EOF {
			t.Errorf("second Read: %d, %v", n, err)
		}
		if n, err := r.Read(buf); n != 0 || err != io.EOF {
			t.Errorf("Read after the end: %d, %v", n, err)
		}
		p.send(opText, "next")
		if _, b, err := c.Read(t.Context()); string(b) != "next" || err != nil {
			t.Errorf("the next message: %q, %v", b, err)
		}
	})
}

// TestReadErrors pins the error of a connection that breaks, and that it stays.
func TestReadErrors(t *testing.T) {
	bothEnds(t, func(t *testing.T, c *Conn, p *rawPeer) {
		p.part(opText, "abc")
		p.conn.Close()
		for range 2 {
			_, _, err := c.Read(t.Context())
			if !errors.Is(err, io.ErrUnexpectedEOF) || CloseStatus(err) != -1 {
				t.Errorf("Read of a message cut off: %v", err)
			}
		}
		if err := c.Write(t.Context(), MessageText, nil); !errors.Is(err, net.ErrClosed) {
			t.Errorf("Write after a failed read: %v", err)
		}
	})
	bothEnds(t, func(t *testing.T, c *Conn, p *rawPeer) {
		p.conn.Close()
		for range 2 {
			if _, _, err := c.Reader(t.Context()); !errors.Is(err, io.EOF) {
				t.Errorf("Reader at the end of the stream: %v", err)
			}
		}
	})
	bothEnds(t, func(t *testing.T, c *Conn, p *rawPeer) {
		p.bytes(p.encode(header{flags: finBit, opcode: opBinary}, []byte("abc"))[:1])
		p.conn.Close()
		if _, _, err := c.Reader(t.Context()); !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("Reader of half a header: %v", err)
		}
	})
}

// TestViolations has one case for each rule that the reader enforces. Each
// must fail the connection with the code and leave no doubt to the caller.
func TestViolations(t *testing.T) {
	const fin, rsv1, rsv2, rsv3 = finBit, rsv1Bit, rsv2Bit, rsv3Bit
	tests := []struct {
		name string
		code StatusCode
		send func(p *rawPeer)
	}{
		{"RSV1", StatusProtocolError, func(p *rawPeer) { p.frame(header{flags: finBit | rsv1Bit, opcode: opText}, nil) }},
		{"RSV2", StatusProtocolError, func(p *rawPeer) { p.bytes([]byte{fin | rsv2 | 1, 0, 0, 0, 0, 0}) }},
		{"RSV3", StatusProtocolError, func(p *rawPeer) { p.bytes([]byte{fin | rsv3 | 1, 0, 0, 0, 0, 0}) }},
		{"RSV1 on a ping", StatusProtocolError, func(p *rawPeer) { p.frame(header{flags: finBit | rsv1Bit, opcode: opPing}, nil) }},
		{"opcode 3", StatusProtocolError, func(p *rawPeer) { p.send(3, "") }},
		{"opcode 7", StatusProtocolError, func(p *rawPeer) { p.send(7, "x") }},
		{"opcode 11", StatusProtocolError, func(p *rawPeer) { p.send(11, "") }},
		{"opcode 15", StatusProtocolError, func(p *rawPeer) { p.send(15, "") }},
		{"wrong mask", StatusProtocolError, func(p *rawPeer) {
			p.client = !p.client
			p.send(opText, "x")
			p.client = !p.client
		}},
		{"16-bit length below 126", StatusProtocolError, func(p *rawPeer) { p.bytes([]byte{fin | 2, p.maskBit() | 126, 0, 125, 0, 0, 0, 0}) }},
		{"64-bit length below 65536", StatusProtocolError, func(p *rawPeer) {
			p.bytes([]byte{fin | 2, p.maskBit() | 127, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0, 0, 0})
		}},
		{"64-bit length with the high bit", StatusProtocolError, func(p *rawPeer) {
			p.bytes([]byte{fin | 2, p.maskBit() | 127, 0x80, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0})
		}},
		{"fragmented ping", StatusProtocolError, func(p *rawPeer) { p.part(opPing, "") }},
		{"fragmented close", StatusProtocolError, func(p *rawPeer) { p.part(opClose, "") }},
		{"ping of 126 bytes", StatusProtocolError, func(p *rawPeer) { p.send(opPing, strings.Repeat("x", 126)) }},
		{"continuation of nothing", StatusProtocolError, func(p *rawPeer) { p.send(opContinuation, "x") }},
		{"message in a message", StatusProtocolError, func(p *rawPeer) { p.part(opText, "x"); p.send(opText, "y") }},
		{"RSV1 on a continuation", StatusProtocolError, func(p *rawPeer) {
			p.part(opText, "x")
			p.frame(header{flags: finBit | rsv1Bit}, nil)
		}},
		{"text that is not UTF-8", StatusInvalidFramePayloadData, func(p *rawPeer) { p.send(opText, "a\xffb") }},
		{"text that ends in a character", StatusInvalidFramePayloadData, func(p *rawPeer) { p.send(opText, "a\xe2\x82") }},
		{"surrogate", StatusInvalidFramePayloadData, func(p *rawPeer) { p.part(opText, "\xed"); p.send(opContinuation, "\xa0\x80") }},
		{"frame over the limit", StatusMessageTooBig, func(p *rawPeer) { p.send(opText, strings.Repeat("x", defaultReadLimit+1)) }},
		{"message over the limit", StatusMessageTooBig, func(p *rawPeer) {
			p.part(opText, strings.Repeat("x", defaultReadLimit))
			p.send(opContinuation, "x")
		}},
		{"endless empty frames", StatusPolicyViolation, func(p *rawPeer) {
			p.part(opText, "x")
			for range maxEmptyFrames + 1 {
				p.part(opContinuation, "")
			}
		}},
		{"close of 1 byte", StatusProtocolError, func(p *rawPeer) { p.send(opClose, "x") }},
		{"close with 999", StatusProtocolError, func(p *rawPeer) { p.send(opClose, closePayload(999, "")) }},
		{"close with 1005", StatusProtocolError, func(p *rawPeer) { p.send(opClose, closePayload(1005, "")) }},
		{"close with 2999", StatusProtocolError, func(p *rawPeer) { p.send(opClose, closePayload(2999, "")) }},
		{"close with 5000", StatusProtocolError, func(p *rawPeer) { p.send(opClose, closePayload(5000, "")) }},
		{"close reason that is not UTF-8", StatusInvalidFramePayloadData, func(p *rawPeer) { p.send(opClose, closePayload(1000, "\xc0")) }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			bothEnds(t, func(t *testing.T, c *Conn, p *rawPeer) {
				tt.send(p)
				_, _, err := c.Read(t.Context())
				if v, ok := errors.AsType[violation](err); !ok || v.code != tt.code {
					t.Errorf("Read: %v; want a violation that closes with %v", err, tt.code)
				}
				if errors.Is(err, ErrMessageTooBig) != (tt.code == StatusMessageTooBig) {
					t.Errorf("errors.Is(%v, ErrMessageTooBig) is wrong", err)
				}
				if _, _, again := c.Reader(t.Context()); errors.Unwrap(again) != errors.Unwrap(err) {
					t.Errorf("the next Reader: %v; want %v", again, err)
				}
				p.wantClose(tt.code)
			})
		})
	}
}

// maskBit returns the mask bit of the peer's headers.
func (p *rawPeer) maskBit() byte {
	if p.client {
		return maskBit
	}
	return 0
}

// TestUTF8FailFast has a text go wrong in the middle of a frame of which the
// rest never comes.
func TestUTF8FailFast(t *testing.T) {
	bothEnds(t, func(t *testing.T, c *Conn, p *rawPeer) {
		b := p.encode(header{flags: finBit, opcode: opText}, []byte("abc\xf4\x90"+strings.Repeat("x", 100)))
		p.bytes(b[:len(b)-100])
		within(t, "Read of invalid text", func() {
			if _, _, err := c.Read(t.Context()); err == nil {
				t.Error("Read of invalid text succeeded")
			}
		})
		p.wantClose(StatusInvalidFramePayloadData)
	})
}

func TestSkipUTF8Check(t *testing.T) {
	c, p := newPeer(t, peerConfig{connConfig: connConfig{skipUTF8: true}})
	p.send(opText, "\xff")
	if _, b, err := c.Read(t.Context()); err != nil || string(b) != "\xff" {
		t.Errorf("Read without the check: %q, %v", b, err)
	}
}

// TestReadLimit pins that exactly the limit is allowed.
func TestReadLimit(t *testing.T) {
	bothEnds(t, func(t *testing.T, c *Conn, p *rawPeer) {
		c.SetReadLimit(5)
		p.send(opText, "12345")
		p.part(opText, "123")
		p.send(opContinuation, "45")
		for range 2 {
			if _, b, err := c.Read(t.Context()); err != nil || len(b) != 5 {
				t.Fatalf("message of the limit: %q, %v", b, err)
			}
		}
		c.SetReadLimit(0)
		p.send(opText, "")
		if _, b, err := c.Read(t.Context()); err != nil || len(b) != 0 {
			t.Fatalf("empty message at limit 0: %q, %v", b, err)
		}
		p.send(opText, "1")
		if _, _, err := c.Read(t.Context()); !errors.Is(err, ErrMessageTooBig) {
			t.Errorf("message over limit 0: %v", err)
		}
	})
}

// TestClaimedLength has a header claim far more than comes: no more memory may
// be taken than a step.
func TestClaimedLength(t *testing.T) {
	skipUnderRace(t)
	c, p := newPeer(t, peerConfig{})
	c.SetReadLimit(-1)
	h := header{flags: finBit | maskedBit, opcode: opBinary, length: 1 << 60}
	p.bytes(append(appendHeader(nil, h), "only this"...))
	p.conn.Close()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	if _, _, err := c.Read(context.Background()); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("Read: %v", err)
	}
	runtime.ReadMemStats(&after)
	if n := after.TotalAlloc - before.TotalAlloc; n > 2*readStep {
		t.Errorf("Read has allocated %d bytes for a message of which 9 came", n)
	}
}

// lastBytes is a stream that ends together with its last bytes.
type lastBytes struct{ b []byte }

func (l *lastBytes) Read(p []byte) (int, error) {
	n := copy(p, l.b)
	if l.b = l.b[n:]; len(l.b) == 0 {
		return n, io.EOF
	}
	return n, nil
}

// TestReadAtEnd reads a message too big for the buffer whose last bytes come
// together with the end of the stream. It is complete all the same.
func TestReadAtEnd(t *testing.T) {
	msg := bytes.Repeat([]byte("0123456789"), 3*bufferSize/10)
	frame := append(appendHeader(nil, header{flags: finBit, opcode: opBinary, length: int64(len(msg))}), msg...)
	rwc := struct {
		io.Reader
		io.Writer
		io.Closer
	}{&lastBytes{frame}, io.Discard, io.NopCloser(nil)}
	c := newConn(rwc, connConfig{client: true})
	defer c.CloseNow()
	if _, b, err := c.Read(t.Context()); err != nil || !bytes.Equal(b, msg) {
		t.Errorf("%d bytes, %v; want %d", len(b), err, len(msg))
	}
	if _, _, err := c.Read(t.Context()); !errors.Is(err, io.EOF) {
		t.Errorf("after the last message: %v", err)
	}
}
