package peers

import (
	"bytes"
	"context"
	"crypto/sha1"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync/atomic"
	"testing"
	"time"
)

// feed is a net.Conn in memory. After the handshake it brings messages
// without end, and takes in whatever is written.
type feed struct {
	head   []byte // to bring first
	ready  chan struct{}
	frames []byte // to bring then, over and over; whole frames
	pos    int
	closed atomic.Bool
}

// newFeed returns a feed for the server or client end with messages of size
// bytes.
func newFeed(client bool, size int) *feed {
	frame := []byte{0x82} // FIN, binary
	mask := byte(0x80)
	if client {
		mask = 0
	}
	switch {
	case size <= 125:
		frame = append(frame, mask|byte(size))
	case size <= 65535:
		frame = binary.BigEndian.AppendUint16(append(frame, mask|126), uint16(size))
	default:
		frame = binary.BigEndian.AppendUint64(append(frame, mask|127), uint64(size))
	}
	key := []byte{0x37, 0xfa, 0x21, 0x3d}
	if !client {
		frame = append(frame, key...)
	}
	for i := range size {
		b := byte(i)
		if !client {
			b ^= key[i%4]
		}
		frame = append(frame, b)
	}
	f := &feed{frames: bytes.Repeat(frame, 1+8192/len(frame)), ready: make(chan struct{})}
	if !client {
		close(f.ready)
	}
	return f
}

func (f *feed) Read(p []byte) (int, error) {
	<-f.ready
	if f.closed.Load() {
		return 0, io.EOF
	}
	if len(f.head) > 0 {
		n := copy(p, f.head)
		f.head = f.head[n:]
		return n, nil
	}
	n := 0
	for n < len(p) {
		m := copy(p[n:], f.frames[f.pos:])
		n += m
		f.pos = (f.pos + m) % len(f.frames)
	}
	return n, nil
}

// Write answers the request that a client begins with.
func (f *feed) Write(p []byte) (int, error) {
	select {
	case <-f.ready:
		return len(p), nil
	default:
	}
	// The clients here send their request in one write.
	const name = "sec-websocket-key: "
	i := bytes.Index(bytes.ToLower(p), []byte(name))
	if i < 0 {
		return 0, fmt.Errorf("no key in the request %q", p)
	}
	key, _, _ := bytes.Cut(p[i+len(name):], []byte("\r\n"))
	sum := sha1.Sum(append(bytes.Clone(key), "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"...))
	f.head = fmt.Appendf(nil, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"+
		"Sec-WebSocket-Accept: %s\r\n\r\n", base64.StdEncoding.EncodeToString(sum[:]))
	close(f.ready)
	return len(p), nil
}

func (f *feed) Close() error                     { f.closed.Store(true); return nil }
func (f *feed) LocalAddr() net.Addr              { return &net.TCPAddr{} }
func (f *feed) RemoteAddr() net.Addr             { return &net.TCPAddr{} }
func (f *feed) SetDeadline(time.Time) error      { return nil }
func (f *feed) SetReadDeadline(time.Time) error  { return nil }
func (f *feed) SetWriteDeadline(time.Time) error { return nil }

// fed returns an end on a feed.
func fed(tb testing.TB, ctx context.Context, p peer, client bool, size int) end {
	tb.Helper()
	f := newFeed(client, size)
	var e end
	var err error
	if client {
		e, err = p.connect(ctx, f)
	} else {
		r := &http.Request{
			Method: http.MethodGet, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Host: "example.com",
			Header: http.Header{
				"Upgrade": {"websocket"}, "Connection": {"Upgrade"},
				"Sec-Websocket-Version": {"13"}, "Sec-Websocket-Key": {"dGhlIHNhbXBsZSBub25jZQ=="},
			},
		}
		e, err = p.accept(&hijacked{conn: f, header: http.Header{}}, r.WithContext(ctx))
	}
	if err != nil {
		tb.Fatalf("%s: %v", p.name, err)
	}
	tb.Cleanup(e.drop)
	return e
}
