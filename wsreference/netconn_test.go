package wsreference

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// netConns returns the two ends of a stream over a connection.
func netConns(t *testing.T, typ MessageType) (client, server net.Conn) {
	c, s := pipeConns(CompressionDisabled)
	t.Cleanup(func() {
		c.CloseNow()
		s.CloseNow()
	})
	return NetConn(t.Context(), c, typ), NetConn(t.Context(), s, typ)
}

func TestNetConnStream(t *testing.T) {
	client, server := netConns(t, MessageBinary)
	text := strings.Repeat("all the world's a stage, ", 10_000) // over the read limit of a Conn
	var wg sync.WaitGroup
	wg.Go(func() {
		for s := text; len(s) > 0; {
			n := min(len(s), 1+len(s)/3)
			if m, err := client.Write([]byte(s[:n])); m != n || err != nil {
				t.Errorf("Write: %d, %v", m, err)
			}
			if _, err := client.Write(nil); err != nil { // an empty message is nothing to the reader
				t.Errorf("empty Write: %v", err)
			}
			s = s[n:]
		}
		if err := client.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	})
	got, err := io.ReadAll(server)
	if err != nil || string(got) != text {
		t.Errorf("%d bytes, %v; want %d", len(got), err, len(text))
	}
	wg.Wait()
	if n, err := server.Read(make([]byte, 1)); n != 0 || err != io.EOF {
		t.Errorf("Read after the end: %d, %v", n, err)
	}
	if _, err := server.Write([]byte("x")); err == nil {
		t.Error("Write after the end succeeded")
	}
	if a := client.LocalAddr(); a.Network() != "pipe" || client.RemoteAddr() == nil {
		t.Errorf("the address is %v", a)
	}
}

func TestNetConnType(t *testing.T) {
	c, p := newPeer(t, peerConfig{})
	n := NetConn(t.Context(), c, MessageBinary)
	go func() {
		p.send(opText, "x")
		if h, b, _ := p.next(); h.opcode != opClose || !strings.HasPrefix(string(b), closePayload(StatusUnsupportedData, "")) {
			t.Errorf("the peer got frame %#x %q", h.opcode, b)
		}
		p.send(opClose, "")
	}()
	if _, err := n.Read(make([]byte, 1)); err == nil || err == io.EOF {
		t.Errorf("Read of the other type: %v", err)
	}
}

// TestNetConnCloseCodes pins which close frames are a regular end.
func TestNetConnCloseCodes(t *testing.T) {
	for code, eof := range map[StatusCode]bool{1000: true, 1001: true, 1011: false, 3000: false} {
		c, p := newPeer(t, peerConfig{})
		p.send(opClose, closePayload(code, ""))
		_, err := NetConn(t.Context(), c, MessageBinary).Read(make([]byte, 1))
		if (err == io.EOF) != eof || !eof && CloseStatus(err) != code {
			t.Errorf("Read after a close frame with %d: %v", code, err)
		}
	}
}

// isTimeout reports whether err is what a passed deadline makes of a call.
func isTimeout(err error) bool {
	ne, ok := errors.AsType[net.Error](err)
	return ok && ne.Timeout() && errors.Is(err, os.ErrDeadlineExceeded)
}

