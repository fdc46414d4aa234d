package wsreference

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// closeTimeout bounds each close handshake, from either end, with the
	// close_notify of TLS after it.
	closeTimeout = 5 * time.Second

	// notifyTimeout bounds the TLS close_notify of a connection that ends with
	// both close frames exchanged. It is part of closeTimeout.
	notifyTimeout = 500 * time.Millisecond
)

// link is the network connection under a Conn: how it is closed, and why.
// All parts of a Conn share one.
type link struct {
	rwc  io.ReadWriteCloser
	conn net.Conn     // the connection that rwc runs over; nil if unknown
	tcp  *net.TCPConn // rwc, if it is one

	reading guard
	writing guard

	ended    atomic.Bool // closed, or the peer's close frame has arrived
	left     atomic.Bool // this end has called Close or CloseNow
	received atomic.Pointer[CloseError]
	failure  atomic.Pointer[error] // of the network, if that ended the connection

	closed    chan struct{} // closed by abort
	abortOnce sync.Once
	clean     atomic.Bool // both close frames have been exchanged
	closeErr  error       // of rwc.Close, guarded by abortOnce
}

func (l *link) init(rwc io.ReadWriteCloser, conn net.Conn) {
	l.rwc = rwc
	l.conn = conn
	if l.conn == nil {
		l.conn, _ = rwc.(net.Conn)
	}
	l.tcp, _ = rwc.(*net.TCPConn)
	l.closed = make(chan struct{})
	abort := l.abort
	l.reading.init(abort)
	l.writing.init(abort)
}

// abort closes the network connection, which makes every call under way
// fail. It waits for none of them.
func (l *link) abort() {
	l.abortOnce.Do(func() {
		l.ended.Store(true)
		close(l.closed)
		l.closeErr = l.shut()
		l.reading.release()
		l.writing.release()
	})
}

// shut closes the network connection in bounded time. The Close method of a
// tls.Conn first sends a close_notify, and waits up to 5 seconds for a peer
// that does not read. After an exchange of close frames that alert adds
// nothing, so it gets a short time; without one it is left out.
func (l *link) shut() error {
	secure, ok := l.conn.(*tls.Conn)
	switch {
	case !ok:
		return l.rwc.Close()
	case l.clean.Load():
		timer := time.AfterFunc(notifyTimeout, func() { secure.NetConn().Close() })
		defer timer.Stop()
		secure.Close()
		return nil // the close frames have said all there is to say
	default:
		return secure.NetConn().Close()
	}
}

// fail closes the connection because of a network error. If it is closed
// already, the error is a consequence, and not kept.
func (l *link) fail(err error) {
	select {
	case <-l.closed:
	default:
		l.failure.CompareAndSwap(nil, &err)
		l.abort()
	}
}

// receivedErr returns the CloseError of the close frame that has arrived, or
// nil.
func (l *link) receivedErr() error {
	if e := l.received.Load(); e != nil {
		return *e
	}
	return nil
}

// leftErr returns the error of calls after this end's Close or CloseNow, or
// nil before.
func (l *link) leftErr() error {
	if l.left.Load() {
		return closedError{here: true, reason: l.receivedErr()}
	}
	return nil
}

// report returns the error to report for err, which an earlier call has found.
func (l *link) report(err error) error {
	if e := l.leftErr(); e != nil {
		return e
	}
	return err
}

// cause returns the reason to report for err, with which an operation under
// ctx has failed: a close frame, the end of ctx, or what closed the
// connection, rather than what the network said afterwards.
func (l *link) cause(ctx context.Context, err error) error {
	if e := l.receivedErr(); e != nil {
		if l.left.Load() {
			return closedError{here: true, reason: e}
		}
		return e
	}
	if e := ctx.Err(); e != nil {
		return e
	}
	select {
	case <-l.closed:
	default:
		return err
	}
	if e := l.leftErr(); e != nil {
		return e
	}
	if e := l.failure.Load(); e != nil {
		return closedError{reason: *e}
	}
	if errors.Is(err, net.ErrClosed) {
		return err
	}
	return net.ErrClosed
}

// closedError is the error of a call that finds the connection closed. It
// wraps net.ErrClosed and the reason.
type closedError struct {
	here   bool  // this end has called Close or CloseNow
	reason error // the peer's close frame or the network error, or nil
}

func (e closedError) Error() string {
	text := "the connection is closed"
	if e.here {
		text = "this end has closed the connection"
	}
	if c, ok := e.reason.(CloseError); ok {
		return text + ": the peer's close frame has " + c.fields()
	}
	if e.reason != nil {
		return text + ": " + e.reason.Error()
	}
	return text
}

// Unwrap makes errors.Is find net.ErrClosed, and CloseStatus the code.
func (e closedError) Unwrap() []error {
	if e.reason == nil {
		return []error{net.ErrClosed}
	}
	return []error{net.ErrClosed, e.reason}
}
