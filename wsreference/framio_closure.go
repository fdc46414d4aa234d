//go:build closure

package wsreference

import (
	"context"
	"net"
)

// prepareRead readies the connection for reading part of a frame under ctx:
// until the read is finished, the end of ctx closes the connection.
func (r *frameReader) prepareRead(ctx context.Context, err *error) (func(), error) {
	select {
	case <-r.link.closed:
		return nil, net.ErrClosed
	default:
	}

	r.link.reading.begin(ctx)

	done := func() {
		r.link.reading.end()
		if *err == nil {
			return
		}
		// Report why the read failed, not what the network said then.
		select {
		case <-r.link.closed:
			*err = net.ErrClosed
		default:
		}
		if ctx.Err() != nil {
			// The end of ctx closed the connection, not the reverse.
			*err = ctx.Err()
		}
	}

	if closeReceivedErr := r.link.receivedErr(); closeReceivedErr != nil {
		// Nothing may follow a close frame.
		defer done()
		return nil, closeReceivedErr
	}

	return done, nil
}

// readFrameHeader reads the header of the next frame.
func (r *frameReader) readFrameHeader(ctx context.Context) (h header, err error) {
	done, err := r.prepareRead(ctx, &err)
	if err != nil {
		return header{}, err
	}
	defer done()

	return r.in.readHeader()
}

// readFramePayload reads what has arrived of the payload of a frame into p,
// at least one byte unless p is empty.
func (r *frameReader) readFramePayload(ctx context.Context, p []byte) (n int, err error) {
	done, err := r.prepareRead(ctx, &err)
	if err != nil {
		return 0, err
	}
	defer done()

	return r.in.Read(p)
}
