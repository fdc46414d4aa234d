package wsreference

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"
)

// recorder is a middleware's ResponseWriter that notes the status, and hijacks
// by itself or lets http.ResponseController unwrap it.
type recorder struct {
	http.ResponseWriter
	status *int
}

func (r recorder) WriteHeader(status int) {
	*r.status = status
	r.ResponseWriter.WriteHeader(status)
}

func (r recorder) Write(p []byte) (int, error) {
	if *r.status == 0 {
		r.WriteHeader(http.StatusOK)
	}
	return r.ResponseWriter.Write(p)
}

type unwrapping struct{ recorder }

func (u unwrapping) Unwrap() http.ResponseWriter { return u.ResponseWriter }

type hijacking struct{ recorder }

func (h hijacking) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	return h.ResponseWriter.(http.Hijacker).Hijack()
}

// TestMiddleware pins that handlers around Accept see the status, and that
// nothing is written twice, or to the server's log.
func TestMiddleware(t *testing.T) {
	for name, wrap := range map[string]func(recorder) http.ResponseWriter{
		"unwrapping": func(r recorder) http.ResponseWriter { return unwrapping{r} },
		"hijacking":  func(r recorder) http.ResponseWriter { return hijacking{r} },
	} {
		for _, tt := range []struct {
			changes []string
			want    int
		}{{nil, 101}, {[]string{"Origin: http://evil.example"}, 403}, {[]string{"Sec-WebSocket-Version: 8"}, 426}} {
			var logged strings.Builder
			status := make(chan int, 1)
			s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				code := 0
				c, err := Accept(wrap(recorder{w, &code}), r, nil)
				status <- code
				if err == nil {
					echo(context.Background(), c)
					c.CloseNow()
				}
			}))
			s.Config.ErrorLog = newLog(&logged)
			s.Start()
			p := &rawPeer{client: true}
			resp, br, conn := exchange(t, strings.Replace(s.URL, "http", "ws", 1),
				handshake(tt.changes...)+string(p.encode(header{flags: finBit, opcode: opText}, []byte("hi"))))
			if got := <-status; got != tt.want || resp.StatusCode != tt.want {
				t.Errorf("%s: the middleware sees %d, the client %d, want %d", name, got, resp.StatusCode, tt.want)
			}
			if tt.want == 101 {
				b := make([]byte, 4)
				if _, err := io.ReadFull(br, b); err != nil || string(b) != "\x81\x02hi" {
					t.Errorf("%s: the first bytes after the handshake are %q, %v", name, b, err)
				}
			}
			conn.Close()
			s.Close()
			if logged.Len() > 0 {
				t.Errorf("%s: the server logs %s", name, logged.String())
			}
		}
	}
}

// pipeWriter is a ResponseWriter that is not of an HTTP server: it hands out
// one end of a pipe.
type pipeWriter struct {
	http.ResponseWriter
	conn  net.Conn
	early string
	bare  bool // hand out no buffer
}

func (w pipeWriter) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	if w.bare {
		return w.conn, nil, nil
	}
	br := bufio.NewReader(io.MultiReader(strings.NewReader(w.early), w.conn))
	br.Peek(len(w.early))
	return w.conn, bufio.NewReadWriter(br, bufio.NewWriter(w.conn)), nil
}

// TestOtherHijacker pins that Accept works with a connection that is not an
// HTTP server's.
func TestOtherHijacker(t *testing.T) {
	p := &rawPeer{client: true}
	early := string(p.encode(header{flags: finBit, opcode: opText}, []byte("early")))
	for _, w := range []pipeWriter{{}, {bare: true}, {early: early}} {
		near, far := net.Pipe()
		w.ResponseWriter, w.conn = httptest.NewRecorder(), near
		done := make(chan error, 1)
		go func() {
			r, err := http.ReadRequest(bufio.NewReader(strings.NewReader(handshake())))
			if err != nil {
				done <- err
				return
			}
			c, err := Accept(w, r, nil)
			if err == nil {
				err = echo(context.Background(), c)
				c.CloseNow()
			}
			done <- err
		}()
		far.SetDeadline(time.Now().Add(time.Minute))
		br := bufio.NewReader(far)
		resp, err := http.ReadResponse(br, nil)
		if err != nil || resp.StatusCode != 101 || resp.Header.Get("Sec-WebSocket-Accept") == "" {
			t.Fatalf("%v, %v", resp, err)
		}
		want := "\x81\x05early"
		if w.early == "" {
			go far.Write(p.encode(header{flags: finBit, opcode: opText}, []byte("later")))
			want = "\x81\x05later"
		}
		b := make([]byte, len(want))
		if _, err := io.ReadFull(br, b); err != nil || string(b) != want {
			t.Errorf("the echo is %q, %v", b, err)
		}
		far.Close()
		<-done
	}
}

