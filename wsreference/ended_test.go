package wsreference

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

// allCalls are the calls that use the connection.
var allCalls = map[string]func(ctx context.Context, c *Conn) error{
	"Read": read,
	"ReadInto": func(ctx context.Context, c *Conn) error {
		_, _, err := c.ReadInto(ctx, make([]byte, 10))
		return err
	},
	"Reader": func(ctx context.Context, c *Conn) error {
		_, _, err := c.Reader(ctx)
		return err
	},
	"Write": func(ctx context.Context, c *Conn) error { return c.Write(ctx, MessageText, nil) },
	"WritePrepared": func(ctx context.Context, c *Conn) error {
		m, err := PrepareMessage(MessageText, nil)
		if err != nil {
			return err
		}
		return c.WritePrepared(ctx, m)
	},
	"Writer": func(ctx context.Context, c *Conn) error {
		w, err := c.Writer(ctx, MessageText)
		if err != nil {
			return err
		}
		return w.Close()
	},
	"Ping": func(ctx context.Context, c *Conn) error { return c.Ping(ctx) },
}

// TestAfterOwnClose pins the error of each call after this end's own Close or
// CloseNow: net.ErrClosed, with the code of the peer's close frame if there is
// one.
func TestAfterOwnClose(t *testing.T) {
	for _, tt := range []struct {
		name string
		end  func(t *testing.T, c *Conn, p *rawPeer)
		code StatusCode
		says string
	}{
		{"Close", func(t *testing.T, c *Conn, p *rawPeer) {
			go func() { p.next(); p.send(opClose, closePayload(3001, "bye")) }()
			if err := c.Close(3000, ""); err != nil {
				t.Error(err)
			}
		}, 3001, "this end has closed the connection: the peer's close frame has status = StatusCode(3001)"},
		{"Close in vain", func(t *testing.T, c *Conn, p *rawPeer) {
			if err := c.Close(3000, ""); !errors.Is(err, context.DeadlineExceeded) {
				t.Error(err)
			}
		}, -1, "this end has closed the connection"},
		{"CloseNow", func(t *testing.T, c *Conn, p *rawPeer) { c.CloseNow() }, -1, "this end has closed the connection"},
		{"CloseNow after a failed read", func(t *testing.T, c *Conn, p *rawPeer) {
			p.conn.Close()
			read(t.Context(), c)
			c.CloseNow()
		}, -1, "this end has closed the connection"},
		{"CloseNow after the peer's close frame", func(t *testing.T, c *Conn, p *rawPeer) {
			p.send(opClose, closePayload(3002, ""))
			if err := read(t.Context(), c); CloseStatus(err) != 3002 || errors.Is(err, net.ErrClosed) {
				t.Errorf("Read of the close frame: %v", err)
			}
			c.CloseNow()
		}, 3002, "this end has closed the connection: the peer's close frame has status = StatusCode(3002)"},
	} {
		bothEndsBubble(t, func(t *testing.T, c *Conn, p *rawPeer) {
			tt.end(t, c, p)
			for name, call := range allCalls {
				err := call(t.Context(), c)
				if !errors.Is(err, net.ErrClosed) || CloseStatus(err) != tt.code || !strings.Contains(fmt.Sprint(err), tt.says) {
					t.Errorf("%s after %s: %v", name, tt.name, err)
				}
			}
		})
	}
}

// TestDuringOwnClose pins the error of a read that is under way during Close.
func TestDuringOwnClose(t *testing.T) {
	bothEndsBubble(t, func(t *testing.T, c *Conn, p *rawPeer) {
		errs := make(chan error)
		go func() { errs <- read(t.Context(), c) }()
		synctest.Wait()
		go func() { p.next(); p.send(opClose, closePayload(3000, "")) }()
		if err := c.Close(3000, ""); err != nil {
			t.Error(err)
		}
		if err := <-errs; !errors.Is(err, net.ErrClosed) || CloseStatus(err) != 3000 {
			t.Errorf("Read: %v", err)
		}
	})
}

// TestEndedContext pins that a context that has ended leaves the connection as
// it is, in each call and however busy the connection is.
func TestEndedContext(t *testing.T) {
	for _, busy := range []bool{false, true} {
		for name, call := range allCalls {
			synctest.Test(t, func(t *testing.T) {
				room := 0
				if busy {
					room = 1
				}
				c, p := newPeer(t, peerConfig{room: room})
				p.send(opPing, "to be answered")
				p.send(opText, "hi")
				if err := read(t.Context(), c); err != nil {
					t.Fatal(err)
				}
				synctest.Wait() // the pong is sent, or under way
				ctx, cancel := context.WithCancel(t.Context())
				cancel()
				if err := call(ctx, c); !errors.Is(err, context.Canceled) {
					t.Errorf("%s: %v", name, err)
				}
				synctest.Wait()
				p.want(opPong, "to be answered")
				go p.want(opText, "still here")
				if err := c.Write(t.Context(), MessageText, []byte("still here")); err != nil {
					t.Errorf("after %s: %v", name, err)
				}
			})
		}
	}
}

// brokenWriter is a connection to a peer that has vanished: writes fail.
type brokenWriter struct{ memConn }

func (brokenWriter) Write([]byte) (int, error) { return 0, syscall.EPIPE }

