package wsreference_test

import (
	"bufio"
	"context"
	"encoding/base64"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	ws "github.com/closurefix/closurefix/wsreference"
)

// rightRequest is the head of a right handshake but for its first line.
const rightRequest = "Host: example.com\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
	"Sec-WebSocket-Key: " + sampleKey + "\r\nSec-WebSocket-Version: 13\r\n"

// shakeServer sends a handshake request to a server, with behind written right
// after it, and returns the answer and what reads on.
func shakeServer(t *testing.T, method, proto, head string, opts *ws.AcceptOptions, behind ...byte) (*http.Response, *wirePeer) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), wireTimeout)
	t.Cleanup(cancel)
	done := make(chan struct{})
	p := &wirePeer{end: "server", result: make(chan error, 1), keys: make(map[[4]byte]bool)}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer close(done)
		c, err := ws.Accept(w, r, opts)
		if err != nil {
			p.result <- err
			return
		}
		p.run(t, ctx, c, wireSetting{echo: echoWhole})
	}))
	conn, err := net.Dial("tcp", s.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close(); s.Close(); <-done })
	if err := conn.SetDeadline(time.Now().Add(wireTimeout)); err != nil {
		t.Fatal(err)
	}
	p.conn, p.br = conn, bufio.NewReader(conn)
	if _, err := conn.Write(append([]byte(method+" /path "+proto+"\r\n"+head+"\r\n"), behind...)); err != nil {
		t.Fatal(err)
	}
	resp, err := http.ReadResponse(p.br, &http.Request{Method: method})
	if err != nil {
		t.Fatal(err)
	}
	return resp, p
}

