package wsreference

import (
	"context"
	"io"
	"log"
	"runtime"
	"strings"
	"testing"
	"time"
)

// wantNoGoroutines fails the test if, in the end, goroutines run this package's code
// or serve one of its connections, besides the test.
func wantNoGoroutines(t *testing.T) {
	t.Helper()
	var rest []string
	for wait := time.Millisecond; wait < 10*time.Second; wait *= 2 {
		rest = nil
		buf := make([]byte, 1<<20)
		for i, g := range strings.Split(string(buf[:runtime.Stack(buf, true)]), "\n\n") {
			if i > 0 && strings.Contains(g, "wsreference.(") {
				rest = append(rest, g)
			}
		}
		if len(rest) == 0 {
			return
		}
		time.Sleep(wait)
	}
	t.Errorf("%d goroutines are left:\n%s", len(rest), strings.Join(rest, "\n\n"))
}

// TestLeaks opens connections, ends them in all ways, and looks for what is
// left at both ends.
func TestLeaks(t *testing.T) {
	ends := map[string]func(ctx context.Context, cancel func(), c *Conn){
		"Close":    func(_ context.Context, _ func(), c *Conn) { c.Close(StatusNormalClosure, "") },
		"CloseNow": func(_ context.Context, _ func(), c *Conn) { c.CloseNow() },
		"Close with CloseRead": func(ctx context.Context, _ func(), c *Conn) {
			c.CloseRead(ctx)
			c.Close(StatusNormalClosure, "")
		},
		"CloseNow with CloseRead": func(ctx context.Context, _ func(), c *Conn) {
			c.CloseRead(ctx)
			c.CloseNow()
		},
		"cancel of a read": func(ctx context.Context, cancel func(), c *Conn) {
			time.AfterFunc(time.Millisecond, cancel)
			c.Read(ctx)
			c.CloseNow()
		},
		"failed read": func(ctx context.Context, _ func(), c *Conn) {
			c.SetReadLimit(1)
			c.Write(ctx, MessageText, []byte("too big"))
			c.Read(ctx)
			c.CloseNow()
		},
		"net.Conn": func(ctx context.Context, _ func(), c *Conn) {
			n := NetConn(ctx, c, MessageText)
			n.SetDeadline(time.Now().Add(time.Hour))
			n.Write([]byte("hello"))
			n.Read(make([]byte, 2))
			n.Close()
		},
		"compression": func(ctx context.Context, _ func(), c *Conn) {
			c.Write(ctx, MessageText, make([]byte, 10_000))
			c.Read(ctx)
			c.Write(ctx, MessageText, make([]byte, 10_000))
			c.Close(StatusNormalClosure, "")
		},
	}
	u := serve(t, &AcceptOptions{CompressionMode: CompressionContextTakeover}, func(c *Conn) { echo(context.Background(), c) })
	for name, end := range ends {
		t.Run(name, func(t *testing.T) {
			for range 5 {
				ctx, cancel := context.WithCancel(context.Background())
				c, _, err := Dial(ctx, u, &DialOptions{CompressionMode: CompressionContextTakeover})
				if err != nil {
					t.Fatal(err)
				}
				end(ctx, cancel, c)
				cancel()
			}
			wantNoGoroutines(t)
		})
	}
}

// newLog returns a logger for an HTTP server.
func newLog(w io.Writer) *log.Logger { return log.New(w, "", 0) }
