package wsreference

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"
)

// serve runs an HTTP server whose handler accepts a connection and calls f.
// It returns the server's URL with scheme ws.
func serve(t *testing.T, opts *AcceptOptions, f func(c *Conn)) string {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Extra", "from the application")
		w.Header().Set("Sec-Websocket-Accept", "not from the application")
		c, err := Accept(w, r, opts)
		if err != nil {
			t.Logf("Accept: %v", err)
			return
		}
		defer c.CloseNow()
		f(c)
	}))
	t.Cleanup(s.Close)
	return strings.Replace(s.URL, "http", "ws", 1)
}

// TestDialAccept connects the two ends with each other.
func TestDialAccept(t *testing.T) {
	for _, tls := range []bool{false, true} {
		s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			c, err := Accept(w, r, &AcceptOptions{Subprotocols: []string{"c", "b"}, CompressionMode: CompressionContextTakeover})
			if err != nil {
				t.Error(err)
				return
			}
			defer c.CloseNow()
			if c.Subprotocol() != "c" {
				t.Errorf("the server's subprotocol is %q", c.Subprotocol())
			}
			echo(context.Background(), c)
		}))
		if tls {
			s.StartTLS()
		} else {
			s.Start()
		}
		ctx, cancel := context.WithCancel(t.Context())
		c, resp, err := Dial(ctx, strings.Replace(s.URL, "http", "ws", 1), &DialOptions{
			HTTPClient: s.Client(), Subprotocols: []string{"a", "b", "c"}, CompressionMode: CompressionContextTakeover})
		if err != nil {
			t.Fatal(err)
		}
		cancel() // bounds the handshake only
		if c.Subprotocol() != "c" || resp.StatusCode != 101 {
			t.Errorf("subprotocol %q, status %d", c.Subprotocol(), resp.StatusCode)
		}
		for _, n := range []int{0, 1, 1000, 30_000} {
			msg := strings.Repeat("x", n)
			if err := c.Write(t.Context(), MessageText, []byte(msg)); err != nil {
				t.Fatal(err)
			}
			if typ, b, err := c.Read(t.Context()); err != nil || typ != MessageText || string(b) != msg {
				t.Fatalf("echo of %d bytes: %v, %d bytes, %v", n, typ, len(b), err)
			}
		}
		if err := c.Close(StatusNormalClosure, "done"); err != nil {
			t.Error(err)
		}
		s.Close()
	}
}

// TestSubprotocolOrder pins that the server's order decides.
func TestSubprotocolOrder(t *testing.T) {
	for _, tt := range []struct {
		server, client []string
		want           string
	}{
		{[]string{"c", "b"}, []string{"a", "b", "c"}, "c"},
		{[]string{"b"}, []string{"a", "b"}, "b"},
		{[]string{"B"}, []string{"b"}, ""},
		{nil, []string{"b"}, ""},
		{[]string{"b"}, nil, ""},
	} {
		u := serve(t, &AcceptOptions{Subprotocols: tt.server}, func(*Conn) {})
		c, _, err := Dial(t.Context(), u, &DialOptions{Subprotocols: tt.client})
		if err != nil {
			t.Fatal(err)
		}
		if c.Subprotocol() != tt.want {
			t.Errorf("server %q, client %q: %q, want %q", tt.server, tt.client, c.Subprotocol(), tt.want)
		}
		c.CloseNow()
	}
}

// handshake is the client's handshake of RFC 6455, section 1.3, changed by
// the given fields: "Name: value" replaces, "+Name: value" adds, "Name" removes.
func handshake(changes ...string) string {
	h := http.Header{
		"Host":                  {"server.example.com"},
		"Upgrade":               {"websocket"},
		"Connection":            {"Upgrade"},
		"Sec-Websocket-Key":     {"dGhlIHNhbXBsZSBub25jZQ=="},
		"Sec-Websocket-Version": {"13"},
	}
	line := "GET /chat HTTP/1.1"
	for _, c := range changes {
		if strings.Contains(c, "HTTP/") {
			line = c
			continue
		}
		name, value, ok := strings.Cut(c, ": ")
		switch {
		case !ok:
			h.Del(name)
		case strings.HasPrefix(name, "+"):
			h.Add(name[1:], value)
		default:
			h.Set(name, value)
		}
	}
	var b strings.Builder
	b.WriteString(line + "\r\n")
	h.Write(&b)
	return b.String() + "\r\n"
}

