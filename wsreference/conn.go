package wsreference

import (
	"context"
	"io"
	"net"
	"sync"
)

// defaultReadLimit is the read limit in bytes of a new Conn.
const defaultReadLimit = 32768

// Conn is a WebSocket connection, made by Dial or Accept.
//
// One goroutine at a time may read; any number may write, ping and close.
// Control frames are answered while a read is under way, so a program that
// only writes must call CloseRead. Every Conn must be closed with Close or
// CloseNow: a Conn may stay registered with the last context used, which
// keeps it in memory.
//
// A call whose context has ended before it fails and leaves the connection as
// it is. When the context of a call ends while the call waits for the network,
// the connection is closed, since part of a frame may have been read or
// written. MessageReader, MessageWriter, CloseRead and NetConn say where they
// differ.
//
// After this end's Close or CloseNow the errors of all calls are
// net.ErrClosed, by errors.Is, and CloseStatus finds the code of the peer's
// close frame in them if one has arrived.
type Conn struct {
	subprotocol string

	link     link
	tasks    tasks
	out      frameWriter
	messages messageWriter
	pings    pings
	data     dataReader
	incoming messageReader

	closeReadOnce sync.Once
	closeReadCtx  context.Context
}

// connConfig is what a handshake has found out.
type connConfig struct {
	client      bool
	subprotocol string
	onPing      func(ctx context.Context, payload []byte) bool
	onPong      func(ctx context.Context, payload []byte)
	skipUTF8    bool
	deflate     *deflateParams // nil when not negotiated
	level       int            // of compression
	threshold   int            // least size in bytes of a message to compress
	conn        net.Conn       // that the connection runs over, if it is known and is not the connection itself
	early       []byte         // what has been read already
}

// newConn makes the Conn that runs over rwc.
func newConn(rwc io.ReadWriteCloser, cfg connConfig) *Conn {
	c := &Conn{subprotocol: cfg.subprotocol}
	c.link.init(rwc, cfg.conn)
	c.out.init(&c.link, &c.tasks, cfg.client)

	d := &c.data
	d.link, d.out, d.pings = &c.link, &c.out, &c.pings
	d.frames.link = &c.link
	d.frames.in.init(rwc, cfg.early)
	if c.link.tcp != nil {
		d.frames.in.idle = newIdleReader(c.link.tcp)
	}
	d.client, d.compressed = cfg.client, cfg.deflate != nil
	if d.onPing, d.onPong = cfg.onPing, cfg.onPong; d.onPing != nil || d.onPong != nil {
		d.unwound = c.incoming.unwound
	}
	if !cfg.client {
		d.peerFlags = maskedBit
	}

	c.incoming.src = &c.data
	c.incoming.checkUTF8 = !cfg.skipUTF8
	c.incoming.limitSet.Store(defaultReadLimit)
	c.messages.out = &c.out
	if cfg.deflate != nil {
		c.incoming.takeover = cfg.deflate.readTakeover
		c.messages.deflate = compressor{
			on:        true,
			takeover:  cfg.deflate.writeTakeover,
			level:     cfg.level,
			threshold: cfg.threshold,
		}
	}
	return c
}

// Subprotocol returns the subprotocol agreed on in the handshake, or "".
func (c *Conn) Subprotocol() string { return c.subprotocol }

// LocalAddr returns the local network address, or nil if it is not known: a
// client made by a custom http.RoundTripper that hides its connection.
func (c *Conn) LocalAddr() net.Addr {
	if c.link.conn == nil {
		return nil
	}
	return c.link.conn.LocalAddr()
}

// RemoteAddr returns the network address of the peer, or of the proxy on the
// way to it, or nil if it is not known, as for LocalAddr.
func (c *Conn) RemoteAddr() net.Addr {
	if c.link.conn == nil {
		return nil
	}
	return c.link.conn.RemoteAddr()
}

// SetReadLimit sets the most payload bytes that a message may have, counted
// after decompression, from the next message on; -1 means no limit. A read of
// a larger message closes the connection with StatusMessageTooBig and fails
// with ErrMessageTooBig. The default is 32768.
func (c *Conn) SetReadLimit(n int64) {
	c.incoming.limitSet.Store(max(n, -1))
}
