package peers

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"reflect"
	"regexp"
	"runtime"
	"strings"
	"testing"
	"time"

	ws "github.com/closurefix/closurefix/wsreference"
)

// errPeer is the error of a package whose call-backs tell no better one.
var errPeer = errors.New("the connection ended early")

// end is one end of a connection that is made by one of the packages.
type end interface {
	// stream reads messages, each through buf, which is longer than it, and
	// hands it to next until that returns false.
	stream(ctx context.Context, buf []byte, next func([]byte) bool) error

	// whole does the same with memory that the package provides.
	whole(ctx context.Context, next func([]byte) bool) error

	// write sends a binary message.
	write(ctx context.Context, p []byte) error

	// drop closes the network connection.
	drop()
}

// peer is one of the packages.
type peer struct {
	name    string
	accept  func(w http.ResponseWriter, r *http.Request) (end, error)
	connect func(ctx context.Context, conn net.Conn) (end, error) // over conn
}

// peers returns all packages in this build.
func peers() []peer {
	return []peer{ours(), oursLent(), coderPeer(), gorillaPeer(), gobwasPeer(), gwsPeer()}
}

// others returns the packages that are not ours.
func others() []peer { return peers()[2:] }

// moduleVersion finds the version in the path of a source file.
var moduleVersion = regexp.MustCompile(`@(v[^/\\]+)`)

// version returns the version of the module that has this function, with a
// dash before. A test's build information has no modules, but its functions
// know their source files.
func version(function any) string {
	pc := reflect.ValueOf(function).Pointer()
	file, _ := runtime.FuncForPC(pc).FileLine(pc)
	if m := moduleVersion.FindStringSubmatch(file); m != nil {
		return "-" + m[1]
	}
	return ""
}

func TestNames(t *testing.T) {
	for _, p := range others() {
		if !strings.Contains(p.name, "-v1.") {
			t.Errorf("the name %q tells no version", p.name)
		}
	}
}

// TestPing has each end of a benchmark answer a ping while it reads.
func TestPing(t *testing.T) {
	for _, p := range peers() {
		t.Run(p.name, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				e, err := p.accept(w, r)
				if err != nil {
					t.Error(err)
					return
				}
				defer e.drop()
				e.stream(ctx, make([]byte, 6000), func([]byte) bool { return true })
			}))
			defer s.Close()
			c, _, err := ws.Dial(ctx, s.URL, nil)
			if err != nil {
				t.Fatal(err)
			}
			defer c.CloseNow()
			c.CloseRead(ctx)
			ping := func(when string) {
				if err := c.Ping(ctx); err != nil {
					t.Fatalf("%s: %v", when, err)
				}
			}
			ping("before the first message")
			for range 2 {
				w, err := c.Writer(ctx, ws.MessageBinary)
				if err != nil {
					t.Fatal(err)
				}
				if _, err := w.Write(make([]byte, 5000)); err != nil { // sends a frame
					t.Fatal(err)
				}
				ping("within a message")
				if err := w.Close(); err != nil {
					t.Fatal(err)
				}
				ping("after a message")
			}
		})
	}
}

// clientOver returns an HTTP client that uses conn for its one request.
func clientOver(conn net.Conn) *http.Client {
	return &http.Client{Transport: &http.Transport{
		DialContext: func(context.Context, string, string) (net.Conn, error) { return conn, nil },
	}}
}

// fill reads a message into buf, which is longer than it, and returns it. It
// calls the reader that a package returns as what it is.
func fill[R io.Reader](r R, buf []byte) ([]byte, error) {
	for n := 0; n < len(buf); {
		m, err := r.Read(buf[n:])
		n += m
		if err == io.EOF {
			return buf[:n], nil
		}
		if err != nil {
			return nil, err
		}
	}
	return nil, errors.New("the message is too big for the buffer")
}

// hijacked is a ResponseWriter that gives up conn.
type hijacked struct {
	conn   net.Conn
	header http.Header
}

func (h *hijacked) Header() http.Header         { return h.header }
func (h *hijacked) Write(p []byte) (int, error) { return len(p), nil }
func (h *hijacked) WriteHeader(int)             {}

func (h *hijacked) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	return h.conn, bufio.NewReadWriter(bufio.NewReader(h.conn), bufio.NewWriter(h.conn)), nil
}
