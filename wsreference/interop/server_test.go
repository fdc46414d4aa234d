package interop

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"os/exec"
	"strings"
	"testing"

	ws "github.com/closurefix/closurefix/wsreference"
)

// peerServer is a script that is a server.
type peerServer struct {
	url   string
	lines *bufio.Scanner // of its standard output
}

// startServer starts a script that is a server, and ends it with the test.
func startServer(t *testing.T, command []string, script string) *peerServer {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), peerTimeout)
	cmd := exec.CommandContext(ctx, command[0], append(command[1:], script)...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		defer cancel()
		stdin.Close()
		if _, err := io.Copy(io.Discard, stdout); err != nil {
			t.Error(err)
		}
		if err := cmd.Wait(); err != nil {
			t.Errorf("%s: %v\n%s", command[1], err, stderr.Bytes())
		}
	})
	s := &peerServer{lines: bufio.NewScanner(stdout)}
	var port int
	if _, err := fmt.Sscanf(s.line(t), "port %d", &port); err != nil {
		t.Fatalf("%s: %v\n%s", command[1], err, stderr.Bytes())
	}
	s.url = fmt.Sprintf("ws://127.0.0.1:%d/", port)
	return s
}

// line returns the next line that the script prints.
func (s *peerServer) line(t *testing.T) string {
	t.Helper()
	if !s.lines.Scan() {
		t.Fatalf("the script printed no more: %v", s.lines.Err())
	}
	return s.lines.Text()
}

// useServer is a client's conversation with a script.
func useServer(t *testing.T, s *peerServer, mode ws.CompressionMode, compressed bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), peerTimeout)
	defer cancel()
	opts := &ws.DialOptions{
		Subprotocols:         []string{"nonsense", "echo.test"},
		CompressionMode:      mode,
		CompressionThreshold: 1,
	}
	c, resp, err := ws.Dial(ctx, s.url, opts)
	if err != nil {
		t.Fatal(err)
	}
	defer c.CloseNow()
	c.SetReadLimit(1 << 20)
	if got := c.Subprotocol(); got != "echo.test" {
		t.Errorf("the subprotocol is %q", got)
	}
	ext := resp.Header.Get("Sec-WebSocket-Extensions")
	if strings.HasPrefix(ext, "permessage-deflate") != compressed {
		t.Errorf("the extensions are %q; compressed: %v", ext, compressed)
	}

	converse(t, ctx, c)
	if err := c.Close(4001, "bye"); err != nil {
		t.Error(err)
	}
	if got := s.line(t); got != "closed 4001 bye" {
		t.Errorf("the server says %q", got)
	}

	closedByServer(t, ctx, s, opts)
}

// want reads a message, which must have the given type and content.
func want(t *testing.T, ctx context.Context, c *ws.Conn, typ ws.MessageType, want []byte) {
	t.Helper()
	got, b, err := c.Read(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if got != typ || !bytes.Equal(b, want) {
		t.Fatalf("type %d and %d bytes came back; want type %d and %d bytes", got, len(b), typ, len(want))
	}
}

// say writes a message.
func say(t *testing.T, ctx context.Context, c *ws.Conn, typ ws.MessageType, b []byte) {
	t.Helper()
	if err := c.Write(ctx, typ, b); err != nil {
		t.Fatal(err)
	}
}

// converse exchanges messages with a script that echoes them.
func converse(t *testing.T, ctx context.Context, c *ws.Conn) {
	t.Helper()
	for _, n := range sizes {
		text, data := bytes.Repeat([]byte{'x'}, n), make([]byte, n)
		for i := range data {
			data[i] = byte(i * 7)
		}
		say(t, ctx, c, ws.MessageText, text)
		want(t, ctx, c, ws.MessageText, text)
		say(t, ctx, c, ws.MessageBinary, data)
		want(t, ctx, c, ws.MessageBinary, data)
	}

	// A message in several frames, as a Writer makes them.
	w, err := c.Writer(ctx, ws.MessageText)
	if err != nil {
		t.Fatal(err)
	}
	var whole []byte
	for n := range 20 {
		part := strings.Repeat("κόσμε ", n*100)
		whole = append(whole, part...)
		if _, err := io.WriteString(w, part); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	want(t, ctx, c, ws.MessageText, whole)

	say(t, ctx, c, ws.MessageText, []byte("fragments"))
	want(t, ctx, c, ws.MessageText, []byte("one two three"))
	say(t, ctx, c, ws.MessageText, []byte("ping me"))
	want(t, ctx, c, ws.MessageText, []byte("pinged"))

	// Ping needs a reader. The server answers it before the echo.
	pinged := make(chan error, 1)
	go func() { pinged <- c.Ping(ctx) }()
	next := make(chan error, 1)
	go func() {
		_, b, err := c.Read(ctx)
		if err == nil && string(b) != "after the pong" {
			err = fmt.Errorf("got %q", b)
		}
		next <- err
	}()
	if err := <-pinged; err != nil {
		t.Error(err)
	}
	say(t, ctx, c, ws.MessageText, []byte("after the pong"))
	if err := <-next; err != nil {
		t.Error(err)
	}
}

// closedByServer has the script close a connection.
func closedByServer(t *testing.T, ctx context.Context, s *peerServer, opts *ws.DialOptions) {
	t.Helper()
	c, _, err := ws.Dial(ctx, s.url, opts)
	if err != nil {
		t.Fatal(err)
	}
	defer c.CloseNow()
	if err := c.Write(ctx, ws.MessageText, []byte("close me")); err != nil {
		t.Fatal(err)
	}
	_, _, err = c.Read(ctx)
	if got := ws.CloseStatus(err); got != 4002 || !strings.Contains(fmt.Sprint(err), "as you wish") {
		t.Errorf("the server's close is %v with status %d", err, got)
	}
	if got := s.line(t); !strings.HasPrefix(got, "closed 4002") {
		t.Errorf("the server says %q", got)
	}
}

func TestNodeServer(t *testing.T) {
	t.Parallel()
	command := nodeWS(t, "node_server.cjs")
	for _, m := range modes {
		t.Run(m.name, func(t *testing.T) {
			useServer(t, startServer(t, command, m.script), m.mode, m.script == "deflate")
		})
	}
}

func TestPythonServer(t *testing.T) {
	t.Parallel()
	command := pythonWebsockets(t, "python_server.py")
	for _, m := range modes {
		t.Run(m.name, func(t *testing.T) {
			useServer(t, startServer(t, command, m.script), m.mode, m.script == "deflate")
		})
	}
	// By itself it compresses with a smaller window.
	t.Run("own window", func(t *testing.T) {
		useServer(t, startServer(t, command, "window"), ws.CompressionContextTakeover, true)
	})
}
