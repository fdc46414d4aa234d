package peers

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	ws "github.com/closurefix/closurefix/wsreference"
	coder "github.com/coder/websocket"
	gorilla "github.com/gorilla/websocket"
)

var interopSizes = []int{0, 1, 125, 126, 127, 4096, 65535, 65536, 300000}

// TestEcho lets wsreference and each package talk to each other, both ways.
func TestEcho(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	for _, p := range peers() {
		for _, pair := range []struct {
			name           string
			server, client peer
		}{{"server", p, ours()}, {"client", ours(), p}} {
			t.Run(p.name+" as the "+pair.name, func(t *testing.T) {
				for _, size := range interopSizes {
					rounds := 0
					want := bytes.Repeat([]byte{'x', 0, 'y', 0xff}, (size+3)/4)[:size]
					seen := func(got []byte) bool {
						if !bytes.Equal(got, want) {
							t.Errorf("%d bytes came back wrong, for %d", len(got), size)
							return false
						}
						return true
					}
					next := func([]byte) bool { rounds++; return rounds < 5 }
					if err := echoRounds(t, ctx, pair.server, pair.client, size, seen, next); err != nil {
						t.Fatalf("%d bytes: %v", size, err)
					}
					if rounds != 5 {
						t.Fatalf("%d bytes: %d rounds of 5", size, rounds)
					}
				}
			})
		}
	}
}

// mode is what two ends may agree on. gorilla's are on or off.
type mode struct {
	name    string
	ours    ws.CompressionMode
	coder   coder.CompressionMode
	deflate bool
}

var allModes = []mode{
	{"plain", ws.CompressionDisabled, coder.CompressionDisabled, false},
	{"takeover", ws.CompressionContextTakeover, coder.CompressionContextTakeover, true},
	{"no takeover", ws.CompressionNoContextTakeover, coder.CompressionNoContextTakeover, true},
	{"takeover on our side", ws.CompressionContextTakeover, coder.CompressionNoContextTakeover, true},
}

// endpoint is what the conversation needs of a connection.
type endpoint interface {
	read(ctx context.Context) (text bool, b []byte, err error)
	write(ctx context.Context, text bool, parts ...[]byte) error // a part is a write
	ping(ctx context.Context) error                              // and wait for the pong, while another reads
	close(code int, reason string) error
	code(err error) int // the close code in an error, or -1
}

// serve echoes until the peer closes, and returns the code that it saw.
func serve(ctx context.Context, e endpoint) int {
	for {
		text, b, err := e.read(ctx)
		if err != nil {
			return e.code(err)
		}
		if text && string(b) == "close me" {
			if err := e.close(4002, "as you wish"); err != nil {
				return -2
			}
			return 0
		}
		if err := e.write(ctx, text, b); err != nil {
			return -3
		}
	}
}

