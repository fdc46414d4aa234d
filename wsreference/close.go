package wsreference

import (
	"context"
	"errors"
	"fmt"
)

// Close performs the closing handshake (RFC 6455, section 7): it sends a close
// frame with code and reason, waits for the peer's, and closes the network
// connection. Data that arrives meanwhile is discarded. It takes at most
// 5 seconds, whatever the peer does, also over TLS, and afterwards no goroutine
// of the Conn is left.
//
// It returns nil when both close frames have been exchanged, whichever end
// began. The reason has at most 123 bytes of valid UTF-8. The code is one that
// may be sent, or StatusNoStatusRcvd for a frame without one; for any other
// the peer is told StatusInternalError, and an error returned.
func (c *Conn) Close(code StatusCode, reason string) error {
	c.link.left.Store(true)
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
	c.link.left.Store(true)
	c.link.abort()
	c.tasks.wait()
	return c.link.closeErr
}

// closeHandshake is Close without its end.
func (c *Conn) closeHandshake(ctx context.Context, code StatusCode, reason string) error {
	ctx, cancel := context.WithTimeout(ctx, closeTimeout-notifyTimeout)
	defer cancel()
	p, badArg := appendClose(nil, code, reason)
	if badArg != nil {
		p, _ = appendClose(nil, StatusInternalError, "")
	}
	err := c.out.writeClose(ctx, p)
	if err == nil || errors.Is(err, errCloseSent) {
		err = c.incoming.awaitClose(ctx)
	}
	switch {
	case badArg != nil:
		return badArg
	case c.link.received.Load() != nil:
		return nil
	}
	return err
}

// CloseRead reads in the background, for a program that only writes, so that
// pings, pongs and close frames are seen to. Nothing else may read any more. A
// data message makes it close the connection with StatusPolicyViolation, as
// does a message that has not been read to its end before.
//
// The context that it returns, made from ctx, ends when the connection does.
// The end of ctx closes the connection, also if ctx has ended before. Later
// calls return the context of the first.
func (c *Conn) CloseRead(ctx context.Context) context.Context {
	c.closeReadOnce.Do(func() {
		ctx, cancel := context.WithCancel(ctx)
		c.closeReadCtx = ctx
		started := c.tasks.start(func() {
			defer cancel()
			defer c.link.abort()
			switch _, _, err := c.incoming.begin(ctx); err {
			case nil:
				c.closeHandshake(ctx, StatusPolicyViolation, "unexpected data message")
			case errMessageOpen:
				c.closeHandshake(ctx, StatusPolicyViolation, "message not read to its end")
			}
		})
		if !started {
			cancel()
		}
	})
	return c.closeReadCtx
}