func TestWireHandshakeServer(t *testing.T) {
	t.Parallel()
	change := func(old, new string) string {
		if !strings.Contains(rightRequest, old) {
			t.Fatalf("the right request has no %q", old)
		}
		return strings.Replace(rightRequest, old, new, 1)
	}
	for _, c := range []struct {
		name, rfc     string
		method, proto string
		head          string
		status        []int
	}{
		{"right", "6455 4.2.1", "GET", "HTTP/1.1", rightRequest, []int{101}},
		{"upgrade in another case", "6455 4.2.1", "GET", "HTTP/1.1", change("websocket", "WebSocket"), []int{101}},
		{"connection in another case", "6455 4.2.1", "GET", "HTTP/1.1", change("Connection: Upgrade", "connection: upGRADE"), []int{101}},
		{"connection list", "6455 4.2.1", "GET", "HTTP/1.1", change("Connection: Upgrade", "Connection: keep-alive, Upgrade"), []int{101}},
		{"connection in two fields", "6455 4.2.1", "GET", "HTTP/1.1", change("Connection: Upgrade", "Connection: keep-alive\r\nConnection: upgrade"), []int{101}},
		{"upgrade list", "6455 4.2.1", "GET", "HTTP/1.1", change("websocket", "h2c, websocket"), []int{101}},
		{"POST", "6455 4.2.1", "POST", "HTTP/1.1", rightRequest, []int{400, 405}},
		{"HTTP/1.0", "6455 4.2.1", "GET", "HTTP/1.0", rightRequest, []int{400, 426, 505}},
		{"no upgrade", "6455 4.2.1", "GET", "HTTP/1.1", change("Upgrade: websocket\r\n", ""), []int{400, 426}},
		{"another upgrade", "6455 4.2.1", "GET", "HTTP/1.1", change("websocket", "h2c"), []int{400, 426}},
		{"upgrade as a part of a word", "6455 4.2.1", "GET", "HTTP/1.1", change("websocket", "websockets"), []int{400, 426}},
		{"no connection", "6455 4.2.1", "GET", "HTTP/1.1", change("Connection: Upgrade\r\n", ""), []int{400, 426}},
		{"connection without upgrade", "6455 4.2.1", "GET", "HTTP/1.1", change("Connection: Upgrade", "Connection: keep-alive"), []int{400, 426}},
		{"no key", "6455 4.2.1", "GET", "HTTP/1.1", change("Sec-WebSocket-Key: "+sampleKey+"\r\n", ""), []int{400}},
		{"empty key", "6455 4.2.1", "GET", "HTTP/1.1", change(sampleKey, ""), []int{400}},
		{"two keys", "6455 11.3.1", "GET", "HTTP/1.1", rightRequest + "Sec-WebSocket-Key: " + sampleKey + "\r\n", []int{400}},
		{"short key", "6455 4.2.1", "GET", "HTTP/1.1", change(sampleKey, "AAAAAAAAAAAAAAAAAAAA"), []int{400}},
		{"long key", "6455 4.2.1", "GET", "HTTP/1.1", change(sampleKey, "AAAAAAAAAAAAAAAAAAAAAAA="), []int{400}},
		{"key without padding", "6455 4.2.1, errata 3150", "GET", "HTTP/1.1", change(sampleKey, strings.TrimRight(sampleKey, "=")), []int{400}},
		{"key not base64", "6455 4.2.1", "GET", "HTTP/1.1", change(sampleKey, "!!!!!!!!!!!!!!!!!!!!!!=="), []int{400}},
		{"no version", "6455 4.2.1", "GET", "HTTP/1.1", change("Sec-WebSocket-Version: 13\r\n", ""), []int{400, 426}},
		{"version 8", "6455 4.2.2, 4.4", "GET", "HTTP/1.1", change("Version: 13", "Version: 8"), []int{426}},
		{"version 14", "6455 4.2.2, 4.4", "GET", "HTTP/1.1", change("Version: 13", "Version: 14"), []int{426}},
		{"version 013", "6455 4.2.1", "GET", "HTTP/1.1", change("Version: 13", "Version: 013"), []int{400, 426}},
		{"origin of the host", "6455 4.2.2", "GET", "HTTP/1.1", rightRequest + "Origin: https://example.com\r\n", []int{101}},
		{"origin in capitals", "6455 4.2.2; 6454 4", "GET", "HTTP/1.1", rightRequest + "Origin: https://EXAMPLE.com\r\n", []int{101}},
		{"another origin", "6455 4.2.2, 10.2", "GET", "HTTP/1.1", rightRequest + "Origin: https://example.org\r\n", []int{403}},
		{"origin with another port", "6455 4.2.2, 10.2", "GET", "HTTP/1.1", rightRequest + "Origin: https://example.com:8443\r\n", []int{403}},
		{"origin with the host inside", "6455 10.2", "GET", "HTTP/1.1", rightRequest + "Origin: https://example.com.example.org\r\n", []int{403}},
		{"origin with the host as a user", "6455 10.2", "GET", "HTTP/1.1", rightRequest + "Origin: https://example.com@example.org\r\n", []int{403}},
		{"origin null", "6455 10.2; 6454 7", "GET", "HTTP/1.1", rightRequest + "Origin: null\r\n", []int{403}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			resp, _ := shakeServer(t, c.method, c.proto, c.head, nil)
			if !slices.Contains(c.status, resp.StatusCode) {
				t.Fatalf("RFC %s: status %s; want %d", c.rfc, resp.Status, c.status)
			}
			h := resp.Header
			switch resp.StatusCode {
			case 101:
				if got := h.Get("Sec-WebSocket-Accept"); got != "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=" {
					t.Errorf("RFC 6455 1.3: Sec-WebSocket-Accept is %q", got)
				}
				if !strings.EqualFold(h.Get("Upgrade"), "websocket") || !strings.EqualFold(h.Get("Connection"), "Upgrade") {
					t.Errorf("RFC 6455 4.2.2: Upgrade is %q, Connection is %q", h.Get("Upgrade"), h.Get("Connection"))
				}
				if h.Get("Sec-WebSocket-Protocol") != "" || h.Get("Sec-WebSocket-Extensions") != "" {
					t.Errorf("RFC 6455 4.2.2: an answer to what was not asked for: %v", h)
				}
			case 426:
				if got := h.Get("Sec-WebSocket-Version"); got != "13" {
					t.Errorf("RFC 6455 4.4: Sec-WebSocket-Version is %q", got)
				}
			}
		})
	}
}

func TestWireSubprotocolServer(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		fields []string // values of Sec-WebSocket-Protocol
		speaks []string
		want   string
	}{
		{"none asked for", nil, []string{"chat"}, ""},
		{"none spoken", []string{"chat"}, nil, ""},
		{"one", []string{"chat"}, []string{"chat"}, "chat"},
		{"a list", []string{"a, chat ,b"}, []string{"chat"}, "chat"},
		{"two fields", []string{"a", "b,chat"}, []string{"chat"}, "chat"},
		{"no common one", []string{"a, b"}, []string{"c"}, ""},
		{"case matters", []string{"Chat"}, []string{"chat"}, ""},
		{"no part of a word", []string{"chat2, achat"}, []string{"chat"}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			head := rightRequest
			for _, f := range c.fields {
				head += "Sec-WebSocket-Protocol: " + f + "\r\n"
			}
			resp, _ := shakeServer(t, "GET", "HTTP/1.1", head, &ws.AcceptOptions{Subprotocols: c.speaks})
			got := resp.Header.Values("Sec-WebSocket-Protocol")
			if resp.StatusCode != 101 || strings.Join(got, "|") != c.want || c.want == "" && len(got) != 0 {
				t.Errorf("RFC 6455 1.9, 4.2.2: status %s, subprotocol %q; want %q", resp.Status, got, c.want)
			}
		})
	}
}