// converse talks to an end that serves.
func converse(t *testing.T, ctx context.Context, e endpoint) {
	t.Helper()
	round := func(text bool, parts ...[]byte) {
		t.Helper()
		want := bytes.Join(parts, nil)
		if err := e.write(ctx, text, parts...); err != nil {
			t.Fatal(err)
		}
		gotText, got, err := e.read(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if gotText != text || !bytes.Equal(got, want) {
			t.Fatalf("text %v, %d bytes came back; want text %v, %d bytes", gotText, len(got), text, len(want))
		}
	}
	for range 2 { // the second time refers to the first, with context takeover
		for _, n := range interopSizes {
			b := make([]byte, n)
			for i := range b {
				b[i] = byte(i * i >> 3)
			}
			round(false, b)
			round(true, bytes.Repeat([]byte("x"), n))
		}
		round(true, []byte("κόσμε "), []byte("日本"), nil, []byte("語"), bytes.Repeat([]byte("more "), 3000))
	}

	pinged := make(chan error, 1)
	go func() {
		err := e.ping(ctx)
		if err == nil {
			err = e.write(ctx, true, []byte("after the pong"))
		}
		pinged <- err
	}()
	_, b, err := e.read(ctx)
	if err != nil || string(b) != "after the pong" {
		t.Fatalf("got %q, %v", b, err)
	}
	if err := <-pinged; err != nil {
		t.Fatal(err)
	}
}

type ourEndpoint struct{ c *ws.Conn }

func (e ourEndpoint) read(ctx context.Context) (bool, []byte, error) {
	typ, b, err := e.c.Read(ctx)
	return typ == ws.MessageText, b, err
}

func (e ourEndpoint) write(ctx context.Context, text bool, parts ...[]byte) error {
	typ := ws.MessageBinary
	if text {
		typ = ws.MessageText
	}
	w, err := e.c.Writer(ctx, typ)
	if err != nil {
		return err
	}
	return writeParts(w, parts)
}

func (e ourEndpoint) ping(ctx context.Context) error { return e.c.Ping(ctx) }
func (e ourEndpoint) close(code int, reason string) error {
	return e.c.Close(ws.StatusCode(code), reason)
}
func (e ourEndpoint) code(err error) int { return int(ws.CloseStatus(err)) }

func writeParts(w io.WriteCloser, parts [][]byte) error {
	for _, p := range parts {
		if _, err := w.Write(p); err != nil {
			return err
		}
	}
	return w.Close()
}

type coderEndpoint struct{ c *coder.Conn }

func (e coderEndpoint) read(ctx context.Context) (bool, []byte, error) {
	typ, b, err := e.c.Read(ctx)
	return typ == coder.MessageText, b, err
}

func (e coderEndpoint) write(ctx context.Context, text bool, parts ...[]byte) error {
	typ := coder.MessageBinary
	if text {
		typ = coder.MessageText
	}
	w, err := e.c.Writer(ctx, typ)
	if err != nil {
		return err
	}
	return writeParts(w, parts)
}

func (e coderEndpoint) ping(ctx context.Context) error { return e.c.Ping(ctx) }
func (e coderEndpoint) close(code int, reason string) error {
	return e.c.Close(coder.StatusCode(code), reason)
}
func (e coderEndpoint) code(err error) int { return int(coder.CloseStatus(err)) }

type gorillaEndpoint struct{ c *gorilla.Conn }

func (e gorillaEndpoint) read(context.Context) (bool, []byte, error) {
	typ, b, err := e.c.ReadMessage()
	return typ == gorilla.TextMessage, b, err
}

func (e gorillaEndpoint) write(_ context.Context, text bool, parts ...[]byte) error {
	typ := gorilla.BinaryMessage
	if text {
		typ = gorilla.TextMessage
	}
	w, err := e.c.NextWriter(typ)
	if err != nil {
		return err
	}
	return writeParts(w, parts)
}

func (e gorillaEndpoint) ping(ctx context.Context) error {
	pong := make(chan string, 1)
	e.c.SetPongHandler(func(s string) error {
		pong <- s
		return nil
	})
	if err := e.c.WriteControl(gorilla.PingMessage, []byte("now"), time.Now().Add(time.Minute)); err != nil {
		return err
	}
	select {
	case s := <-pong:
		if s != "now" {
			return fmt.Errorf("pong %q", s)
		}
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// close does the closing handshake, which gorilla leaves to its user.
func (e gorillaEndpoint) close(code int, reason string) error {
	b := gorilla.FormatCloseMessage(code, reason)
	if err := e.c.WriteControl(gorilla.CloseMessage, b, time.Now().Add(time.Minute)); err != nil {
		return err
	}
	if _, _, err := e.c.ReadMessage(); e.code(err) != code {
		return fmt.Errorf("the answer to a close frame with %d is %v", code, err)
	}
	return e.c.Close()
}

func (e gorillaEndpoint) code(err error) int {
	var c *gorilla.CloseError
	if errors.As(err, &c) {
		return c.Code
	}
	return -1
}

// acceptors make an endpoint of a request, dialers one of a URL.
type acceptor func(w http.ResponseWriter, r *http.Request, m mode) (endpoint, error)
type dialer func(ctx context.Context, url string, m mode) (endpoint, *http.Response, error)

func acceptOurs(w http.ResponseWriter, r *http.Request, m mode) (endpoint, error) {
	c, err := ws.Accept(w, r, &ws.AcceptOptions{CompressionMode: m.ours, CompressionThreshold: 1})
	if err != nil {
		return nil, err
	}
	c.SetReadLimit(1 << 20)
	return ourEndpoint{c}, nil
}

func dialOurs(ctx context.Context, url string, m mode) (endpoint, *http.Response, error) {
	c, resp, err := ws.Dial(ctx, url, &ws.DialOptions{CompressionMode: m.ours, CompressionThreshold: 1})
	if err != nil {
		return nil, resp, err
	}
	c.SetReadLimit(1 << 20)
	return ourEndpoint{c}, resp, nil
}

func acceptCoder(w http.ResponseWriter, r *http.Request, m mode) (endpoint, error) {
	c, err := coder.Accept(w, r, &coder.AcceptOptions{CompressionMode: m.coder, CompressionThreshold: 1})
	if err != nil {
		return nil, err
	}
	c.SetReadLimit(1 << 20)
	return coderEndpoint{c}, nil
}

func dialCoder(ctx context.Context, url string, m mode) (endpoint, *http.Response, error) {
	c, resp, err := coder.Dial(ctx, url, &coder.DialOptions{CompressionMode: m.coder, CompressionThreshold: 1})
	if err != nil {
		return nil, resp, err
	}
	c.SetReadLimit(1 << 20)
	return coderEndpoint{c}, resp, nil
}

func acceptGorilla(w http.ResponseWriter, r *http.Request, m mode) (endpoint, error) {
	up := gorilla.Upgrader{EnableCompression: m.deflate}
	c, err := up.Upgrade(w, r, nil)
	return gorillaEndpoint{c}, err
}

func dialGorilla(ctx context.Context, url string, m mode) (endpoint, *http.Response, error) {
	d := gorilla.Dialer{EnableCompression: m.deflate}
	c, resp, err := d.DialContext(ctx, url, nil)
	return gorillaEndpoint{c}, resp, err
}

// TestConversation lets wsreference talk at length with coder and gorilla:
// compression, messages in parts, pings, and both ways to close.
func TestConversation(t *testing.T) {
	for _, p := range []struct {
		name   string
		accept acceptor
		dial   dialer
	}{
		{others()[0].name + " as the server", acceptCoder, dialOurs},
		{others()[0].name + " as the client", acceptOurs, dialCoder},
		{others()[1].name + " as the server", acceptGorilla, dialOurs},
		{others()[1].name + " as the client", acceptOurs, dialGorilla},
		{"wsreference itself", acceptOurs, dialOurs},
	} {
		for _, m := range allModes {
			t.Run(p.name+"/"+m.name, func(t *testing.T) { conversation(t, p.accept, p.dial, m) })
		}
	}
}

// TestPingBurst has a client of coder/websocket send 50 pings at once, each of
// which waits for its own pong.
func TestPingBurst(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		e, err := acceptOurs(w, r, allModes[0])
		if err != nil {
			t.Error(err)
			return
		}
		serve(ctx, e)
	}))
	defer s.Close()
	c, _, err := coder.Dial(ctx, s.URL, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer c.CloseNow()
	c.CloseRead(ctx)
	var wg sync.WaitGroup
	for range 50 {
		wg.Go(func() {
			if err := c.Ping(ctx); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
}

func conversation(t *testing.T, accept acceptor, dial dialer, m mode) {
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	served := make(chan int, 2)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		e, err := accept(w, r, m)
		if err != nil {
			t.Error(err)
			served <- -4
			return
		}
		served <- serve(ctx, e)
	}))
	defer s.Close()
	url := strings.Replace(s.URL, "http", "ws", 1)

	e, resp, err := dial(ctx, url, m)
	if err != nil {
		t.Fatal(err)
	}
	ext := resp.Header.Get("Sec-WebSocket-Extensions")
	if strings.HasPrefix(ext, "permessage-deflate") != m.deflate {
		t.Errorf("the extensions are %q", ext)
	}
	converse(t, ctx, e)
	if err := e.close(4001, "bye"); err != nil {
		t.Error(err)
	}
	if got := <-served; got != 4001 {
		t.Errorf("the server saw the close code %d", got)
	}

	e, _, err = dial(ctx, url, m)
	if err != nil {
		t.Fatal(err)
	}
	if err := e.write(ctx, true, []byte("close me")); err != nil {
		t.Fatal(err)
	}
	if _, _, err := e.read(ctx); e.code(err) != 4002 || !strings.Contains(err.Error(), "as you wish") {
		t.Errorf("the server's close is %v", err)
	}
	if got := <-served; got != 0 {
		t.Errorf("the server's close failed (%d)", got)
	}
}
