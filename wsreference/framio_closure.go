//go:build closure

package wsreference

import (
	"context"
	"net"
)

// prepareRead readies the connection for reading part of a frame under ctx.
// The returned func must be called when the read is done: it ends the hold
// that ctx has on the connection, and replaces the error of a failed read,
// which err points to, by what made it fail.
func (c *Conn) prepareRead(ctx context.Context, err *error) (func(), error) {
	select {
	case <-c.closed:
		return nil, net.ErrClosed
	default:
	}

	// From here to the call of done, the end of ctx closes the connection.
	c.reading.begin(ctx)

	done := func() {
		c.reading.end()
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

	if closeReceivedErr := c.closeReceivedErr(); closeReceivedErr != nil {
		// Nothing may follow a close frame.
		defer done()
		return nil, closeReceivedErr
	}

	return done, nil
}

// readFrameHeader reads the header of the next frame.
func (c *Conn) readFrameHeader(ctx context.Context) (h header, err error) {
	done, err := c.prepareRead(ctx, &err)
	if err != nil {
		return header{}, err
	}
	defer done()

	return c.in.readHeader()
}

// readFramePayload reads what has arrived of the payload of a frame into p,
// at least one byte unless p is empty.
func (c *Conn) readFramePayload(ctx context.Context, p []byte) (n int, err error) {
	done, err := c.prepareRead(ctx, &err)
	if err != nil {
		return 0, err
	}
	defer done()

	return c.in.Read(p)
}
