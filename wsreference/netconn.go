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
// the read limit is turned off.
//
// Close performs the closing handshake with StatusNormalClosure. Calls under
// way and later ones then return net.ErrClosed. A close frame from the peer
// with that code or StatusGoingAway makes Read return io.EOF.
//
// A deadline that passes leaves the connection open: calls return
// os.ErrDeadlineExceeded until the deadline is changed. A Write that the
// deadline ends has handed over its message already and returns its whole
// length, as the message is still sent once the peer takes it; the next Write
// waits for that. The end of ctx, in contrast, closes the connection.
func NetConn(ctx context.Context, c *Conn, t MessageType) net.Conn {
	c.SetReadLimit(-1)
	n := &netConn{
		conn:    c,
		msgType: t,
		ctx:     ctx,
		closed:  make(chan struct{}),
		fetched: make(chan fetched, 1),
		sent:    make(chan error, 1),
	}
	n.read.init()
	n.write.init()
	return n
}

// netConn hands the messages to and from the Conn to goroutines of their own,
// so that a call can return at its deadline and leave them at work.
type netConn struct {
	conn    *Conn
	msgType MessageType
	ctx     context.Context

	closeOnce sync.Once
	closed    chan struct{}

	read     half // guards what follows
	fetching bool // a goroutine reads into buf
	fetched  chan fetched
	buf      *[bufferSize]byte
	pending  []byte // of buf, not handed out yet
	readErr  error  // after pending

	reader MessageReader // of the message being read; the fetching goroutine's
	open   bool          // likewise

	write    half // guards what follows
	sending  bool // a goroutine sends out
	sent     chan error
	out      []byte
	writeErr error
}

// fetched is what a goroutine has read: bytes, or why there are none any more.
type fetched struct {
	n   int
	err error
}

// half is one direction of a netConn: the turn of its caller, and its deadline.
type half struct {
	turn chan struct{} // holds a value during a call

	mu     sync.Mutex // guards what follows
	timer  *time.Timer
	passed chan struct{} // closed when the deadline has passed
}

func (h *half) init() {
	h.turn = make(chan struct{}, 1)
	h.passed = make(chan struct{})
}

// begin starts a call, and returns the channel that the deadline closes. Unless
// it fails, end must be called.
func (h *half) begin(closed <-chan struct{}) error {
	select {
	case <-closed:
		return net.ErrClosed
	case <-h.deadline():
		return os.ErrDeadlineExceeded
	default:
	}
	select {
	case h.turn <- struct{}{}:
		return nil
	case <-closed:
		return net.ErrClosed
	case <-h.deadline():
		return os.ErrDeadlineExceeded
	}
}

func (h *half) end() { <-h.turn }

// deadline returns the channel that is closed when the deadline passes. If the
// deadline is changed, it stays the same unless it has passed before.
func (h *half) deadline() <-chan struct{} {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.passed
}

// setDeadline makes t the deadline, or none if t is zero.
func (h *half) setDeadline(t time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.timer != nil && !h.timer.Stop() {
		<-h.passed // the timer has fired: wait until it has closed this
	}
	h.timer = nil
	passed := false
	select {
	case <-h.passed:
		passed = true
	default:
	}
	d := time.Until(t)
	if !t.IsZero() && d <= 0 {
		if !passed {
			close(h.passed)
		}
		return
	}
	if passed {
		h.passed = make(chan struct{})
	}
	if !t.IsZero() {
		expired := h.passed
		h.timer = time.AfterFunc(d, func() { close(expired) })
	}
}

// Read implements net.Conn.
func (n *netConn) Read(p []byte) (int, error) {
	if err := n.read.begin(n.closed); err != nil {
		return 0, err
	}
	defer n.read.end()
	for len(n.pending) == 0 && len(p) > 0 {
		if n.readErr != nil {
			return 0, n.readErr
		}
		if !n.fetching {
			if !n.conn.tasks.start(n.fetch) {
				return 0, net.ErrClosed
			}
			n.fetching = true
		}
		select {
		case f := <-n.fetched:
			n.fetching = false
			n.pending, n.readErr = n.buf[:f.n], f.err
		case <-n.closed:
			return 0, net.ErrClosed
		case <-n.read.deadline():
			return 0, os.ErrDeadlineExceeded
		}
	}
	m := copy(p, n.pending)
	n.pending = n.pending[m:]
	return m, nil
}