// exchange sends raw bytes to the server at u and reads its response.
func exchange(t *testing.T, u, raw string) (*http.Response, *bufio.Reader, net.Conn) {
	t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(u, "ws://"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	conn.SetDeadline(time.Now().Add(time.Minute))
	if _, err := io.WriteString(conn, raw); err != nil {
		t.Fatal(err)
	}
	br := bufio.NewReader(conn)
	resp, err := http.ReadResponse(br, nil)
	if err != nil {
		t.Fatal(err)
	}
	return resp, br, conn
}

// TestAcceptRequests pins the answer to handshakes, good and bad.
func TestAcceptRequests(t *testing.T) {
	u := serve(t, &AcceptOptions{OriginPatterns: []string{"*.Friend.example", "https://secure.example"}}, func(*Conn) {})
	tests := []struct {
		name    string
		changes []string
		want    int
	}{
		{"of the RFC", nil, 101},
		{"tokens in other case", []string{"Connection: keep-alive, upgrade", "Upgrade: WebSocket"}, 101},
		{"tokens on several lines", []string{"Connection: keep-alive", "+Connection: Upgrade"}, 101},
		{"unknown extension", []string{"Sec-WebSocket-Extensions: x-unknown; a=1"}, 101},
		{"HTTP/1.0", []string{"GET / HTTP/1.0"}, 426},
		{"POST", []string{"POST / HTTP/1.1", "Content-Length: 0"}, 405},
		{"no Upgrade", []string{"Upgrade"}, 426},
		{"other Upgrade", []string{"Upgrade: h2c"}, 426},
		{"no Connection", []string{"Connection"}, 426},
		{"other Connection", []string{"Connection: keep-alive"}, 426},
		{"no version", []string{"Sec-WebSocket-Version"}, 426},
		{"version 8", []string{"Sec-WebSocket-Version: 8"}, 426},
		{"two versions", []string{"+Sec-WebSocket-Version: 8"}, 426},
		{"no key", []string{"Sec-WebSocket-Key"}, 400},
		{"empty key", []string{"Sec-WebSocket-Key: "}, 400},
		{"key of 15 bytes", []string{"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25j"}, 400},
		{"key without padding", []string{"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ"}, 400},
		{"key that is not base64", []string{"Sec-WebSocket-Key: !!!!IHNhbXBsZSBub25jZQ=="}, 400},
		{"two keys", []string{"+Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="}, 400},
		{"malformed subprotocols", []string{"Sec-WebSocket-Protocol: a b"}, 400},
		{"malformed extensions", []string{"Sec-WebSocket-Extensions: permessage-deflate; ="}, 400},
		{"own origin", []string{"Origin: http://server.example.com"}, 101},
		{"own origin in other case", []string{"Origin: https://SERVER.example.com"}, 101},
		{"own origin, other port", []string{"Origin: http://server.example.com:81"}, 403},
		{"other origin", []string{"Origin: http://evil.example"}, 403},
		{"origin that ends alike", []string{"Origin: http://evilserver.example.com"}, 403},
		{"friend", []string{"Origin: http://best.friend.example"}, 101},
		{"friend of a friend", []string{"Origin: http://friend.example.evil"}, 403},
		{"scheme of the pattern", []string{"Origin: https://secure.example"}, 101},
		{"scheme not of the pattern", []string{"Origin: http://secure.example"}, 403},
		{"null origin", []string{"Origin: null"}, 403},
		{"malformed origin", []string{"Origin: http://%"}, 403},
		{"own origin but for a letter that Unicode folds", []string{"Origin: http://\u017ferver.example.com"}, 403},
		{"friend but for a letter that Unicode folds", []string{"Origin: http://best.friend.e\u212aample"}, 403},
		{"Upgrade with a letter that Unicode folds", []string{"Upgrade: web\u017focket"}, 426},
		{"Connection with a letter that Unicode folds", []string{"Connection: upgrade\u017f"}, 426},
		{"two origins", []string{"Origin: http://server.example.com", "+Origin: http://server.example.com"}, 403},
	}
	for _, tt := range tests {
		resp, _, conn := exchange(t, u, handshake(tt.changes...))
		if resp.StatusCode != tt.want {
			t.Errorf("%s: status %d, want %d", tt.name, resp.StatusCode, tt.want)
		}
		switch tt.want {
		case 101:
			if got := resp.Header.Values("Sec-WebSocket-Accept"); len(got) != 1 || got[0] != "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=" {
				t.Errorf("%s: Sec-WebSocket-Accept is %q", tt.name, got)
			}
			if resp.Header.Get("X-Extra") == "" {
				t.Errorf("%s: the application's header field is missing", tt.name)
			}
		case 405:
			if resp.Header.Get("Allow") != "GET" {
				t.Errorf("%s: the answer does not tell the method: %v", tt.name, resp.Header)
			}
		case 426:
			if resp.Header.Get("Sec-WebSocket-Version") != "13" || resp.Header.Get("Upgrade") != "websocket" {
				t.Errorf("%s: the answer does not tell the version: %v", tt.name, resp.Header)
			}
		}
		conn.Close()
	}
}

// TestOriginOptions pins the ways around the check, and a bad pattern.
func TestOriginOptions(t *testing.T) {
	raw := handshake("Origin: http://other.example")
	for _, tt := range []struct {
		opts *AcceptOptions
		want int
	}{
		{nil, 403},
		{&AcceptOptions{InsecureSkipVerify: true}, 101},
		{&AcceptOptions{OriginPatterns: []string{"*"}}, 101},
		{&AcceptOptions{OriginPatterns: []string{"["}}, 500},
	} {
		resp, _, _ := exchange(t, serve(t, tt.opts, func(*Conn) {}), raw)
		if resp.StatusCode != tt.want {
			t.Errorf("%+v: status %d, want %d", tt.opts, resp.StatusCode, tt.want)
		}
	}
}

// TestAcceptWithoutHijack pins the error over what cannot be taken over.
func TestAcceptWithoutHijack(t *testing.T) {
	r := httptest.NewRequest("GET", "/", nil)
	r.Header = http.Header{}
	for _, f := range []string{"Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="} {
		name, value, _ := strings.Cut(f, ": ")
		r.Header.Set(name, value)
	}
	w := httptest.NewRecorder()
	if _, err := Accept(w, r, nil); !errors.Is(err, http.ErrNotSupported) || w.Code != http.StatusNotImplemented {
		t.Errorf("Accept: %v, status %d", err, w.Code)
	}
}

// TestEarlyData sends frames right behind the handshake.
func TestEarlyData(t *testing.T) {
	for _, n := range []int{1, 3, 2000} { // less and more than a buffer
		u := serve(t, nil, func(c *Conn) { echo(context.Background(), c) })
		p := &rawPeer{client: true}
		var raw bytes.Buffer
		raw.WriteString(handshake())
		for range n {
			raw.Write(p.encode(header{flags: finBit, opcode: opText}, []byte("early")))
		}
		_, br, _ := exchange(t, u, raw.String())
		for range n {
			b := make([]byte, 7)
			if _, err := io.ReadFull(br, b); err != nil || string(b) != "\x81\x05early" {
				t.Fatalf("the echo is %q, %v", b, err)
			}
		}
	}
}

// answering runs a server that answers each handshake with f's raw bytes.
func answering(t *testing.T, f func(key string) string) string {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		conn, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		defer conn.Close()
		io.WriteString(conn, f(r.Header.Get("Sec-WebSocket-Key")))
	}))
	t.Cleanup(s.Close)
	return strings.Replace(s.URL, "http", "ws", 1)
}

