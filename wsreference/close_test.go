package wsreference

import (
	"context"
	"errors"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// bothEndsBubble is bothEnds with a clock of its own.
func bothEndsBubble(t *testing.T, f func(t *testing.T, c *Conn, p *rawPeer)) {
	for _, client := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			c, p := newPeer(t, peerConfig{connConfig: connConfig{client: client}})
			f(t, c, p)
		})
	}
}

func TestCloseHandshake(t *testing.T) {
	bothEndsBubble(t, func(t *testing.T, c *Conn, p *rawPeer) {
		go func() {
			p.send(opText, "on its way")
			p.part(opText, "so is this")
			p.send(opPing, "no answer any more")
			p.want(opClose, closePayload(StatusGoingAway, "good night"))
			p.send(opClose, closePayload(StatusGoingAway, ""))
			p.wantEOF()
		}()
		start := time.Now()
		if err := c.Close(StatusGoingAway, "good night"); err != nil {
			t.Errorf("Close: %v", err)
		}
		if d := time.Since(start); d != 0 {
			t.Errorf("Close waited %v", d)
		}
		if err := c.Close(StatusNormalClosure, ""); err != nil {
			t.Errorf("second Close: %v", err)
		}
		if err := c.CloseNow(); err != nil {
			t.Errorf("CloseNow after Close: %v", err)
		}
		if err := c.Write(t.Context(), MessageText, nil); CloseStatus(err) != StatusGoingAway {
			t.Errorf("Write after Close: %v", err)
		}
		if err := read(t.Context(), c); CloseStatus(err) != StatusGoingAway {
			t.Errorf("Read after Close: %v", err)
		}
	})
}

// TestPeerCloses pins the answer to a close frame, and the error.
func TestPeerCloses(t *testing.T) {
	for _, tt := range []struct {
		payload, answer string
		want            CloseError
	}{
		{"", "", CloseError{Code: StatusNoStatusRcvd}},
		{closePayload(1000, ""), closePayload(1000, ""), CloseError{Code: StatusNormalClosure}},
		{closePayload(1001, "bye €"), closePayload(1001, ""), CloseError{StatusGoingAway, "bye €"}},
		{closePayload(1014, ""), closePayload(1014, ""), CloseError{Code: StatusBadGateway}},
		{closePayload(3000, ""), closePayload(3000, ""), CloseError{Code: 3000}},
		{closePayload(4999, strings.Repeat("x", maxReason)), closePayload(4999, ""), CloseError{4999, strings.Repeat("x", maxReason)}},
	} {
		bothEnds(t, func(t *testing.T, c *Conn, p *rawPeer) {
			p.send(opClose, tt.payload)
			for range 2 {
				var got CloseError
				if err := read(t.Context(), c); !errors.As(err, &got) || got != tt.want || CloseStatus(err) != tt.want.Code {
					t.Errorf("Read: %v; want %v", err, tt.want)
				}
			}
			p.want(opClose, tt.answer)
			p.wantEOF()
			if err := c.Write(t.Context(), MessageText, nil); CloseStatus(err) != tt.want.Code {
				t.Errorf("Write: %v; want %v", err, tt.want)
			}
			if err := c.Close(StatusNormalClosure, ""); err != nil {
				t.Errorf("Close after the peer's: %v", err)
			}
		})
	}
}

// TestCloseArguments pins what Close does about a frame that cannot be sent.
func TestCloseArguments(t *testing.T) {
	for _, tt := range []struct {
		code   StatusCode
		reason string
	}{
		{0, ""}, {999, ""}, {1004, ""}, {1005, "reason"}, {1006, ""}, {1015, ""}, {1016, ""}, {2999, ""}, {5000, ""}, {-1, ""},
		{1000, strings.Repeat("x", maxReason+1)}, {1000, "\xff"},
	} {
		bothEndsBubble(t, func(t *testing.T, c *Conn, p *rawPeer) {
			go func() {
				p.want(opClose, closePayload(StatusInternalError, ""))
				p.send(opClose, closePayload(StatusInternalError, ""))
			}()
			if err := c.Close(tt.code, tt.reason); err == nil {
				t.Errorf("Close(%d, %q) succeeded", tt.code, tt.reason)
			}
		})
	}
	bothEndsBubble(t, func(t *testing.T, c *Conn, p *rawPeer) {
		go func() {
			p.want(opClose, "")
			p.send(opClose, "")
		}()
		if err := c.Close(StatusNoStatusRcvd, ""); err != nil {
			t.Errorf("Close without a status: %v", err)
		}
	})
}

