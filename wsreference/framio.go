//go:build !closure && !finish

package wsreference

import (
	"context"
	"net"
)

// readable returns the error that keeps the connection from being read under
// ctx, if there is one.
func (c *Conn) readable(ctx context.Context) error {
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

// readFrameHeader reads the header of the next frame.
func (c *Conn) readFrameHeader(ctx context.Context) (h header, err error) {
	if err := c.readable(ctx); err != nil {
		return header{}, err
	}
	if h, ok, err := bufferedHeader(c.br); ok {
		return h, err // no wait, so no need of a guard
	}
	c.prepareRead(ctx)
	defer c.finishRead(ctx, &err)

	return readHeader(c.br)
}

// readFramePayload reads what has arrived of the payload of a frame into p,
// at least one byte unless p is empty.
func (c *Conn) readFramePayload(ctx context.Context, p []byte) (n int, err error) {
	if err := c.readable(ctx); err != nil {
		return 0, err
	}
	if c.br.Buffered() > 0 {
		return c.br.Read(p) // no wait, so no need of a guard
	}
	c.prepareRead(ctx)
	defer c.finishRead(ctx, &err)

	return c.br.Read(p)
}