// Frames that come in the same write as the handshake are not lost.
func TestWireBehindHandshake(t *testing.T) {
	t.Parallel()
	frames := []wireFrame{{op: opText, payload: []byte("early")}, {op: opPing}, {op: opBinary, payload: pattern(3000)}}
	want := []wireStep{wantMessage(opText, []byte("early")), wantPong(nil), wantMessage(opBinary, pattern(3000))}
	t.Run("server", func(t *testing.T) {
		t.Parallel()
		var b []byte
		for _, f := range frames {
			b = f.appendTo(b, true)
		}
		_, p := shakeServer(t, "GET", "HTTP/1.1", rightRequest, nil, b...)
		for _, step := range want {
			if _, err := step(p); err != nil {
				t.Fatal(err)
			}
		}
	})
	t.Run("client", func(t *testing.T) {
		t.Parallel()
		var b []byte
		for _, f := range frames {
			b = f.appendTo(b, false)
		}
		p := &wirePeer{end: "client", keys: make(map[[4]byte]bool)}
		answer := func(r request) string { return rightResponse(r) + "\r\n" + string(b) }
		if err := shakeClientThen(t, answer, nil, func(conn net.Conn, br *bufio.Reader) {
			p.conn, p.br = conn, br
			for _, step := range want {
				if _, err := step(p); err != nil {
					t.Error(err)
					return
				}
			}
		}); err != nil {
			t.Fatal(err)
		}
	})
}

// request is what a client sent.
type request struct{ *http.Request }

// rightResponse is the head of a right answer, without the empty line.
func rightResponse(r request) string {
	return "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
		"Sec-WebSocket-Accept: " + acceptKey(r.Header.Get("Sec-WebSocket-Key")) + "\r\n"
}

// shakeClient lets a client connect to a server that answers so, and returns
// the error of Dial.
func shakeClient(t *testing.T, answer func(request) string, opts *ws.DialOptions) error {
	t.Helper()
	whole := func(r request) string { return answer(r) + "\r\n" }
	return shakeClientThen(t, whole, opts, func(net.Conn, *bufio.Reader) {})
}

// shakeClientThen is shakeClient with the whole answer, and goes on with then
// while the client echoes, if Dial returned no error.
func shakeClientThen(t *testing.T, answer func(request) string, opts *ws.DialOptions, then func(net.Conn, *bufio.Reader)) error {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), wireTimeout)
	defer cancel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	dialed := make(chan error, 1)
	echoed := make(chan struct{})
	go func() {
		defer close(echoed)
		c, _, err := ws.Dial(ctx, "ws://"+l.Addr().String()+"/path?q=1", opts)
		dialed <- err
		if err == nil {
			_ = echoWhole(ctx, c) // ends when the test's end hangs up
			c.CloseNow()
		}
	}()
	conn, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { conn.Close(); <-echoed }()
	if err := conn.SetDeadline(time.Now().Add(wireTimeout)); err != nil {
		t.Fatal(err)
	}
	br := bufio.NewReader(conn)
	req, err := http.ReadRequest(br)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := conn.Write([]byte(answer(request{req}))); err != nil {
		t.Fatal(err)
	}
	if err := <-dialed; err != nil {
		return err
	}
	then(conn, br)
	return nil
}