// TestCloseBounded has peers that leave Close hanging, in all the ways there
// are. It must come back after closeTimeout.
func TestCloseBounded(t *testing.T) {
	tests := []struct {
		name string
		room int
		peer func(p *rawPeer)
	}{
		{"silent", 0, func(p *rawPeer) {}},
		{"silent in a header", 0, func(p *rawPeer) { p.bytes([]byte{finBit | 2}) }},
		{"silent in a payload", 0, func(p *rawPeer) {
			b := p.encode(header{flags: finBit, opcode: opText}, []byte("0123456789"))
			p.bytes(b[:len(b)-8])
		}},
		{"silent in a ping", 0, func(p *rawPeer) {
			b := p.encode(header{flags: finBit, opcode: opPing}, []byte("0123456789"))
			p.bytes(b[:len(b)-8])
		}},
		{"silent in a close frame", 0, func(p *rawPeer) {
			b := p.encode(header{flags: finBit, opcode: opClose}, []byte(closePayload(1000, "")))
			p.bytes(b[:len(b)-1])
		}},
		{"does not read", 1, func(p *rawPeer) {}},
		{"does not read, and sends", 1, func(p *rawPeer) { p.send(opText, "hello") }},
		{"never stops sending", 0, func(p *rawPeer) {
			go func() {
				for {
					if _, err := p.conn.Write(p.encode(header{opcode: opContinuation}, []byte("more"))); err != nil {
						return
					}
					time.Sleep(time.Millisecond)
				}
			}()
		}},
	}
	for _, tt := range tests {
		for _, u := range usersBeside() {
			t.Run(tt.name+", "+u.name, func(t *testing.T) {
				for _, client := range []bool{false, true} {
					synctest.Test(t, func(t *testing.T) {
						c, p := newPeer(t, peerConfig{connConfig{client: client}, tt.room})
						var wg sync.WaitGroup
						u.use(t, &wg, c)
						synctest.Wait()
						tt.peer(p)
						start := time.Now()
						c.Close(StatusNormalClosure, "")
						if d := time.Since(start); d > closeTimeout {
							t.Errorf("Close took %v", d)
						}
						wg.Wait()               // the calls under way return
						time.Sleep(time.Second) // so does the peer
					})
				}
			})
		}
	}
}

// A user uses a connection while another goroutine closes it.
type user struct {
	name string
	use  func(t *testing.T, wg *sync.WaitGroup, c *Conn)
}

// usersBeside returns the users for TestCloseBounded.
func usersBeside() []user {
	return []user{
		{"alone", func(*testing.T, *sync.WaitGroup, *Conn) {}},
		{"beside a reader", func(t *testing.T, wg *sync.WaitGroup, c *Conn) {
			wg.Go(func() {
				for {
					if err := read(t.Context(), c); err != nil {
						return
					}
				}
			})
		}},
		{"beside a writer", func(t *testing.T, wg *sync.WaitGroup, c *Conn) {
			wg.Go(func() {
				for {
					if err := c.Write(t.Context(), MessageBinary, big); err != nil {
						return
					}
					time.Sleep(time.Millisecond)
				}
			})
		}},
		{"beside CloseRead", func(t *testing.T, wg *sync.WaitGroup, c *Conn) { c.CloseRead(t.Context()) }},
	}
}

// TestAnswerBounded has a peer that closes but does not read the answer.
func TestAnswerBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, p := newPeer(t, peerConfig{room: 1})
		p.send(opClose, closePayload(1000, ""))
		start := time.Now()
		if err := read(t.Context(), c); CloseStatus(err) != 1000 {
			t.Errorf("Read: %v", err)
		}
		if d := time.Since(start); d > closeTimeout {
			t.Errorf("Read took %v", d)
		}
	})
}

// halfConn is a memConn whose writing side can be closed alone.
type halfConn struct{ memConn }

func (c halfConn) CloseWrite() error {
	c.out.end(false)
	return nil
}

