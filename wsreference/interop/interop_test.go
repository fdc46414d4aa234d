package interop

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	ws "github.com/closurefix/closurefix/wsreference"
)

// peerTimeout bounds each conversation; a browser on a busy machine takes a
// while to start.
const peerTimeout = 2 * time.Minute

// sizes are the lengths in bytes of the messages that go back and forth: both
// sides of each length form, and more than any buffer.
var sizes = []int{0, 1, 125, 126, 127, 65535, 65536, 300000}

// modes are the modes of compression, with the name that the scripts know.
var modes = []struct {
	name   string
	mode   ws.CompressionMode
	script string
}{
	{"plain", ws.CompressionDisabled, "plain"},
	{"takeover", ws.CompressionContextTakeover, "deflate"},
	{"no takeover", ws.CompressionNoContextTakeover, "deflate"},
}

// missing ends a test whose peer is not installed: where a CI runs it fails,
// elsewhere it is skipped.
func missing(t *testing.T, what string) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatalf("%s is missing; install.sh installs it", what)
	}
	t.Skipf("%s is missing; install.sh installs it", what)
}

// program returns the path of a program.
func program(t *testing.T, names ...string) string {
	t.Helper()
	for _, name := range names {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	missing(t, names[0])
	return ""
}

// nodeWS returns the command line of a script for node that needs ws.
func nodeWS(t *testing.T, script string) []string {
	t.Helper()
	node := program(t, "node", "nodejs")
	if _, err := os.Stat("node_modules/ws/package.json"); err != nil {
		missing(t, "npm's ws")
	}
	return []string{node, "testdata/" + script}
}

// pythonWebsockets returns the command line of a script for Debian's Python
// with its package websockets.
func pythonWebsockets(t *testing.T, script string) []string {
	t.Helper()
	const python = "/usr/bin/python3"
	if err := exec.Command(python, "-c", "import websockets").Run(); err != nil {
		missing(t, "python3-websockets")
	}
	return []string{python, "testdata/" + script}
}

// server is a wsreference server with what the peers talk to.
type server struct {
	*httptest.Server
	handlers sync.WaitGroup

	mu   sync.Mutex
	ends []ws.StatusCode // of the connections, in order
}

// newServer starts a server: /echo?mode=N echoes with compression mode N, any
// other path is a file of testdata.
func newServer(t *testing.T) *server {
	s := new(server)
	mux := http.NewServeMux()
	mux.HandleFunc("/echo", func(w http.ResponseWriter, r *http.Request) {
		s.handlers.Add(1)
		defer s.handlers.Done()
		mode, _ := strconv.Atoi(r.URL.Query().Get("mode"))
		c, err := ws.Accept(w, r, &ws.AcceptOptions{
			Subprotocols:         []string{"echo.test"},
			CompressionMode:      ws.CompressionMode(mode),
			CompressionThreshold: 1,
		})
		if err != nil {
			return // and the peer has been told
		}
		defer c.CloseNow()
		c.SetReadLimit(1 << 20)
		ctx, cancel := context.WithTimeout(t.Context(), peerTimeout)
		defer cancel()
		end := ws.CloseStatus(echo(ctx, c))
		s.mu.Lock()
		s.ends = append(s.ends, end)
		s.mu.Unlock()
	})
	mux.Handle("/", http.FileServer(http.Dir("testdata")))
	s.Server = httptest.NewServer(mux)
	t.Cleanup(s.Close)
	return s
}

// echo echoes until an error, and follows the two orders that peers give.
func echo(ctx context.Context, c *ws.Conn) error {
	pinged := make(chan error, 1)
	for {
		typ, b, err := c.Read(ctx)
		if err != nil {
			return err
		}
		switch {
		case typ == ws.MessageText && string(b) == "close me":
			return c.Close(4002, "as you wish")
		case typ == ws.MessageText && string(b) == "ping me":
			go func() { // the pong comes in through Read
				err := c.Ping(ctx)
				if err == nil {
					err = c.Write(ctx, ws.MessageText, []byte("pinged"))
				}
				pinged <- err
			}()
			defer func() { <-pinged }()
		default:
			if err := c.Write(ctx, typ, b); err != nil {
				return err
			}
		}
	}
}

// wantEnds checks how the connections ended, in any order: a handler may be told of its
// end after the peer has begun, and ended, the next connection. The handlers may still
// be at it.
func (s *server) wantEnds(t *testing.T, want ...ws.StatusCode) {
	t.Helper()
	s.handlers.Wait()
	s.mu.Lock()
	defer s.mu.Unlock()
	slices.Sort(s.ends)
	slices.Sort(want)
	if !slices.Equal(s.ends, want) {
		t.Errorf("the connections ended with %d; want %d", s.ends, want)
	}
}

// clientChecks are what the scripts that are clients print.
func clientChecks(more ...string) []string {
	list := []string{"ok open"}
	for _, n := range sizes {
		list = append(list, fmt.Sprint("ok echo ", n))
	}
	list = append(list, "ok unicode")
	list = append(list, more...)
	return append(list, "ok pinged", "ok close", "ok closed by the server")
}

// runClient runs a script that is a client of the server.
func runClient(t *testing.T, s *server, command []string, mode ws.CompressionMode, script string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), peerTimeout)
	defer cancel()
	url := fmt.Sprintf("%s/echo?mode=%d", strings.Replace(s.URL, "http", "ws", 1), mode)
	cmd := exec.CommandContext(ctx, command[0], append(command[1:], url, script)...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s: %v\n%s%s", command[1], err, out, stderr.Bytes())
	}
	got := strings.Split(strings.TrimSpace(string(out)), "\n")
	if want := clientChecks("ok fragments and ping"); !slices.Equal(got, want) {
		t.Errorf("%s printed %q; want %q", command[1], got, want)
	}
	// Close returns nil after a clean closing handshake that this end began.
	s.wantEnds(t, 4001, -1)
}

