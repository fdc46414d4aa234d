package wsreference

import (
	"context"
	"io"
	"net"
	"os"
	"sync"
	"time"
)

// NetConn returns a net.Conn that carries a stream of bytes over c, which must
// not be used in another way from then on. Each Write is one message of type
// t; a message of the other type makes Read close the connection with
// StatusUnsupportedData. The boundaries of messages are not seen by Read, and
// the read limit is turned off. All reads and writes are under ctx as well.
//
// Close performs the closing handshake with StatusNormalClosure. A close frame
// from the peer with that code or StatusGoingAway makes Read return io.EOF.
// A deadline that passes while a Read or Write waits closes the connection;
// one that passed before leaves it open.
func NetConn(ctx context.Context, c *Conn, t MessageType) net.Conn {
	c.SetReadLimit(-1)
	n := &netConn{conn: c, msgType: t}
	n.read.init(ctx)
	n.write.init(ctx)
	return n
}

type netConn struct {
	conn    *Conn
	msgType MessageType

	read   half
	reader io.Reader // of the message being read, guarded by read.busy
	eof    bool      // likewise

	write half
}

// half is one direction of a netConn with its deadline.
type half struct {
	busy   sync.Mutex // held during a call
	ctx    context.Context
	cancel context.CancelFunc

	mu      sync.Mutex // guards what follows
	timer   *time.Timer
	epoch   int  // of the deadline, to tell a timer that comes late
	expired bool // the deadline has passed
	active  bool // a call is under way
}

func (h *half) init(ctx context.Context) {
	h.ctx, h.cancel = context.WithCancel(ctx)
}

// begin starts a call. Unless it fails, end must be called.
func (h *half) begin() error {
	h.busy.Lock()
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.expired {
		h.busy.Unlock()
		return os.ErrDeadlineExceeded
	}
	h.active = true
	return nil
}

// end ends a call that failed with err, if not nil, and returns the error to
// report.
func (h *half) end(err error) error {
	h.mu.Lock()
	h.active = false
	if err != nil && h.expired {
		err = os.ErrDeadlineExceeded
	}
	h.mu.Unlock()
	h.busy.Unlock()
	return err
}

// setDeadline makes t the deadline, or none if t is zero.
func (h *half) setDeadline(t time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.timer != nil {
		h.timer.Stop()
		h.timer = nil
	}
	h.epoch++
	h.expired = false
	if t.IsZero() {
		return
	}
	d := time.Until(t)
	if d <= 0 {
		h.expire()
		return
	}
	epoch := h.epoch
	h.timer = time.AfterFunc(d, func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		if h.epoch == epoch {
			h.expire()
		}
	})
}

// expire lets the deadline pass. The caller holds mu.
func (h *half) expire() {
	h.expired = true
	if h.active {
		h.cancel()
	}
}

// stop ends the timer and the context.
func (h *half) stop() {
	h.setDeadline(time.Time{})
	h.cancel()
}

func (n *netConn) Read(p []byte) (int, error) {
	if err := n.read.begin(); err != nil {
		return 0, err
	}
	m, err := n.readStream(p)
	return m, n.read.end(err)
}

func (n *netConn) readStream(p []byte) (int, error) {
	for !n.eof {
		if n.reader == nil {
			t, r, err := n.conn.Reader(n.read.ctx)
			if err != nil {
				switch CloseStatus(err) {
				case StatusNormalClosure, StatusGoingAway:
					n.eof = true
					return 0, io.EOF
				}
				return 0, err
			}
			if t != n.msgType {
				n.eof = true
				err := violation{StatusUnsupportedData, "unexpected " + t.String() + " message"}
				n.conn.closeHandshake(n.read.ctx, err.code, err.text)
				n.conn.abort()
				return 0, err
			}
			n.reader = r
		}
		m, err := n.reader.Read(p)
		if err == io.EOF {
			n.reader, err = nil, nil
			if m == 0 && len(p) > 0 {
				continue
			}
		}
		return m, err
	}
	return 0, io.EOF
}

func (n *netConn) Write(p []byte) (int, error) {
	if err := n.write.begin(); err != nil {
		return 0, err
	}
	if err := n.write.end(n.conn.Write(n.write.ctx, n.msgType, p)); err != nil {
		return 0, err
	}
	return len(p), nil
}

func (n *netConn) Close() error {
	err := n.conn.Close(StatusNormalClosure, "")
	n.read.stop()
	n.write.stop()
	return err
}

// addr is the address of a connection that does not tell its own.
type addr struct{}

func (addr) Network() string { return "websocket" }
func (addr) String() string  { return "websocket/unknown-addr" }

func (n *netConn) LocalAddr() net.Addr {
	if c, ok := n.conn.rwc.(net.Conn); ok {
		return c.LocalAddr()
	}
	return addr{}
}

func (n *netConn) RemoteAddr() net.Addr {
	if c, ok := n.conn.rwc.(net.Conn); ok {
		return c.RemoteAddr()
	}
	return addr{}
}

func (n *netConn) SetDeadline(t time.Time) error {
	n.read.setDeadline(t)
	n.write.setDeadline(t)
	return nil
}

func (n *netConn) SetReadDeadline(t time.Time) error {
	n.read.setDeadline(t)
	return nil
}

func (n *netConn) SetWriteDeadline(t time.Time) error {
	n.write.setDeadline(t)
	return nil
}