// fetch reads into buf. It brings bytes, or an error.
func (n *netConn) fetch() {
	if n.buf == nil {
		n.buf = new([bufferSize]byte)
	}
	for {
		m, err := n.fetchSome()
		if m > 0 || err != nil {
			n.fetched <- fetched{m, err}
			return
		}
	}
}

func (n *netConn) fetchSome() (int, error) {
	if !n.open {
		t, r, err := n.conn.Reader(n.ctx)
		if err != nil {
			switch CloseStatus(err) {
			case StatusNormalClosure, StatusGoingAway:
				return 0, io.EOF
			}
			return 0, err
		}
		if t != n.msgType {
			err := violation{StatusUnsupportedData, "unexpected " + t.String() + " message"}
			n.conn.closeHandshake(n.ctx, err.code, err.text)
			n.conn.link.abort()
			return 0, err
		}
		n.reader, n.open = r, true
	}
	m, err := n.reader.Read(n.buf[:])
	if err == io.EOF {
		n.open, err = false, nil
	}
	return m, err
}

// Write implements net.Conn.
func (n *netConn) Write(p []byte) (int, error) {
	if err := n.write.begin(n.closed); err != nil {
		return 0, err
	}
	defer n.write.end()
	if err := n.awaitSent(); err != nil { // the message before, if its deadline has passed
		return 0, err
	}
	n.out = append(n.out[:0], p...) // as sending may outlast this call
	if !n.conn.tasks.start(n.send) {
		return 0, net.ErrClosed
	}
	n.sending = true
	err := n.awaitSent()
	if err != nil && err != os.ErrDeadlineExceeded {
		return 0, err
	}
	return len(p), err
}

func (n *netConn) send() {
	n.sent <- n.conn.Write(n.ctx, n.msgType, n.out)
}

// awaitSent waits until no message is being sent.
func (n *netConn) awaitSent() error {
	if !n.sending {
		return n.writeErr
	}
	select {
	case err := <-n.sent:
		n.sending, n.writeErr = false, err
		if cap(n.out) > readStep {
			n.out = nil
		}
		return err
	case <-n.closed:
		return net.ErrClosed
	case <-n.write.deadline():
		return os.ErrDeadlineExceeded
	}
}

// Close implements net.Conn.
func (n *netConn) Close() error {
	n.closeOnce.Do(func() { close(n.closed) })
	err := n.conn.Close(StatusNormalClosure, "")
	n.read.setDeadline(time.Time{})
	n.write.setDeadline(time.Time{})
	return err
}

// addr is the address of a connection that does not tell its own.
type addr struct{}

func (addr) Network() string { return "websocket" }
func (addr) String() string  { return "websocket/unknown-addr" }

// LocalAddr implements net.Conn.
func (n *netConn) LocalAddr() net.Addr {
	if a := n.conn.LocalAddr(); a != nil {
		return a
	}
	return addr{}
}

// RemoteAddr implements net.Conn.
func (n *netConn) RemoteAddr() net.Addr {
	if a := n.conn.RemoteAddr(); a != nil {
		return a
	}
	return addr{}
}

// SetDeadline implements net.Conn.
func (n *netConn) SetDeadline(t time.Time) error {
	return n.setDeadline(t, &n.read, &n.write)
}

// SetReadDeadline implements net.Conn.
func (n *netConn) SetReadDeadline(t time.Time) error { return n.setDeadline(t, &n.read) }

// SetWriteDeadline implements net.Conn.
func (n *netConn) SetWriteDeadline(t time.Time) error { return n.setDeadline(t, &n.write) }

func (n *netConn) setDeadline(t time.Time, halves ...*half) error {
	select {
	case <-n.closed:
		return net.ErrClosed
	default:
	}
	for _, h := range halves {
		h.setDeadline(t)
	}
	return nil
}