// failingHijack is a ResponseWriter whose connection cannot be had after all.
type failingHijack struct{ http.ResponseWriter }

var errNoHijack = errors.New("not today")

func (failingHijack) Hijack() (net.Conn, *bufio.ReadWriter, error) { return nil, nil, errNoHijack }

func TestFailingHijack(t *testing.T) {
	r, err := http.ReadRequest(bufio.NewReader(strings.NewReader(handshake())))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Accept(failingHijack{httptest.NewRecorder()}, r, nil); !errors.Is(err, errNoHijack) {
		t.Errorf("Accept: %v", err)
	}
}

// TestAddresses pins the addresses of both ends, over TCP, TLS, and a pipe.
func TestAddresses(t *testing.T) {
	for _, secure := range []bool{false, true} {
		remote := make(chan string, 1)
		s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			c, err := Accept(w, r, nil)
			if err != nil {
				t.Error(err)
				return
			}
			defer c.CloseNow()
			if c.RemoteAddr().String() != r.RemoteAddr {
				t.Errorf("the server's remote address is %v, of the request %v", c.RemoteAddr(), r.RemoteAddr)
			}
			remote <- c.RemoteAddr().String()
			read(context.Background(), c)
		}))
		if secure {
			s.StartTLS()
		} else {
			s.Start()
		}
		c, _, err := Dial(t.Context(), s.URL, &DialOptions{HTTPClient: s.Client()})
		if err != nil {
			t.Fatal(err)
		}
		if c.RemoteAddr().String() != s.Listener.Addr().String() || c.LocalAddr().String() != <-remote {
			t.Errorf("the client's addresses are %v and %v", c.LocalAddr(), c.RemoteAddr())
		}
		c.Close(StatusNormalClosure, "")
		s.Close()
	}
	c, _ := newPeer(t, peerConfig{}) // over a stream without addresses
	if c.LocalAddr() != nil || c.RemoteAddr() != nil {
		t.Errorf("addresses of a stream: %v, %v", c.LocalAddr(), c.RemoteAddr())
	}
}

// TestDialErrors pins that no error of Dial holds the password of the URL.
func TestDialErrors(t *testing.T) {
	for _, url := range []string{
		"ws://bob:s3cr3t@127.0.0.1:1/?token=t", "ftp://bob:s3cr3t@example.com", "ws://bob:s3cr3t@", "ws://bob:s3cr3t@%", "ws://bob:s3cr3t@[::1",
		"ws://bob:s3cr3t@a b", "://bob:s3cr3t@a",
	} {
		_, _, err := Dial(t.Context(), url, nil)
		if err == nil || strings.Contains(err.Error(), "s3cr3t") {
			t.Errorf("Dial of %s: %v", url, err)
		}
	}
	redirect := httptest.NewServer(http.RedirectHandler("ftp://bob:s3cr3t@example.com", http.StatusFound))
	defer redirect.Close()
	if _, _, err := Dial(t.Context(), redirect.URL, nil); err == nil || strings.Contains(err.Error(), "s3cr3t") {
		t.Errorf("Dial of a redirect: %v", err)
	}
}

// TestCompressionLevel pins which levels there are, and that they make a
// difference.
func TestCompressionLevel(t *testing.T) {
	for level, ok := range map[int]bool{-3: false, -2: true, -1: false, 0: true, 1: true, 9: true, 10: false} {
		if _, err := compressionLevel(level); (err == nil) != ok {
			t.Errorf("level %d: %v", level, err)
		}
		u := serve(t, &AcceptOptions{CompressionMode: CompressionNoContextTakeover, CompressionLevel: level},
			func(c *Conn) { echo(context.Background(), c) })
		opts := &DialOptions{CompressionMode: CompressionNoContextTakeover, CompressionLevel: level}
		c, _, err := Dial(t.Context(), u, opts)
		if (err == nil) != ok {
			t.Errorf("Dial with level %d: %v", level, err)
		}
		if err != nil {
			opts.CompressionLevel = 0
			if _, resp, _ := Dial(t.Context(), u, opts); resp == nil || resp.StatusCode != 500 {
				t.Errorf("a server with level %d answers %v", level, resp)
			}
			continue
		}
		msg := strings.Repeat("compressible ", 1000)
		if err := c.Write(t.Context(), MessageText, []byte(msg)); err != nil {
			t.Fatal(err)
		}
		if _, b, err := c.Read(t.Context()); err != nil || string(b) != msg {
			t.Errorf("level %d: %d bytes, %v", level, len(b), err)
		}
		c.CloseNow()
	}
	sizes := make(map[int]int)
	for _, level := range []int{-2, 1, 9} {
		c, p := newPeer(t, peerConfig{connConfig: connConfig{deflate: new(deflateParams), level: level}})
		if err := c.Write(t.Context(), MessageText, []byte(strings.Repeat("abcdefghabcabcdabcdeabcdef", 100))); err != nil {
			t.Fatal(err)
		}
		_, b, err := p.next()
		if err != nil {
			t.Fatal(err)
		}
		sizes[level] = len(b)
	}
	if !(sizes[9] < sizes[1] && sizes[1] < sizes[-2]) {
		t.Errorf("sizes by level: %v", sizes)
	}
}