// TestDialAnswers pins what a client makes of answers, good and bad.
func TestDialAnswers(t *testing.T) {
	const status = "HTTP/1.1 101 Switching Protocols\r\n"
	good := func(key string) string {
		return status + "Upgrade: WebSocket\r\nConnection: upgrade\r\nSec-WebSocket-Accept: " + acceptKey(key) + "\r\n"
	}
	add := func(lines string) func(string) string {
		return func(key string) string { return good(key) + lines + "\r\n" }
	}
	tests := []struct {
		name   string
		answer func(key string) string
		mode   CompressionMode
		want   string // what the error says, "" for none
	}{
		{"good", add(""), CompressionDisabled, ""},
		{"subprotocol", add("Sec-WebSocket-Protocol: b\r\n"), CompressionDisabled, ""},
		{"subprotocol not asked for", add("Sec-WebSocket-Protocol: x\r\n"), CompressionDisabled, "not asked for"},
		{"subprotocol in other case", add("Sec-WebSocket-Protocol: B\r\n"), CompressionDisabled, "not asked for"},
		{"two subprotocols", add("Sec-WebSocket-Protocol: a\r\nSec-WebSocket-Protocol: b\r\n"), CompressionDisabled, "not asked for"},
		{"list of subprotocols", add("Sec-WebSocket-Protocol: a, b\r\n"), CompressionDisabled, "not asked for"},
		{"compression", add("Sec-WebSocket-Extensions: permessage-deflate\r\n"), CompressionContextTakeover, ""},
		{"compression not asked for", add("Sec-WebSocket-Extensions: permessage-deflate\r\n"), CompressionDisabled, "not offered"},
		{"other extension", add("Sec-WebSocket-Extensions: x-other\r\n"), CompressionContextTakeover, "not offered"},
		{"compression twice", add("Sec-WebSocket-Extensions: permessage-deflate\r\nSec-WebSocket-Extensions: permessage-deflate\r\n"), CompressionContextTakeover, "not offered"},
		{"malformed extensions", add("Sec-WebSocket-Extensions: ;\r\n"), CompressionContextTakeover, "malformed"},
		{"client's window not offered", add("Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits=10\r\n"), CompressionContextTakeover, "client_max_window_bits"},
		{"server's window", add("Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=10\r\n"), CompressionContextTakeover, ""},
		{"takeover declined", add("Sec-WebSocket-Extensions: permessage-deflate; client_no_context_takeover; server_no_context_takeover\r\n"), CompressionContextTakeover, ""},
		{"takeover not confirmed", add("Sec-WebSocket-Extensions: permessage-deflate\r\n"), CompressionNoContextTakeover, "without server_no_context_takeover"},
		{"200", func(string) string { return "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nsorry" }, CompressionDisabled, "status 200"},
		{"403", func(string) string {
			return "HTTP/1.1 403 Forbidden\r\nContent-Length: 5000\r\n\r\n" + strings.Repeat("no!!!", 1000)
		}, CompressionDisabled, "status 403"},
		{"no Upgrade", func(key string) string {
			return status + "Connection: Upgrade\r\nSec-WebSocket-Accept: " + acceptKey(key) + "\r\n\r\n"
		}, CompressionDisabled, "Upgrade"},
		{"no Connection", func(key string) string {
			return status + "Upgrade: websocket\r\nSec-WebSocket-Accept: " + acceptKey(key) + "\r\n\r\n"
		}, CompressionDisabled, "Connection"},
		{"no accept", func(key string) string { return status + "Upgrade: websocket\r\nConnection: Upgrade\r\n\r\n" }, CompressionDisabled, "Sec-WebSocket-Accept"},
		{"wrong accept", func(key string) string {
			return status + "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: " + acceptKey("x") + "\r\n\r\n"
		}, CompressionDisabled, "Sec-WebSocket-Accept"},
		{"no HTTP", func(string) string { return "hello\r\n\r\n" }, CompressionDisabled, "malformed"},
		{"nothing", func(string) string { return "" }, CompressionDisabled, "EOF"},
	}
	for _, tt := range tests {
		c, resp, err := Dial(t.Context(), answering(t, tt.answer), &DialOptions{Subprotocols: []string{"a", "b"}, CompressionMode: tt.mode})
		if c != nil {
			c.CloseNow()
		}
		if tt.want == "" {
			if err != nil {
				t.Errorf("%s: %v", tt.name, err)
			}
			continue
		}
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v; want an error with %q", tt.name, err, tt.want)
		}
		if resp != nil {
			if b, err := io.ReadAll(resp.Body); err != nil || len(b) > maxErrorBody || resp.StatusCode == 403 && len(b) != maxErrorBody {
				t.Errorf("%s: body of %d bytes, %v", tt.name, len(b), err)
			}
		}
	}
}