func TestNodeClient(t *testing.T) {
	t.Parallel()
	command := nodeWS(t, "node_client.cjs")
	for _, m := range modes {
		t.Run(m.name, func(t *testing.T) { runClient(t, newServer(t), command, m.mode, m.script) })
	}
}

func TestPythonClient(t *testing.T) {
	t.Parallel()
	command := pythonWebsockets(t, "python_client.py")
	for _, m := range modes {
		t.Run(m.name, func(t *testing.T) { runClient(t, newServer(t), command, m.mode, m.script) })
	}
	// It asks for a window that the server cannot give, so that there is no
	// compression, and all works.
	t.Run("small window", func(t *testing.T) {
		runClient(t, newServer(t), command, ws.CompressionContextTakeover, "window")
	})
}

// TestCurl lets curl make a handshake with the sample key of RFC 6455 1.3.
func TestCurl(t *testing.T) {
	t.Parallel()
	curl := program(t, "curl")
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if c, err := ws.Accept(w, r, nil); err == nil {
			c.CloseNow() // or curl would wait for what comes next
		}
	}))
	t.Cleanup(s.Close)
	ctx, cancel := context.WithTimeout(t.Context(), peerTimeout)
	defer cancel()
	out, err := exec.CommandContext(ctx, curl, "--silent", "--include", "--no-buffer", "--http1.1", "--noproxy", "*",
		"--header", "Connection: Upgrade", "--header", "Upgrade: websocket",
		"--header", "Sec-WebSocket-Version: 13", "--header", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
		s.URL).Output()
	// The exit code says how curl likes an answer that is never complete,
	// and differs between its versions.
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	resp, err := http.ReadResponse(bufio.NewReader(bytes.NewReader(out)), nil)
	if err != nil {
		t.Fatalf("%v in what curl saw:\n%s", err, out)
	}
	got := resp.Header.Get("Sec-WebSocket-Accept")
	if resp.StatusCode != http.StatusSwitchingProtocols || got != "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=" {
		t.Errorf("curl saw the status %s and Sec-WebSocket-Accept %q", resp.Status, got)
	}
}
