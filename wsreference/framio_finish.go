//go:build finish && !closure

package wsreference

import (
	"context"
	"net"
)

// prepareRead readies the connection for reading part of a frame under ctx:
// until the read is finished, the end of ctx closes the connection.
func (r *frameReader) prepareRead(ctx context.Context) error {
	select {
	case <-r.link.closed:
		return net.ErrClosed
	default:
	}

	r.link.reading.begin(ctx)

	if closeReceivedErr := r.link.receivedErr(); closeReceivedErr != nil {
		// Nothing may follow a close frame.
		defer r.finishRead(ctx, new(error))
		return closeReceivedErr
	}

	return nil
}

// finishRead ends what prepareRead began. Callers defer it.
func (r *frameReader) finishRead(ctx context.Context, err *error) {
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

// readFrameHeader reads the header of the next frame.
func (r *frameReader) readFrameHeader(ctx context.Context) (h header, err error) {
	err = r.prepareRead(ctx)
	if err != nil {
		return header{}, err
	}
	defer r.finishRead(ctx, &err)

	return r.in.readHeader()
}

// readFramePayload reads what has arrived of the payload of a frame into p,
// at least one byte unless p is empty.
func (r *frameReader) readFramePayload(ctx context.Context, p []byte) (n int, err error) {
	err = r.prepareRead(ctx)
	if err != nil {
		return 0, err
	}
	defer r.finishRead(ctx, &err)

	return r.in.Read(p)
}