// TestPrepared sends one prepared message over connections of all kinds.
func TestPrepared(t *testing.T) {
	text := []byte(strings.Repeat("all of you, listen! ", 300))
	m, err := PrepareMessage(MessageText, text)
	if err != nil {
		t.Fatal(err)
	}
	empty, err := PrepareMessage(MessageBinary, nil)
	if err != nil {
		t.Fatal(err)
	}
	text[0] = 'X' // is the caller's again
	text = []byte(strings.Repeat("all of you, listen! ", 300))
	for _, mode := range []CompressionMode{CompressionDisabled, CompressionContextTakeover, CompressionNoContextTakeover} {
		client, server := pipeConns(mode)
		for _, pair := range [][2]*Conn{{client, server}, {server, client}} {
			from, to := pair[0], pair[1]
			var wg sync.WaitGroup
			wg.Go(func() {
				// With takeover, each refers to what it may.
				for _, send := range []func() error{
					func() error { return from.Write(t.Context(), MessageText, text) },
					func() error { return from.WritePrepared(t.Context(), m) },
					func() error { return from.WritePrepared(t.Context(), empty) },
					func() error { return from.Write(t.Context(), MessageText, text) },
					func() error { return from.Write(t.Context(), MessageText, text) },
					func() error { return from.WritePrepared(t.Context(), m) },
				} {
					if err := send(); err != nil {
						t.Error(err)
					}
				}
			})
			for i := range 6 {
				typ, b, err := to.Read(t.Context())
				want, wantType := text, MessageText
				if i == 2 {
					want, wantType = nil, MessageBinary
				}
				if err != nil || typ != wantType || string(b) != string(want) {
					t.Fatalf("mode %v, message %d: %v, %d bytes, %v", mode, i, typ, len(b), err)
				}
			}
			wg.Wait()
		}
		client.CloseNow()
		server.CloseNow()
	}
	if len(m.compressed) != 1 {
		t.Errorf("the message has been compressed %d times", len(m.compressed))
	}
	if _, err := PrepareMessage(0, nil); !errors.Is(err, errBadType) {
		t.Errorf("a message of no type: %v", err)
	}
}

// TestReadInto pins whose memory is used.
func TestReadInto(t *testing.T) {
	bothEnds(t, func(t *testing.T, c *Conn, p *rawPeer) {
		buf := make([]byte, 3, 10)
		for _, n := range []int{0, 1, 10, 11, 1000} {
			p.send(opBinary, strings.Repeat("x", n))
			_, b, err := c.ReadInto(t.Context(), buf)
			if err != nil || len(b) != n || cap(b) == 0 {
				t.Fatalf("%d bytes: %d, %v", n, len(b), err)
			}
			if own := &b[:1][0] == &buf[0]; own != (n <= 10) {
				t.Errorf("%d bytes in the memory lent: %v", n, own)
			}
		}
	})
}

// unwindingWriter is a middleware whose WriteHeader does not return.
type unwindingWriter struct {
	hijacking
	unwind func()
}

func (w unwindingWriter) WriteHeader(int) { w.unwind() }

// TestAcceptUnwinds pins that a panic in a middleware, or the end of its
// goroutine, is one of the handler.
func TestAcceptUnwinds(t *testing.T) {
	for name, unwind := range map[string]func(){
		"panic":  func() { panic(http.ErrAbortHandler) },
		"Goexit": runtime.Goexit,
	} {
		got := make(chan any, 1)
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			returned := false
			defer func() {
				if returned {
					got <- "Accept has returned"
				} else {
					got <- recover()
				}
			}()
			Accept(unwindingWriter{hijacking{recorder{w, new(int)}}, unwind}, r, nil)
			returned = true
		}))
		Dial(t.Context(), s.URL, nil)
		if v := <-got; name == "panic" && v != http.ErrAbortHandler || name == "Goexit" && v != nil {
			t.Errorf("%s: %v", name, v)
		}
		s.Close()
	}
}
