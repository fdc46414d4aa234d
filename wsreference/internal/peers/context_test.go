package peers

import (
	"context"
	"net"
	"net/http"

	ws "github.com/closurefix/closurefix/wsreference"
	"github.com/coder/websocket"
)

// This file has the two packages whose calls take a context.

type ourEnd struct{ c *ws.Conn }

func ours() peer {
	wrap := func(c *ws.Conn, err error) (end, error) {
		if err != nil {
			return nil, err
		}
		c.SetReadLimit(-1)
		return ourEnd{c}, nil
	}
	return peer{
		name:   "wsreference",
		accept: func(w http.ResponseWriter, r *http.Request) (end, error) { return wrap(ws.Accept(w, r, nil)) },
		connect: func(ctx context.Context, conn net.Conn) (end, error) {
			c, _, err := ws.Dial(ctx, "ws://example.com/", &ws.DialOptions{HTTPClient: clientOver(conn)})
			return wrap(c, err)
		},
	}
}

// lentEnd reads whole messages into memory of its own.
type lentEnd struct {
	ourEnd
	buf []byte
}

func oursLent() peer {
	p := ours()
	wrap := func(e end, err error) (end, error) {
		if err != nil {
			return nil, err
		}
		return &lentEnd{ourEnd: e.(ourEnd)}, nil
	}
	return peer{
		name:   p.name + "-lent",
		accept: func(w http.ResponseWriter, r *http.Request) (end, error) { return wrap(p.accept(w, r)) },
		connect: func(ctx context.Context, conn net.Conn) (end, error) {
			return wrap(p.connect(ctx, conn))
		},
	}
}

func (e *lentEnd) whole(ctx context.Context, next func([]byte) bool) error {
	for {
		_, msg, err := e.c.ReadInto(ctx, e.buf)
		if err != nil || !next(msg) {
			return err
		}
		e.buf = msg
	}
}

func (e ourEnd) stream(ctx context.Context, buf []byte, next func([]byte) bool) error {
	for {
		_, r, err := e.c.Reader(ctx)
		if err != nil {
			return err
		}
		msg, err := fill(r, buf)
		if err != nil || !next(msg) {
			return err
		}
	}
}

func (e ourEnd) whole(ctx context.Context, next func([]byte) bool) error {
	for {
		_, msg, err := e.c.Read(ctx)
		if err != nil || !next(msg) {
			return err
		}
	}
}

func (e ourEnd) write(ctx context.Context, p []byte) error {
	return e.c.Write(ctx, ws.MessageBinary, p)
}

func (e ourEnd) drop() { e.c.CloseNow() }

type coderEnd struct{ c *websocket.Conn }

func coderPeer() peer {
	wrap := func(c *websocket.Conn, err error) (end, error) {
		if err != nil {
			return nil, err
		}
		c.SetReadLimit(-1)
		return coderEnd{c}, nil
	}
	return peer{
		name:   "coder" + version(websocket.Accept),
		accept: func(w http.ResponseWriter, r *http.Request) (end, error) { return wrap(websocket.Accept(w, r, nil)) },
		connect: func(ctx context.Context, conn net.Conn) (end, error) {
			c, _, err := websocket.Dial(ctx, "ws://example.com/", &websocket.DialOptions{HTTPClient: clientOver(conn)})
			return wrap(c, err)
		},
	}
}

func (e coderEnd) stream(ctx context.Context, buf []byte, next func([]byte) bool) error {
	for {
		_, r, err := e.c.Reader(ctx)
		if err != nil {
			return err
		}
		msg, err := fill(r, buf)
		if err != nil || !next(msg) {
			return err
		}
	}
}

func (e coderEnd) whole(ctx context.Context, next func([]byte) bool) error {
	for {
		_, msg, err := e.c.Read(ctx)
		if err != nil || !next(msg) {
			return err
		}
	}
}

func (e coderEnd) write(ctx context.Context, p []byte) error {
	return e.c.Write(ctx, websocket.MessageBinary, p)
}

func (e coderEnd) drop() { e.c.CloseNow() }
