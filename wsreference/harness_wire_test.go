package wsreference_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha1"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"syscall"
	"testing"
	"time"

	ws "github.com/closurefix/closurefix/wsreference"
)

// wireTimeout bounds every case. It is far longer than any case needs: a case
// that runs into it has failed.
const wireTimeout = 20 * time.Second

// A wireCase is a conversation with one Conn that echoes what it reads. The
// test holds the other end of the TCP connection and speaks in raw frames.
type wireCase struct {
	name  string
	rfc   string // the rule's source: "6455 5.2", "7692 7.2.1"
	only  string // "server" or "client": the end it holds for; empty for both
	set   wireSetting
	steps []wireStep
}

// A wireSetting says how the Conn under test is set up.
type wireSetting struct {
	limit     int64 // read limit; 0 leaves the default
	deflate   ws.CompressionMode
	threshold int
	skipUTF8  bool
	echo      func(context.Context, *ws.Conn) error // whole and streaming echo by default

	// The permessage-deflate parameters that the test offers or answers;
	// without them the plain extension. Only with deflate.
	params string
}

// A wireStep sends something or waits for something. ended is true when the
// connection has come to its end.
type wireStep func(p *wirePeer) (ended bool, err error)

// wirePeer is the test's end of a connection.
type wirePeer struct {
	end      string // the end under test: "server" or "client"
	conn     net.Conn
	br       *bufio.Reader
	out      chan func() // to the goroutine that writes
	ext      string      // Sec-WebSocket-Extensions as negotiated
	deflate  bool
	deflater deflater
	inflater inflater
	result   chan error // of the echo loop

	open    bool // a message is being read
	message gotMessage
	keys    map[[4]byte]bool
}

// gotMessage is one data message from the end under test.
type gotMessage struct {
	op         byte
	payload    []byte
	frames     int
	compressed bool
}

// masks reports whether the test's end masks what it sends (RFC 6455 5.1).
func (p *wirePeer) masks() bool { return p.end == "server" }

// next returns the next control frame, or the next whole message.
func (p *wirePeer) next() (control *gotFrame, message *gotMessage, err error) {
	for {
		f, err := readFrame(p.br, !p.masks())
		if err != nil {
			return nil, nil, err
		}
		if f.masked {
			p.keys[f.key] = true
		}
		if f.op >= 8 {
			return &f, nil, nil
		}
		switch {
		case f.op == opCont && !p.open:
			return nil, nil, errors.New("a continuation frame without a beginning")
		case f.op != opCont && p.open:
			return nil, nil, errors.New("a new message in the middle of another")
		case f.op > opBinary:
			return nil, nil, fmt.Errorf("reserved opcode %d", f.op)
		case f.rsv&^rsv1 != 0, f.rsv != 0 && (!p.deflate || f.op == opCont):
			return nil, nil, fmt.Errorf("reserved bits %#x on opcode %d", f.rsv, f.op)
		}
		if !p.open {
			p.open = true
			p.message = gotMessage{op: f.op, compressed: f.rsv == rsv1}
		}
		p.message.payload = append(p.message.payload, f.payload...)
		p.message.frames++
		if !f.fin {
			continue
		}
		p.open = false
		m := p.message
		if m.compressed {
			m.payload, err = p.inflater.message(m.payload)
			if err != nil {
				return nil, nil, err
			}
		}
		return nil, &m, nil
	}
}

// gone reads on until the end under test has closed the TCP connection.
// Nothing may come before.
func (p *wirePeer) gone() error {
	f, err := readFrame(p.br, !p.masks())
	if err == nil {
		return fmt.Errorf("a frame with opcode %d and %d bytes after the close frame", f.op, len(f.payload))
	}
	if err == io.EOF || errors.Is(err, syscall.ECONNRESET) {
		return nil
	}
	return fmt.Errorf("waiting for the end of the connection: %w", err)
}

// echoed waits for the result of the echo loop.
func (p *wirePeer) echoed() (result, late error) {
	select {
	case err := <-p.result:
		return err, nil
	case <-time.After(wireTimeout):
		return nil, errors.New("the echo has not come to its end")
	}
}

