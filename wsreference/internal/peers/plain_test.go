package peers

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"net/url"
	"sync"

	"github.com/gobwas/ws"
	"github.com/gobwas/ws/wsutil"
	"github.com/gorilla/websocket"
	"github.com/lxzan/gws"
)

// This file has the packages whose calls take no context.

// gorillaEnd adds what the package leaves to its user: one writer at a time.
type gorillaEnd struct {
	c  *websocket.Conn
	mu sync.Mutex
}

func gorillaPeer() peer {
	wrap := func(c *websocket.Conn, err error) (end, error) {
		if err != nil {
			return nil, err
		}
		return &gorillaEnd{c: c}, nil
	}
	return peer{
		name: "gorilla" + version(websocket.FormatCloseMessage),
		accept: func(w http.ResponseWriter, r *http.Request) (end, error) {
			return wrap(new(websocket.Upgrader).Upgrade(w, r, nil))
		},
		connect: func(ctx context.Context, conn net.Conn) (end, error) {
			d := websocket.Dialer{
				NetDialContext: func(context.Context, string, string) (net.Conn, error) { return conn, nil },
			}
			c, _, err := d.DialContext(ctx, "ws://example.com/", nil)
			return wrap(c, err)
		},
	}
}

func (e *gorillaEnd) stream(_ context.Context, buf []byte, next func([]byte) bool) error {
	for {
		_, r, err := e.c.NextReader()
		if err != nil {
			return err
		}
		msg, err := fill(r, buf)
		if err != nil || !next(msg) {
			return err
		}
	}
}

func (e *gorillaEnd) whole(_ context.Context, next func([]byte) bool) error {
	for {
		_, msg, err := e.c.ReadMessage()
		if err != nil || !next(msg) {
			return err
		}
	}
}

func (e *gorillaEnd) write(_ context.Context, p []byte) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.c.WriteMessage(websocket.BinaryMessage, p)
}

func (e *gorillaEnd) drop() { e.c.Close() }

// gobwasEnd reads from a buffer and writes to the connection itself. It adds
// what the package leaves to its user: answers to control frames, which come
// from the reader, so one writer at a time.
type gobwasEnd struct {
	io.Reader
	conn    net.Conn
	mu      sync.Mutex
	state   ws.State
	r       *wsutil.Reader
	control wsutil.FrameHandlerFunc
}

func gobwasPeer() peer {
	wrap := func(conn net.Conn, br *bufio.Reader, state ws.State) end {
		if br == nil {
			br = bufio.NewReader(conn)
		}
		e := &gobwasEnd{Reader: br, conn: conn, state: state, r: wsutil.NewReader(br, state)}
		e.control = wsutil.ControlFrameHandler(e, state)
		e.r.OnIntermediate = e.control
		e.r.CheckUTF8 = true
		return e
	}
	return peer{
		name: "gobwas" + version(ws.UpgradeHTTP),
		accept: func(w http.ResponseWriter, r *http.Request) (end, error) {
			conn, rw, _, err := ws.UpgradeHTTP(r, w)
			if err != nil {
				return nil, err
			}
			return wrap(conn, rw.Reader, ws.StateServerSide), nil
		},
		connect: func(_ context.Context, conn net.Conn) (end, error) {
			br, _, err := ws.Dialer{}.Upgrade(conn, &url.URL{Scheme: "ws", Host: "example.com"})
			if err != nil {
				return nil, err
			}
			return wrap(conn, br, ws.StateClientSide), nil
		},
	}
}

// Write sends a frame of its control handler, or of wsutil.ReadData's.
func (e *gobwasEnd) Write(p []byte) (int, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.conn.Write(p)
}

func (e *gobwasEnd) stream(_ context.Context, buf []byte, next func([]byte) bool) error {
	for {
		h, err := e.r.NextFrame()
		if err != nil {
			return err
		}
		if h.OpCode.IsControl() {
			if err := e.control(h, e.r); err != nil {
				return err
			}
			continue
		}
		msg, err := fill(e.r, buf)
		if err != nil || !next(msg) {
			return err
		}
	}
}

func (e *gobwasEnd) whole(_ context.Context, next func([]byte) bool) error {
	for {
		msg, _, err := wsutil.ReadData(e, e.state)
		if err != nil || !next(msg) {
			return err
		}
	}
}

func (e *gobwasEnd) write(_ context.Context, p []byte) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	return wsutil.WriteMessage(e.conn, e.state, ws.OpBinary, p)
}

func (e *gobwasEnd) drop() { e.conn.Close() }

// gwsEnd turns the call-backs of gws around. It is read once.
type gwsEnd struct {
	gws.BuiltinEventHandler
	c    *gws.Conn
	next func([]byte) bool
	done bool
}

func gwsPeer() peer {
	return peer{
		name: "gws" + version(gws.NewUpgrader),
		accept: func(w http.ResponseWriter, r *http.Request) (end, error) {
			e := new(gwsEnd)
			var err error
			e.c, err = gws.NewUpgrader(e, &gws.ServerOption{CheckUtf8Enabled: true}).Upgrade(w, r)
			return e, err
		},
		connect: func(_ context.Context, conn net.Conn) (end, error) {
			e := new(gwsEnd)
			var err error
			e.c, _, err = gws.NewClientFromConn(e, &gws.ClientOption{Addr: "ws://example.com/", CheckUtf8Enabled: true}, conn)
			return e, err
		},
	}
}

// OnPing answers as RFC 6455 asks; the built-in handler sends no payload.
func (e *gwsEnd) OnPing(c *gws.Conn, payload []byte) { c.WritePong(payload) }

func (e *gwsEnd) OnMessage(c *gws.Conn, m *gws.Message) {
	if !e.done && !e.next(m.Bytes()) {
		e.done = true
		e.drop() // which ends ReadLoop
	}
	m.Close()
}

func (e *gwsEnd) stream(ctx context.Context, _ []byte, next func([]byte) bool) error {
	return e.whole(ctx, next)
}

func (e *gwsEnd) whole(_ context.Context, next func([]byte) bool) error {
	e.next = next
	e.c.ReadLoop()
	if !e.done {
		return errPeer
	}
	return nil
}

func (e *gwsEnd) write(_ context.Context, p []byte) error {
	return e.c.WriteMessage(gws.OpcodeBinary, p)
}

func (e *gwsEnd) drop() { e.c.NetConn().Close() }
