package peers

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"net/url"

	"github.com/gobwas/ws"
	"github.com/gobwas/ws/wsutil"
	"github.com/gorilla/websocket"
	"github.com/lxzan/gws"
)

// This file has the packages whose calls take no context.

type gorillaEnd struct{ c *websocket.Conn }

func gorillaPeer() peer {
	wrap := func(c *websocket.Conn, err error) (end, error) {
		if err != nil {
			return nil, err
		}
		return gorillaEnd{c}, nil
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

func (e gorillaEnd) stream(_ context.Context, buf []byte, next func([]byte) bool) error {
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

func (e gorillaEnd) whole(_ context.Context, next func([]byte) bool) error {
	for {
		_, msg, err := e.c.ReadMessage()
		if err != nil || !next(msg) {
			return err
		}
	}
}

func (e gorillaEnd) write(_ context.Context, p []byte) error {
	return e.c.WriteMessage(websocket.BinaryMessage, p)
}

func (e gorillaEnd) drop() { e.c.Close() }

// gobwasEnd reads from a buffer and writes to the connection itself.
type gobwasEnd struct {
	io.Reader
	net.Conn
	state ws.State
	r     *wsutil.Reader
}

func gobwasPeer() peer {
	wrap := func(conn net.Conn, br *bufio.Reader, state ws.State) end {
		if br == nil {
			br = bufio.NewReader(conn)
		}
		return &gobwasEnd{Reader: br, Conn: conn, state: state, r: wsutil.NewReader(br, state)}
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

func (e *gobwasEnd) Read(p []byte) (int, error) { return e.Reader.Read(p) }

func (e *gobwasEnd) stream(_ context.Context, buf []byte, next func([]byte) bool) error {
	for {
		if _, err := e.r.NextFrame(); err != nil {
			return err
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
	return wsutil.WriteMessage(e.Conn, e.state, ws.OpBinary, p)
}

func (e *gobwasEnd) drop() { e.Conn.Close() }

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
			e.c, err = gws.NewUpgrader(e, nil).Upgrade(w, r)
			return e, err
		},
		connect: func(_ context.Context, conn net.Conn) (end, error) {
			e := new(gwsEnd)
			var err error
			e.c, _, err = gws.NewClientFromConn(e, &gws.ClientOption{Addr: "ws://example.com/"}, conn)
			return e, err
		},
	}
}

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