// echoWhole reads whole messages and sends them back.
func echoWhole(ctx context.Context, c *ws.Conn) error {
	for {
		t, b, err := c.Read(ctx)
		if err != nil {
			return err
		}
		if err := c.Write(ctx, t, b); err != nil {
			return err
		}
	}
}

// echoStream copies each message while it arrives.
func echoStream(ctx context.Context, c *ws.Conn) error {
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
		if _, err := io.CopyBuffer(w, r, buf); err != nil {
			return err
		}
		if err := w.Close(); err != nil {
			return err
		}
	}
}

// acceptKey is RFC 6455 4.2.2, step 5.4.
func acceptKey(key string) string {
	h := sha1.Sum([]byte(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"))
	return base64.StdEncoding.EncodeToString(h[:])
}

const sampleKey = "dGhlIHNhbXBsZSBub25jZQ==" // RFC 6455 1.3

// newWirePeer starts the end under test and returns the test's end after the
// handshake.
func newWirePeer(t testing.TB, end string, set wireSetting) *wirePeer {
	t.Helper()
	p := &wirePeer{
		end:    end,
		out:    make(chan func(), 4096),
		result: make(chan error, 1),
		keys:   make(map[[4]byte]bool),
	}
	ctx, cancel := context.WithTimeout(t.Context(), wireTimeout)
	t.Cleanup(cancel)
	if end == "server" {
		startServer(t, ctx, p, set)
	} else {
		startClient(t, ctx, p, set)
	}
	p.deflate = strings.Contains(p.ext, "permessage-deflate")
	if (set.deflate != ws.CompressionDisabled) != p.deflate {
		t.Fatalf("compression mode %d, but the extensions are %q", set.deflate, p.ext)
	}
	own, other := "client_no_context_takeover", "server_no_context_takeover"
	if end == "client" {
		own, other = other, own
	}
	p.deflater.takeover = !strings.Contains(p.ext, own)
	p.inflater.takeover = !strings.Contains(p.ext, other)

	if err := p.conn.SetDeadline(time.Now().Add(wireTimeout)); err != nil {
		t.Fatal(err)
	}
	conn := p.conn
	t.Cleanup(func() { conn.Close() })
	written := make(chan struct{})
	go func() {
		defer close(written)
		for do := range p.out {
			do()
		}
	}()
	t.Cleanup(func() { close(p.out); conn.Close(); <-written })
	return p
}

// run runs the echo and tells its result. The Conn is closed only when the
// test is over: a Conn must end a failed connection by itself.
func (p *wirePeer) run(t testing.TB, ctx context.Context, c *ws.Conn, set wireSetting) {
	if set.limit != 0 {
		c.SetReadLimit(set.limit)
	}
	p.result <- set.echo(ctx, c)
	<-t.Context().Done()
	c.CloseNow()
}

func startServer(t testing.TB, ctx context.Context, p *wirePeer, set wireSetting) {
	t.Helper()
	done := make(chan struct{})
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer close(done)
		c, err := ws.Accept(w, r, &ws.AcceptOptions{
			CompressionMode:      set.deflate,
			CompressionThreshold: set.threshold,
			SkipUTF8Check:        set.skipUTF8,
		})
		if err != nil {
			p.result <- err
			return
		}
		p.run(t, ctx, c, set)
	}))
	t.Cleanup(func() { s.Close(); <-done })

	conn, err := net.Dial("tcp", s.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	p.conn, p.br = conn, bufio.NewReader(conn)
	extensions := ""
	if set.deflate != ws.CompressionDisabled {
		extensions = "Sec-WebSocket-Extensions: permessage-deflate" + set.params + "\r\n"
	}
	fmt.Fprintf(conn, "GET / HTTP/1.1\r\nHost: %s\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"+
		"Sec-WebSocket-Key: %s\r\nSec-WebSocket-Version: 13\r\n%s\r\n",
		s.Listener.Addr(), sampleKey, extensions)
	resp, err := http.ReadResponse(p.br, nil)
	if err != nil {
		t.Fatalf("handshake: %v", err)
	}
	if resp.StatusCode != http.StatusSwitchingProtocols {
		t.Fatalf("handshake: %s", resp.Status)
	}
	p.ext = resp.Header.Get("Sec-WebSocket-Extensions")
}