func TestWireHandshakeClient(t *testing.T) {
	t.Parallel()
	change := func(old, new string) func(request) string {
		return func(r request) string {
			s := rightResponse(r)
			if !strings.Contains(s, old) {
				t.Errorf("the right answer has no %q", old)
			}
			return strings.Replace(s, old, new, 1)
		}
	}
	field := func(s string) func(request) string {
		return func(r request) string { return rightResponse(r) + s + "\r\n" }
	}
	two := []string{"chat", "superchat"}
	for _, c := range []struct {
		name, rfc string
		answer    func(request) string
		asks      []string
		ok        bool
	}{
		{"right", "6455 4.1", rightResponse, nil, true},
		{"upgrade in another case", "6455 4.1", change("websocket", "WebSocket"), nil, true},
		{"connection in another case", "6455 4.1", change("Connection: Upgrade", "Connection: upgrade"), nil, true},
		{"connection list", "6455 4.1", change("Connection: Upgrade", "Connection: keep-alive, Upgrade"), nil, true},
		{"status 200", "6455 4.1", change("101 Switching Protocols", "200 OK\r\nContent-Length: 0"), nil, false},
		{"status 403", "6455 4.1", change("101 Switching Protocols", "403 Forbidden\r\nContent-Length: 0"), nil, false},
		{"status 503", "6455 4.1", change("101 Switching Protocols", "503 Busy\r\nContent-Length: 0"), nil, false},
		{"no upgrade", "6455 4.1", change("Upgrade: websocket\r\n", ""), nil, false},
		{"another upgrade", "6455 4.1", change("websocket", "h2c"), nil, false},
		{"no connection", "6455 4.1", change("Connection: Upgrade\r\n", ""), nil, false},
		{"connection close", "6455 4.1", change("Connection: Upgrade", "Connection: close"), nil, false},
		{"no accept", "6455 4.1", change("Sec-WebSocket-Accept", "X-Accept"), nil, false},
		{"accept of another key", "6455 4.1", func(r request) string {
			r.Header.Set("Sec-WebSocket-Key", sampleKey)
			return rightResponse(r)
		}, nil, false},
		{"accept in another case", "6455 4.1", func(r request) string {
			accept := acceptKey(r.Header.Get("Sec-WebSocket-Key"))
			return strings.Replace(rightResponse(r), accept, swapCase(accept), 1)
		}, nil, false},
		{"key as accept", "6455 4.1", func(r request) string {
			key := r.Header.Get("Sec-WebSocket-Key")
			return strings.Replace(rightResponse(r), acceptKey(key), key, 1)
		}, nil, false},
		{"subprotocol asked for", "6455 4.1", field("Sec-WebSocket-Protocol: superchat"), two, true},
		{"no subprotocol", "6455 4.1", rightResponse, two, true},
		{"subprotocol not asked for", "6455 4.1", field("Sec-WebSocket-Protocol: chat"), nil, false},
		{"another subprotocol", "6455 4.1", field("Sec-WebSocket-Protocol: irc"), two, false},
		{"two subprotocols", "6455 11.3.4", field("Sec-WebSocket-Protocol: chat, superchat"), two, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			err := shakeClient(t, c.answer, &ws.DialOptions{Subprotocols: c.asks})
			if (err == nil) != c.ok {
				t.Errorf("RFC %s: Dial returned %v; may connect: %v", c.rfc, err, c.ok)
			}
		})
	}
}

// swapCase turns small letters to capitals and the other way round.
func swapCase(s string) string {
	return strings.Map(func(r rune) rune {
		if up := strings.ToUpper(string(r)); up != string(r) {
			return []rune(up)[0]
		}
		return []rune(strings.ToLower(string(r)))[0]
	}, s)
}

// What the client asks for (RFC 6455 4.1).
func TestWireRequest(t *testing.T) {
	t.Parallel()
	var keys []string
	for range 3 {
		var r request
		err := shakeClient(t, func(got request) string {
			r = got
			return rightResponse(got)
		}, &ws.DialOptions{
			Subprotocols: []string{"chat", "superchat"},
			HTTPHeader:   http.Header{"X-Test": {"yes"}, "Origin": {"https://example.com"}},
			Host:         "example.com",
		})
		if err != nil {
			t.Fatal(err)
		}
		key := r.Header.Get("Sec-WebSocket-Key")
		if b, err := base64.StdEncoding.DecodeString(key); err != nil || len(b) != 16 || slices.Contains(keys, key) {
			t.Errorf("key %q is not the base64 of 16 fresh bytes (%v)", key, err)
		}
		keys = append(keys, key)
		got := fmt.Sprint(r.Method, " ", r.RequestURI, " ", r.Proto, " ", r.Host, " ",
			r.Header.Get("Upgrade"), " ", r.Header.Get("Connection"), " ", r.Header.Get("Sec-WebSocket-Version"), " ",
			r.Header.Get("X-Test"), " ", r.Header.Get("Origin"), " ", r.Header.Values("Sec-WebSocket-Extensions"))
		want := "GET /path?q=1 HTTP/1.1 example.com websocket Upgrade 13 yes https://example.com []"
		if got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
		list := strings.ReplaceAll(strings.Join(r.Header.Values("Sec-WebSocket-Protocol"), ","), " ", "")
		if list != "chat,superchat" {
			t.Errorf("asked for the subprotocols %q", list)
		}
	}
}
