package wsreference

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
)

// Close performs the closing handshake (RFC 6455, section 7): it sends a close
// frame with code and reason, waits for the peer's, and closes the network
// connection. Data that arrives meanwhile is discarded. It takes at most
// 5 seconds, whatever the peer does, and afterwards no goroutine of the
// Conn is left.
//
// It returns nil when both close frames have been exchanged, whichever end
// began. The reason has at most 123 bytes of valid UTF-8. The code is one that
// may be sent, or StatusNoStatusRcvd for a frame without one; for any other
// the peer is told StatusInternalError, and an error returned.
func (c *Conn) Close(code StatusCode, reason string) error {
	err := c.closeHandshake(context.Background(), code, reason)
	c.CloseNow()
	if err != nil {
		return fmt.Errorf("wsreference: cannot close the connection cleanly: %w", err)
	}
	return nil
}

// CloseNow closes the network connection without a closing handshake. It is
// always safe to call, and does nothing after Close, so that it can be
// deferred. Afterwards no goroutine of the Conn is left.
func (c *Conn) CloseNow() error {
	c.abort()
	c.spawned.wait()
	return c.abortErr
}

// closeHandshake is Close without its end.
func (c *Conn) closeHandshake(ctx context.Context, code StatusCode, reason string) error {
	ctx, cancel := context.WithTimeout(ctx, closeTimeout)
	defer cancel()
	p, badArg := appendClose(nil, code, reason)
	if badArg != nil {
		p, _ = appendClose(nil, StatusInternalError, "")
	}
	err := c.sendClose(ctx, p)
	if err == nil || errors.Is(err, errCloseSent) {
		err = c.awaitClose(ctx)
	}
	switch {
	case badArg != nil:
		return badArg
	case c.received.Load() != nil:
		return nil
	}
	return err
}

// sendClose sends a close frame with payload p, after which nothing can be
// sent any more.
func (c *Conn) sendClose(ctx context.Context, p []byte) error {
	if err := c.frameLock.acquire(ctx, c.closed); err != nil {
		return c.cause(ctx, err)
	}
	defer c.frameLock.release()
	if c.closeSent {
		return errCloseSent
	}
	err := c.writeLocked(ctx, header{flags: finBit, opcode: opClose}, p)
	c.closeSent = true
	return err
}

// awaitClose discards what the peer sends up to its close frame. Each read is
// under ctx, so that a peer that stops in the middle of a frame is not waited
// for longer than one that sends nothing.
func (c *Conn) awaitClose(ctx context.Context) error {
	if err := c.readLock.acquire(ctx, c.closed); err != nil {
		return c.cause(ctx, err)
	}
	defer c.readLock.release()
	if c.received.Load() != nil {
		return nil
	}
	left := c.msg.left // of a frame that the application has not read to its end
	var scratch [512]byte
	for {
		for left > 0 {
			n, err := c.readFramePayload(ctx, scratch[:min(left, int64(len(scratch)))])
			if err != nil {
				return c.readFailed(ctx, err)
			}
			left -= int64(n)
		}
		h, err := c.readFrameHeader(ctx)
		if err == nil {
			err = c.checkHeader(h)
		}
		if err == nil && h.opcode == opClose {
			var p []byte
			if p, err = c.readControlPayload(ctx, h); err == nil {
				err = c.handleClose(ctx, p)
			}
		}
		if err != nil {
			return c.readFailed(ctx, err)
		}
		left = h.length
	}
}

// handleClose acts on a close frame with payload p: it answers with the same
// code, if this end has sent no close frame yet, and closes the network
// connection. It returns the CloseError.
func (c *Conn) handleClose(ctx context.Context, p []byte) error {
	e, err := parseClose(p)
	if err != nil {
		return err
	}
	c.received.Store(&e)
	c.ended.Store(true)
	ctx, cancel := context.WithTimeout(ctx, closeTimeout)
	defer cancel()
	answer, err := appendClose(nil, e.Code, "")
	if err != nil {
		return err
	}
	c.sendClose(ctx, answer) // the peer may be gone already
	c.abort()
	return e
}

// fail fails the connection because of v (RFC 6455, section 7.1.7): it sends
// a close frame, then swallows for a short time what the peer sends, since
// closing a TCP connection with unread data resets it, and a reset can
// overtake the close frame. The caller holds the read lock.
func (c *Conn) fail(ctx context.Context, v violation) {
	defer c.abort()
	ctx, cancel := context.WithTimeout(ctx, closeTimeout)
	defer cancel()
	p, err := appendClose(nil, v.code, v.text)
	if err != nil || c.sendClose(ctx, p) != nil {
		return
	}
	half, ok := c.rwc.(interface{ CloseWrite() error })
	if !ok || half.CloseWrite() != nil {
		return
	}
	ctx, cancel = context.WithTimeout(ctx, lingerTimeout)
	defer cancel()
	stop := context.AfterFunc(ctx, c.abort)
	defer stop()
	io.Copy(io.Discard, &c.in)
}

// closeReader is the state of Conn.CloseRead.
type closeReader struct {
	once sync.Once
	ctx  context.Context
}

// CloseRead reads in the background, for a program that only writes, so that
// pings, pongs and close frames are seen to. The context that it returns,
// made from ctx, ends when the connection does. A data message makes it close
// the connection with StatusPolicyViolation. Nothing else may read any more;
// later calls return the context of the first.
func (c *Conn) CloseRead(ctx context.Context) context.Context {
	c.closeRead.once.Do(func() {
		ctx, cancel := context.WithCancel(ctx)
		c.closeRead.ctx = ctx
		started := c.spawn(func() {
			defer cancel()
			defer c.abort()
			if _, err := c.open(ctx); err == nil {
				c.readLock.release()
				c.closeHandshake(ctx, StatusPolicyViolation, "unexpected data message")
			}
		})
		if !started {
			cancel()
		}
	})
	return c.closeRead.ctx
}