// TestPongFailure pins that a pong that could not be written does not hide from
// the reader that the peer has vanished.
func TestPongFailure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, p := newPeer(t, peerConfig{})
		c.link.rwc = brokenWriter{c.link.rwc.(memConn)}
		p.send(opPing, "")
		err := read(t.Context(), c)
		if !errors.Is(err, syscall.EPIPE) {
			t.Errorf("Read: %v", err)
		}
		for name, call := range allCalls {
			if err := call(t.Context(), c); !errors.Is(err, net.ErrClosed) || !errors.Is(err, syscall.EPIPE) {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}

// TestCallbackUnwinds has a callback panic, or end its goroutine, at each place
// where a read can meet a control frame. No lock may be left held.
func TestCallbackUnwinds(t *testing.T) {
	ways := map[string]func(){
		"panic":  func() { panic("callback") },
		"Goexit": runtime.Goexit,
	}
	calls := map[string]func(ctx context.Context, c *Conn){
		"Read":   func(ctx context.Context, c *Conn) { c.Read(ctx) },
		"Reader": func(ctx context.Context, c *Conn) { c.Reader(ctx) },
		"MessageReader": func(ctx context.Context, c *Conn) {
			_, r, _ := c.Reader(ctx)
			io.ReadAll(r)
		},
	}
	for way, unwind := range ways {
		for name, call := range calls {
			for _, compressed := range []bool{false, true} {
				synctest.Test(t, func(t *testing.T) {
					cfg := connConfig{onPing: func(context.Context, []byte) bool { unwind(); return true }}
					var first header
					payload := []byte("abc")
					if compressed {
						cfg.deflate = &deflateParams{readTakeover: true}
						first.flags = rsv1Bit
						payload = deflated(t, payload)
					}
					c, p := newPeer(t, peerConfig{connConfig: cfg})
					if name != "Reader" {
						first.opcode = opText
						p.frame(first, payload[:1])
					}
					p.send(opPing, "")
					var wg sync.WaitGroup
					wg.Go(func() {
						defer func() { recover() }()
						call(t.Context(), c)
					})
					wg.Wait()
					if err := read(t.Context(), c); !errors.Is(err, errUnwound) {
						t.Errorf("%s, %s: Read afterwards: %v", name, way, err)
					}
					start := time.Now()
					c.Close(StatusNormalClosure, "")
					if d := time.Since(start); d != 0 {
						t.Errorf("%s, %s: Close took %v", name, way, d)
					}
				})
			}
		}
	}
}

// TestCloseReadUnread pins that CloseRead answers a message that is not read to
// its end by a close frame.
func TestCloseReadUnread(t *testing.T) {
	bothEndsBubble(t, func(t *testing.T, c *Conn, p *rawPeer) {
		p.send(opText, "not read to its end")
		_, r, err := c.Reader(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := r.Read(make([]byte, 3)); err != nil {
			t.Fatal(err)
		}
		ctx := c.CloseRead(t.Context())
		h, b, _ := p.next()
		if e, err := parseClose(b); h.opcode != opClose || err != nil || e.Code != StatusPolicyViolation {
			t.Errorf("the peer got frame %#x, %v", h.opcode, e)
		}
		p.send(opClose, string(b))
		<-ctx.Done()
	})
}

// tlsConns returns the two ends of a TLS connection over a pipe.
func tlsConns(t *testing.T) (client, server *tls.Conn) {
	s := httptest.NewUnstartedServer(nil)
	s.StartTLS()
	cert := s.TLS.Certificates
	s.Close()
	p1, p2 := net.Pipe()
	client = tls.Client(p1, &tls.Config{InsecureSkipVerify: true})
	server = tls.Server(p2, &tls.Config{Certificates: cert})
	errs := make(chan error, 1)
	go func() { errs <- server.Handshake() }()
	if err := errors.Join(client.Handshake(), <-errs); err != nil {
		t.Fatal(err)
	}
	return client, server
}

// TestCloseBoundedOverTLS has a peer that does not read: closing must not wait
// for it once more to take the TLS alert.
func TestCloseBoundedOverTLS(t *testing.T) {
	for _, closeFrame := range []bool{false, true} {
		for _, now := range []bool{false, true} {
			synctest.Test(t, func(t *testing.T) {
				client, server := tlsConns(t)
				c := newConn(server, connConfig{})
				if closeFrame {
					go client.Write(masked(opClose, closePayload(1000, "")))
					go read(t.Context(), c) // its answer is stuck
					synctest.Wait()
				}
				start := time.Now()
				if now {
					c.CloseNow()
				} else {
					c.Close(StatusNormalClosure, "")
				}
				d := time.Since(start)
				if limit := closeTimeout; d > limit || now && d > 0 {
					t.Errorf("closing took %v", d)
				}
				client.NetConn().Close()
			})
		}
	}
}

// masked returns a frame of a client.
func masked(op opcode, payload string) []byte {
	p := &rawPeer{client: true}
	return p.encode(header{flags: finBit, opcode: op}, []byte(payload))
}

// TestCloseNotifies pins that an end that has exchanged close frames ends TLS
// properly, too.
func TestCloseNotifies(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, server := tlsConns(t)
		c := newConn(server, connConfig{})
		done := make(chan error)
		go func() { done <- c.Close(StatusNormalClosure, "") }()
		go client.Write(masked(opClose, closePayload(1000, "")))
		if _, err := io.Copy(io.Discard, client); err != nil {
			t.Errorf("the peer sees %v, not the end of TLS", err)
		}
		if err := <-done; err != nil {
			t.Error(err)
		}
		client.NetConn().Close()
	})
}