// TestDialArguments pins what is refused without a connection.
func TestDialArguments(t *testing.T) {
	for _, tt := range []struct {
		url  string
		opts *DialOptions
	}{
		{"ftp://example.com", nil}, {"example.com", nil}, {"ws://", nil}, {"ws://%", nil}, {"", nil},
		{"ws://example.com", &DialOptions{Subprotocols: []string{"a b"}}},
		{"ws://example.com", &DialOptions{Subprotocols: []string{""}}},
		{"ws://example.com", &DialOptions{Subprotocols: []string{"a", "a"}}},
	} {
		opts := tt.opts
		if opts == nil {
			opts = new(DialOptions)
		}
		opts.HTTPClient = &http.Client{Transport: refuse{t}}
		if _, _, err := Dial(t.Context(), tt.url, opts); err == nil {
			t.Errorf("Dial(%q, %+v) succeeded", tt.url, tt.opts)
		}
	}
}

// refuse is a transport that must not be used.
type refuse struct{ t *testing.T }

func (r refuse) RoundTrip(*http.Request) (*http.Response, error) {
	r.t.Error("a request was sent")
	return nil, errors.New("refused")
}

// TestDialRequest pins the request.
func TestDialRequest(t *testing.T) {
	got := make(chan *http.Request, 1)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { got <- r }))
	defer s.Close()
	Dial(t.Context(), strings.Replace(s.URL, "http", "ws", 1)+"/path?q=1#fragment", &DialOptions{
		Host:            "other.example",
		HTTPHeader:      http.Header{"x-mine": {"yes"}, "Sec-Websocket-Key": {"no"}},
		Subprotocols:    []string{"a", "b"},
		CompressionMode: CompressionNoContextTakeover,
	})
	r := <-got
	if r.Host != "other.example" || r.RequestURI != "/path?q=1" || r.Method != "GET" {
		t.Errorf("%s %s to %s", r.Method, r.RequestURI, r.Host)
	}
	for name, want := range map[string]string{
		"X-Mine": "yes", "Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13", "Sec-WebSocket-Protocol": "a, b",
		"Sec-WebSocket-Extensions": "permessage-deflate; server_no_context_takeover; client_no_context_takeover",
	} {
		if v := r.Header.Values(name); len(v) != 1 || v[0] != want {
			t.Errorf("%s is %q, want %q", name, v, want)
		}
	}
	if k := r.Header.Get("Sec-WebSocket-Key"); len(k) != 24 || k == "no" {
		t.Errorf("the key is %q", k)
	}
}

