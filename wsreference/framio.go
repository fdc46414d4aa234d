//go:build !closure && !finish

package wsreference

import (
	"context"
	"net"
)

// unreadable returns the error that keeps the connection from being read under
// ctx, if there is one.
func (r *frameReader) unreadable(ctx context.Context) error {
	if r.link.ended.Load() {
		// Nothing may follow a close frame.
		if closeReceivedErr := r.link.receivedErr(); closeReceivedErr != nil {
			return closeReceivedErr
		}
		return net.ErrClosed
	}
	return ctx.Err()
}

// prepareRead readies the connection for a read that may wait. From here to
// the call of finishRead, the end of ctx closes the connection.
func (r *frameReader) prepareRead(ctx context.Context) {
	r.link.reading.begin(ctx)
}

// finishRead ends a read that prepareRead began. It replaces the error of a
// failed read by the reason. A read that succeeded although ctx has closed the
// connection meanwhile counts as failed.
func (r *frameReader) finishRead(ctx context.Context, err *error) {
	if cut := r.link.reading.end(); cut {
		*err = ctx.Err()
		return
	}
	if *err == nil {
		return
	}
	if r.link.ended.Load() {
		*err = net.ErrClosed
	}
	if ctx.Err() != nil {
		// The end of ctx closed the connection, not the reverse.
		*err = ctx.Err()
	}
}

// readFrameHeader reads the header of the next frame. One that is there needs
// no wait, and so no guard.
func (r *frameReader) readFrameHeader(ctx context.Context) (header, error) {
	if r.link.ended.Load() {
		return header{}, r.unreadable(ctx)
	}
	h, err := r.in.header()
	if err == errShortHeader {
		return r.waitFrameHeader(ctx)
	}
	return h, err
}

func (r *frameReader) waitFrameHeader(ctx context.Context) (h header, err error) {
	if err := ctx.Err(); err != nil {
		return header{}, err
	}
	r.prepareRead(ctx)
	defer r.finishRead(ctx, &err)

	return r.in.readHeader()
}

// readFramePayload reads what has arrived of the payload of a frame into p,
// at least one byte unless p is empty. Bytes that are there need no wait, and
// so no guard.
func (r *frameReader) readFramePayload(ctx context.Context, p []byte) (int, error) {
	if r.link.ended.Load() || ctx.Err() != nil {
		return 0, r.unreadable(ctx)
	}
	if n := r.in.take(p); n > 0 {
		return n, nil
	}
	return r.waitFramePayload(ctx, p)
}

func (r *frameReader) waitFramePayload(ctx context.Context, p []byte) (n int, err error) {
	r.prepareRead(ctx)
	defer r.finishRead(ctx, &err)

	return r.in.Read(p)
}
