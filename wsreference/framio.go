//go:build !closure && !finish

package wsreference

import (
	"context"
	"net"
)

// unreadable returns the error that keeps the connection from being read under
// ctx, if there is one.
func (c *Conn) unreadable(ctx context.Context) error {
	if c.ended.Load() {
		// Nothing may follow a close frame.
		if closeReceivedErr := c.closeReceivedErr(); closeReceivedErr != nil {
			return closeReceivedErr
		}
		return net.ErrClosed
	}
	return ctx.Err()
}

// prepareRead readies the connection for a read that may wait. From here to
// the call of finishRead, the end of ctx closes the connection.
func (c *Conn) prepareRead(ctx context.Context) {
	c.reading.begin(ctx)
}

// finishRead ends the hold that ctx has on the connection, and replaces the
// error of a failed read by what made it fail. A read that succeeded although
// ctx has closed the connection meanwhile counts as failed.
func (c *Conn) finishRead(ctx context.Context, err *error) {
	if cut := c.reading.end(); cut {
		*err = ctx.Err()
		return
	}
	if *err == nil {
		return
	}
	if c.ended.Load() {
		*err = net.ErrClosed
	}
	if ctx.Err() != nil {
		// A closed connection is the consequence, not the cause.
		*err = ctx.Err()
	}
}

// readFrameHeader reads the header of the next frame. One that is there needs
// no wait, and so no guard.
func (c *Conn) readFrameHeader(ctx context.Context) (header, error) {
	if c.ended.Load() {
		return header{}, c.unreadable(ctx)
	}
	h, err := c.in.header()
	if err == errShortHeader {
		return c.waitFrameHeader(ctx)
	}
	return h, err
}

func (c *Conn) waitFrameHeader(ctx context.Context) (h header, err error) {
	if err := ctx.Err(); err != nil {
		return header{}, err
	}
	c.prepareRead(ctx)
	defer c.finishRead(ctx, &err)

	return c.in.readHeader()
}

// readFramePayload reads what has arrived of the payload of a frame into p,
// at least one byte unless p is empty. Bytes that are there need no wait, and
// so no guard.
func (c *Conn) readFramePayload(ctx context.Context, p []byte) (int, error) {
	if c.ended.Load() || ctx.Err() != nil {
		return 0, c.unreadable(ctx)
	}
	if n := c.in.take(p); n > 0 {
		return n, nil
	}
	return c.waitFramePayload(ctx, p)
}

func (c *Conn) waitFramePayload(ctx context.Context, p []byte) (n int, err error) {
	c.prepareRead(ctx)
	defer c.finishRead(ctx, &err)

	return c.in.Read(p)
}