func TestNetConnDeadlines(t *testing.T) {
	buf := make([]byte, 10)
	synctest.Test(t, func(t *testing.T) {
		client, server := netConns(t, MessageText)
		// One that has passed leaves the connection open.
		server.SetReadDeadline(time.Now().Add(-time.Second))
		if _, err := server.Read(buf); !isTimeout(err) {
			t.Errorf("Read after the deadline: %v", err)
		}
		server.SetReadDeadline(time.Now().Add(time.Second))
		time.Sleep(2 * time.Second)
		if _, err := server.Read(buf); !isTimeout(err) {
			t.Errorf("Read after the deadline: %v", err)
		}
		client.SetWriteDeadline(time.Unix(1, 0))
		if _, err := client.Write(buf); !isTimeout(err) {
			t.Errorf("Write after the deadline: %v", err)
		}
		// One that is moved in time does not pass.
		server.SetDeadline(time.Now().Add(time.Second))
		client.SetDeadline(time.Time{})
		go func() {
			time.Sleep(500 * time.Millisecond)
			server.SetDeadline(time.Time{})
			time.Sleep(5 * time.Second)
			if _, err := client.Write([]byte("hi")); err != nil {
				t.Errorf("Write: %v", err)
			}
		}()
		if n, err := server.Read(buf); n != 2 || err != nil {
			t.Errorf("Read: %d, %v", n, err)
		}
		// One that passes while the call waits ends it, not the connection.
		start := time.Now()
		server.SetReadDeadline(start.Add(time.Second))
		if _, err := server.Read(buf); !isTimeout(err) {
			t.Errorf("Read over the deadline: %v", err)
		}
		if d := time.Since(start); d != time.Second {
			t.Errorf("Read took %v", d)
		}
		if _, err := client.Write([]byte("late")); err != nil {
			t.Errorf("Write after the deadline of the other end: %v", err)
		}
		server.SetReadDeadline(time.Time{})
		if n, err := server.Read(buf); string(buf[:n]) != "late" || err != nil {
			t.Errorf("Read after its deadline: %q, %v", buf[:n], err)
		}
		closeBoth(client, server)
	})
}

// closeBoth closes both ends at once: neither waits for the other's answer.
func closeBoth(a, b net.Conn) {
	var wg sync.WaitGroup
	wg.Go(func() { a.Close() })
	wg.Go(func() { b.Close() })
	wg.Wait()
}

// TestNetConnWriteDeadlines pins what a deadline leaves of a Write: the message
// is under way, and nothing is lost, repeated, or out of order.
func TestNetConnWriteDeadlines(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, server := netConns(t, MessageText) // nobody reads: a write waits
		client.SetWriteDeadline(time.Now().Add(time.Second))
		buf := []byte("first")
		if n, err := client.Write(buf); n != len(buf) || !isTimeout(err) {
			t.Errorf("Write over the deadline: %d, %v", n, err)
		}
		copy(buf, "xxxxx") // is the caller's again
		client.SetWriteDeadline(time.Now().Add(time.Second))
		if n, err := client.Write(buf); n != 0 || !isTimeout(err) {
			t.Errorf("Write behind one that is stuck: %d, %v", n, err)
		}
		client.SetWriteDeadline(time.Time{})
		go func() {
			if n, err := client.Write([]byte(", second")); n != 8 || err != nil {
				t.Errorf("Write after the deadlines: %d, %v", n, err)
			}
			client.Close()
		}()
		if b, err := io.ReadAll(server); string(b) != "first, second" || err != nil {
			t.Errorf("the peer got %q, %v", b, err)
		}
	})
}

// TestNetConnAfterClose pins that Close ends the calls under way, and that all
// calls say net.ErrClosed then.
func TestNetConnAfterClose(t *testing.T) {
	for _, compression := range []CompressionMode{CompressionDisabled, CompressionContextTakeover} {
		synctest.Test(t, func(t *testing.T) {
			c, s := pipeConns(compression)
			client, server := NetConn(t.Context(), c, MessageText), NetConn(t.Context(), s, MessageText)
			errs := make(chan error, 5)
			go func() { _, err := client.Read(make([]byte, 1)); errs <- err }()
			go func() { _, err := client.Write(big); errs <- err }()
			synctest.Wait()
			closed := make(chan bool)
			go func() { client.Close(); close(closed) }()
			synctest.Wait()
			server.Close()
			<-closed
			_, err := client.Read(make([]byte, 1))
			errs <- err
			_, err = client.Write([]byte("x"))
			errs <- err
			errs <- client.SetDeadline(time.Time{})
			for range 5 {
				if err := <-errs; !errors.Is(err, net.ErrClosed) {
					t.Errorf("a call on a closed connection: %v", err)
				}
			}
		})
	}
}

// TestNetConnContext pins that the context given to NetConn ends its calls.
func TestNetConnContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, _ := newPeer(t, peerConfig{})
		ctx, cancel := context.WithCancel(t.Context())
		n := NetConn(ctx, c, MessageText)
		go cancel()
		if _, err := n.Read(make([]byte, 1)); !errors.Is(err, context.Canceled) {
			t.Errorf("Read: %v", err)
		}
		n.Close()
	})
}
