//go:build !closure && !finish

package wsreference

import (
	"context"
	"net"
)

// prepareRead readies the connection for reading part of a frame under ctx.
// Unless it fails, finishRead must be called when the read is done.
func (c *Conn) prepareRead(ctx context.Context) error {
	select {
	case <-c.closed:
		return net.ErrClosed
	default:
	}
	if closeReceivedErr := c.closeReceivedErr(); closeReceivedErr != nil {
		// Nothing may follow a close frame.
		return closeReceivedErr
	}

	// From here to finishRead, the end of ctx closes the connection.
	c.reading.begin(ctx)
	return nil
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
	select {
	case <-c.closed:
		*err = net.ErrClosed
	default:
	}
	if ctx.Err() != nil {
		// A closed connection is the consequence, not the cause.
		*err = ctx.Err()
	}
}

// readFrameHeader reads the header of the next frame.
func (c *Conn) readFrameHeader(ctx context.Context) (h header, err error) {
	err = c.prepareRead(ctx)
	if err != nil {
		return header{}, err
	}
	defer c.finishRead(ctx, &err)

	return readHeader(c.br)
}

// readFramePayload reads what has arrived of the payload of a frame into p,
// at least one byte unless p is empty.
func (c *Conn) readFramePayload(ctx context.Context, p []byte) (n int, err error) {
	err = c.prepareRead(ctx)
	if err != nil {
		return 0, err
	}
	defer c.finishRead(ctx, &err)

	return c.br.Read(p)
}