// TestDialRedirect follows a redirect from ws to ws.
func TestDialRedirect(t *testing.T) {
	u := serve(t, nil, func(c *Conn) { echo(context.Background(), c) })
	s := httptest.NewServer(http.RedirectHandler(u, http.StatusFound))
	defer s.Close()
	c, _, err := Dial(t.Context(), s.URL, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Close(StatusNormalClosure, ""); err != nil {
		t.Error(err)
	}
	loop := httptest.NewServer(nil)
	defer loop.Close()
	loop.Config.Handler = http.RedirectHandler(loop.URL, http.StatusFound)
	if _, _, err := Dial(t.Context(), loop.URL, nil); err == nil {
		t.Error("Dial of an endless redirect succeeded")
	}
}

// TestDialBounded has servers that do not answer, or not completely.
func TestDialBounded(t *testing.T) {
	for _, answer := range []string{"", "HTTP/1.1 101 Sw", "HTTP/1.1 403 Forbidden\r\nContent-Length: 5000\r\n\r\n", "HTTP/1.1 101 Switching Protocols\r\n\r\n"} {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		go func() {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			defer conn.Close()
			io.WriteString(conn, answer)
			io.Copy(io.Discard, conn)
		}()
		within(t, fmt.Sprintf("Dial answered by %q", answer), func() {
			ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
			defer cancel()
			if _, _, err := Dial(ctx, "ws://"+l.Addr().String(), nil); err == nil {
				t.Errorf("Dial answered by %q succeeded", answer)
			}
			client := &http.Client{Timeout: 50 * time.Millisecond, Transport: new(http.Transport)}
			if _, _, err := Dial(t.Context(), "ws://"+l.Addr().String(), &DialOptions{HTTPClient: client}); err == nil {
				t.Errorf("Dial answered by %q succeeded", answer)
			}
		})
		l.Close()
	}
}

// TestClientTimeout pins that the timeout of the HTTP client does not end the
// connection.
func TestClientTimeout(t *testing.T) {
	u := serve(t, nil, func(c *Conn) {
		time.Sleep(300 * time.Millisecond)
		echo(context.Background(), c)
	})
	c, _, err := Dial(t.Context(), u, &DialOptions{HTTPClient: &http.Client{Timeout: 200 * time.Millisecond}})
	if err != nil {
		t.Skipf("the machine is slow: %v", err)
	}
	defer c.CloseNow()
	if err := c.Write(t.Context(), MessageText, nil); err != nil {
		t.Fatal(err)
	}
	if _, _, err := c.Read(t.Context()); err != nil {
		t.Error(err)
	}
}

// TestNegotiate pins the answers to offers of compression (RFC 7692, section 7).
func TestNegotiate(t *testing.T) {
	const pmd = "permessage-deflate"
	tests := []struct {
		offer  []string
		mode   CompressionMode
		answer string
	}{
		{nil, CompressionContextTakeover, ""},
		{[]string{pmd}, CompressionDisabled, ""},
		{[]string{pmd}, CompressionContextTakeover, pmd},
		{[]string{pmd}, CompressionNoContextTakeover, pmd + "; server_no_context_takeover; client_no_context_takeover"},
		{[]string{pmd + "; client_max_window_bits"}, CompressionContextTakeover, pmd},
		{[]string{pmd + "; client_max_window_bits=9"}, CompressionContextTakeover, pmd},
		{[]string{pmd + "; client_max_window_bits=\"9\""}, CompressionContextTakeover, pmd},
		{[]string{pmd + "; server_no_context_takeover"}, CompressionContextTakeover, pmd + "; server_no_context_takeover"},
		{[]string{pmd + "; client_no_context_takeover"}, CompressionContextTakeover, pmd + "; client_no_context_takeover"},
		{[]string{pmd + "; server_max_window_bits=15"}, CompressionContextTakeover, pmd + "; server_max_window_bits=15"},
		{[]string{pmd + "; server_max_window_bits=10"}, CompressionContextTakeover, ""},
		{[]string{pmd + "; server_max_window_bits=10, " + pmd}, CompressionContextTakeover, pmd},
		{[]string{pmd + "; server_max_window_bits=10", pmd}, CompressionContextTakeover, pmd},
		{[]string{"x-other, " + pmd}, CompressionContextTakeover, pmd},
		{[]string{pmd + "; server_max_window_bits"}, CompressionContextTakeover, ""},
		{[]string{pmd + "; server_max_window_bits=7"}, CompressionContextTakeover, ""},
		{[]string{pmd + "; server_max_window_bits=16"}, CompressionContextTakeover, ""},
		{[]string{pmd + "; server_max_window_bits=015"}, CompressionContextTakeover, ""},
		{[]string{pmd + "; client_max_window_bits=16"}, CompressionContextTakeover, ""},
		{[]string{pmd + "; server_no_context_takeover=1"}, CompressionContextTakeover, ""},
		{[]string{pmd + "; server_no_context_takeover; server_no_context_takeover"}, CompressionContextTakeover, ""},
		{[]string{pmd + "; unknown"}, CompressionContextTakeover, ""},
		{[]string{pmd + "; unknown, " + pmd + "; client_max_window_bits"}, CompressionContextTakeover, pmd},
	}
	for _, tt := range tests {
		list, ok := extensions(http.Header{"Sec-Websocket-Extensions": tt.offer})
		if !ok {
			t.Errorf("%q is malformed", tt.offer)
		}
		p, answer := tt.mode.accept(list)
		if answer != tt.answer || (p == nil) != (answer == "") {
			t.Errorf("%q, mode %d: %q, want %q", tt.offer, tt.mode, answer, tt.answer)
		}
		if p == nil || strings.Contains(answer, "window") {
			continue
		}
		// What we answer, we understand alike at the other end.
		list, _ = extensions(http.Header{"Sec-Websocket-Extensions": {answer}})
		q, err := tt.mode.confirm(list)
		if err != nil || q.readTakeover != p.writeTakeover || q.writeTakeover != p.readTakeover {
			t.Errorf("%q: the server has %+v, the client %+v, %v", answer, p, q, err)
		}
	}
}

// FuzzHandshake gives the server requests, and the client answers, of which
// the header is made up. Neither may panic, and what they accept must hold.
func FuzzHandshake(f *testing.F) {
	for _, changes := range [][]string{
		nil,
		{"Connection: keep-alive, Upgrade", "Sec-WebSocket-Protocol: a, b"},
		{"Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits, x; a=\"b\\c\""},
		{"Sec-WebSocket-Extensions: a;b=\""}, {"Sec-WebSocket-Extensions: ,,a ; b = c , "},
		{"Origin: http://server.example.com"}, {"Origin: null"}, {"Sec-WebSocket-Key: AAAA"},
	} {
		f.Add(handshake(changes...))
	}
	f.Add("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n")
	const key = "dGhlIHNhbXBsZSBub25jZQ=="
	f.Fuzz(func(t *testing.T, raw string) {
		if r, err := http.ReadRequest(bufio.NewReader(strings.NewReader(raw))); err == nil {
			cfg, head, err := checkRequest(r, &AcceptOptions{
				Subprotocols: []string{"a"}, OriginPatterns: []string{"*.example.com"}, CompressionMode: CompressionContextTakeover})
			if err == nil {
				if head.Get("Sec-WebSocket-Accept") != acceptKey(strings.TrimSpace(r.Header.Get("Sec-WebSocket-Key"))) {
					t.Error("the key is not answered")
				}
				if (cfg.deflate != nil) != (head.Get("Sec-WebSocket-Extensions") != "") || cfg.subprotocol != head.Get("Sec-WebSocket-Protocol") {
					t.Errorf("%+v is answered by %v", cfg, head)
				}
				if o := r.Header.Get("Origin"); o != "" {
					if u, err := url.Parse(o); err != nil || u.Host == "" {
						t.Errorf("the origin %q is let in", o)
					}
				}
			} else if _, ok := err.(rejection); !ok {
				t.Errorf("the client is refused by the server's fault: %v", err)
			}
		}
		if resp, err := http.ReadResponse(bufio.NewReader(strings.NewReader(raw)), nil); err == nil {
			cfg, err := checkResponse(resp, key, &DialOptions{Subprotocols: []string{"a"}, CompressionMode: CompressionContextTakeover})
			if err == nil && (resp.StatusCode != 101 || resp.Header.Get("Sec-WebSocket-Accept") == "" || cfg.subprotocol != "" && cfg.subprotocol != "a") {
				t.Errorf("accepted as %+v", cfg)
			}
		}
	})
}