// TestFailLingers pins that a failed connection swallows what still comes, for
// a short time, and that the peer sees the end meanwhile.
func TestFailLingers(t *testing.T) {
	for _, endless := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			c, p := newPeer(t, peerConfig{})
			c.link.rwc = halfConn{c.link.rwc.(memConn)}
			p.send(3, "") // a reserved opcode
			go func() {
				p.wantClose(StatusProtocolError)
				if !endless {
					p.conn.Close()
				}
				for {
					if _, err := p.conn.Write([]byte("more")); err != nil {
						return
					}
					time.Sleep(time.Millisecond)
				}
			}()
			start := time.Now()
			if err := read(t.Context(), c); err == nil {
				t.Error("Read succeeded")
			}
			want := time.Duration(0)
			if endless {
				want = lingerTimeout
			}
			if d := time.Since(start); d != want {
				t.Errorf("Read took %v, want %v", d, want)
			}
			time.Sleep(time.Second) // the peer returns
		})
	}
}

func TestCloseRead(t *testing.T) {
	bothEndsBubble(t, func(t *testing.T, c *Conn, p *rawPeer) {
		ctx := c.CloseRead(t.Context())
		if again := c.CloseRead(t.Context()); again != ctx {
			t.Error("a second CloseRead has another context")
		}
		p.send(opPing, "are you there?")
		p.want(opPong, "are you there?")
		if err := ctx.Err(); err != nil {
			t.Errorf("the context has ended: %v", err)
		}
		go func() {
			p.send(opText, "not wanted")
			h, b, _ := p.next()
			if e, err := parseClose(b); h.opcode != opClose || err != nil || e.Code != StatusPolicyViolation {
				t.Errorf("a data message is answered by %v", e)
			}
			p.send(opClose, string(b))
		}()
		<-ctx.Done()
		c.CloseNow()
	})
	bothEndsBubble(t, func(t *testing.T, c *Conn, p *rawPeer) {
		ctx := c.CloseRead(t.Context())
		p.send(opClose, "")
		<-ctx.Done()
		if err := c.Write(t.Context(), MessageText, nil); CloseStatus(err) != StatusNoStatusRcvd {
			t.Errorf("Write after the peer's close frame: %v", err)
		}
	})
	bothEndsBubble(t, func(t *testing.T, c *Conn, p *rawPeer) {
		parent, cancel := context.WithCancel(t.Context())
		ctx := c.CloseRead(parent)
		synctest.Wait()
		cancel()
		<-ctx.Done()
		p.wantEOF()
	})
}

// TestCloseConcurrently closes from many goroutines and from the peer.
func TestCloseConcurrently(t *testing.T) {
	for range 20 {
		client, server := pipeConns(CompressionDisabled)
		var wg sync.WaitGroup
		for _, c := range []*Conn{client, server} {
			wg.Go(func() {
				if err := read(t.Context(), c); err == nil {
					t.Error("Read succeeded")
				}
			})
			for range 3 {
				wg.Go(func() { c.Close(StatusNormalClosure, "") })
			}
		}
		within(t, "closing concurrently", wg.Wait)
	}
}

// TestCloseNow pins that it needs no peer, and what it does to a read.
func TestCloseNow(t *testing.T) {
	bothEndsBubble(t, func(t *testing.T, c *Conn, p *rawPeer) {
		errs := make(chan error)
		go func() { errs <- read(t.Context(), c) }()
		synctest.Wait()
		for range 2 {
			if err := c.CloseNow(); err != nil {
				t.Errorf("CloseNow: %v", err)
			}
		}
		if err := <-errs; !errors.Is(err, net.ErrClosed) || CloseStatus(err) != -1 {
			t.Errorf("Read: %v", err)
		}
		if err := c.Close(StatusNormalClosure, ""); !errors.Is(err, net.ErrClosed) {
			t.Errorf("Close after CloseNow: %v", err)
		}
		p.wantEOF()
	})
}

func TestStatusCode(t *testing.T) {
	for code, want := range map[StatusCode]string{
		1000: "StatusNormalClosure", 1004: "StatusReserved", 1009: "StatusMessageTooBig",
		1015: "StatusTLSHandshake", 1016: "StatusCode(1016)", 4000: "StatusCode(4000)", 999: "StatusCode(999)",
	} {
		if got := code.String(); got != want {
			t.Errorf("%d is called %s, want %s", int(code), got, want)
		}
	}
	for _, err := range []error{nil, io.EOF, violation{StatusProtocolError, "x"}} {
		if got := CloseStatus(err); got != -1 {
			t.Errorf("CloseStatus(%v) = %v", err, got)
		}
	}
}