func startClient(t testing.TB, ctx context.Context, p *wirePeer, set wireSetting) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	done := make(chan struct{})
	go func() {
		defer close(done)
		c, _, err := ws.Dial(ctx, "ws://"+l.Addr().String()+"/", &ws.DialOptions{
			CompressionMode:      set.deflate,
			CompressionThreshold: set.threshold,
			SkipUTF8Check:        set.skipUTF8,
		})
		if err != nil {
			p.result <- err
			return
		}
		p.run(t, ctx, c, set)
	}()
	t.Cleanup(func() { <-done })

	conn, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	p.conn, p.br = conn, bufio.NewReader(conn)
	req, err := http.ReadRequest(p.br)
	if err != nil {
		t.Fatalf("handshake: %v", err)
	}
	extensions := ""
	if set.deflate != ws.CompressionDisabled {
		if o := req.Header.Get("Sec-WebSocket-Extensions"); !strings.Contains(o, "permessage-deflate") {
			t.Fatalf("the client offers %q", o)
		}
		params := set.params
		if params == "" && set.deflate == ws.CompressionNoContextTakeover {
			params = "; client_no_context_takeover; server_no_context_takeover"
		}
		p.ext = "permessage-deflate" + params
		extensions = "Sec-WebSocket-Extensions: " + p.ext + "\r\n"
	}
	fmt.Fprintf(conn, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"+
		"Sec-WebSocket-Accept: %s\r\n%s\r\n", acceptKey(req.Header.Get("Sec-WebSocket-Key")), extensions)
}

// runWireCases runs each case against both ends, and with both kinds of echo.
// The callers run in parallel and the cases of one in turn: thousands of cases
// that wait for their turn would take gigabytes under the race detector.
func runWireCases(t *testing.T, cases []wireCase) {
	t.Helper()
	t.Parallel()
	echoes := []struct {
		name string
		run  func(context.Context, *ws.Conn) error
	}{{"whole", echoWhole}, {"stream", echoStream}}
	seen := make(map[string]bool)
	for _, c := range cases {
		if seen[c.name] {
			t.Errorf("two cases are called %q", c.name)
		}
		seen[c.name] = true
		for _, end := range []string{"server", "client"} {
			if c.only != "" && c.only != end {
				continue
			}
			if c.set.echo != nil {
				t.Run(c.name+"/"+end, func(t *testing.T) { c.run(t, end, c.set) })
				continue
			}
			for _, e := range echoes {
				set := c.set
				set.echo = e.run
				t.Run(c.name+"/"+end+"/"+e.name, func(t *testing.T) { c.run(t, end, set) })
			}
		}
	}
}

func (c wireCase) run(t *testing.T, end string, set wireSetting) {
	p := newWirePeer(t, end, set)
	ended := false
	for i, step := range c.steps {
		var err error
		ended, err = step(p)
		if err != nil {
			t.Fatalf("RFC %s: step %d of %d: %v", c.rfc, i+1, len(c.steps), err)
		}
	}
	if ended {
		return
	}
	// Whatever the case did, the connection must be in good order.
	for i, step := range []wireStep{
		send(wireFrame{op: opText, payload: []byte("in good order")}),
		wantMessage(opText, []byte("in good order")),
		send(closeFrame(1000, "")),
		wantClosed(1000),
	} {
		if _, err := step(p); err != nil {
			t.Fatalf("RFC %s: closing step %d: %v", c.rfc, i+1, err)
		}
	}
}

// short makes a payload fit for a message.
func short(b []byte) string {
	if len(b) > 60 {
		return fmt.Sprintf("%q… (%d bytes)", b[:60], len(b))
	}
	return fmt.Sprintf("%q", b)
}

// sameMessage compares a message with what is expected.
func sameMessage(m *gotMessage, op byte, payload []byte) error {
	if m.op != op || !bytes.Equal(m.payload, payload) {
		return fmt.Errorf("got a message with opcode %d, %s; want opcode %d, %s",
			m.op, short(m.payload), op, short(payload))
	}
	return nil
}
