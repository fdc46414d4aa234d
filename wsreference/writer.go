package wsreference

import (
	"compress/flate"
	"context"
	"fmt"
	"sync"
)

// payloadBuffers holds the buffers in which a Writer gathers a frame. They
// are shared because an idle connection needs none.
var payloadBuffers = sync.Pool{New: func() any { return new([bufferSize]byte) }}

// messageWriter writes one message after the other in frames. The holder of
// the message lock owns it.
type messageWriter struct {
	conn   *Conn
	ctx    context.Context
	active bool
	begun  bool   // the first Write has decided about compression
	opcode opcode // of the next frame: opContinuation after the first
	rsv1   bool   // on the next frame

	buf     *[bufferSize]byte
	n       int           // bytes in buf
	deflate *flate.Writer // nil for a message that is not compressed
	err     error         // why the message cannot be completed
}

// begin starts a message. The caller has taken the message lock.
func (w *messageWriter) begin(ctx context.Context, op opcode) {
	w.ctx, w.opcode = ctx, op
	w.active, w.begun, w.rsv1 = true, false, false
	w.buf = payloadBuffers.Get().(*[bufferSize]byte)
	w.n = 0
	w.err = nil
}

// Write implements io.Writer for the user of Conn.Writer.
func (w *messageWriter) Write(p []byte) (int, error) {
	n, err := w.write(p)
	if err != nil {
		err = fmt.Errorf("wsreference: cannot write the message: %w", err)
	}
	return n, err
}

// Close implements io.Closer for the user of Conn.Writer.
func (w *messageWriter) Close() error {
	if err := w.close(); err != nil {
		return fmt.Errorf("wsreference: cannot end the message: %w", err)
	}
	return nil
}

func (w *messageWriter) write(p []byte) (int, error) {
	if !w.active {
		return 0, errWriterClosed
	}
	if w.err != nil {
		return 0, w.err
	}
	if !w.begun {
		w.begun = true
		if w.conn.compresses(len(p)) {
			w.rsv1 = true
			w.deflate = w.conn.deflate.writer(w)
		}
	}
	if w.deflate == nil {
		return w.gather(p, 0)
	}
	n, err := w.deflate.Write(p)
	if err != nil {
		w.fail(err)
	}
	return n, err
}

// gather puts p behind what is in the buffer, and sends what does not fit as
// frames. The last keep bytes of the message so far stay in the buffer.
func (w *messageWriter) gather(p []byte, keep int) (int, error) {
	total := len(p)
	for w.n+len(p) > len(w.buf) {
		if w.n == 0 && keep == 0 {
			// Nothing to gather: no need to copy.
			if err := w.send(p, false); err != nil {
				return 0, err
			}
			return total, nil
		}
		n := copy(w.buf[w.n:], p)
		w.n, p = w.n+n, p[n:]
		if err := w.send(w.buf[:w.n-keep], false); err != nil {
			return 0, err
		}
		w.n = copy(w.buf[:], w.buf[w.n-keep:w.n])
	}
	w.n += copy(w.buf[w.n:], p)
	return total, nil
}

// send sends p as the next frame of the message.
func (w *messageWriter) send(p []byte, fin bool) error {
	h := header{opcode: w.opcode}
	if fin {
		h.flags |= finBit
	}
	if w.rsv1 {
		h.flags |= rsv1Bit
	}
	err := w.conn.writeFrame(w.ctx, h, p)
	if err != nil {
		w.fail(err)
		return err
	}
	w.opcode, w.rsv1 = opContinuation, false
	return nil
}

// fail notes that the message cannot be completed. Nor can another be sent
// then, so the connection is of no more use.
func (w *messageWriter) fail(err error) {
	if w.err == nil {
		w.err = err
	}
	w.conn.abort()
}

func (w *messageWriter) close() error {
	if !w.active {
		return errWriterClosed
	}
	defer w.end()
	if w.err != nil {
		return w.err
	}
	if w.deflate != nil {
		if err := w.deflate.Flush(); err != nil {
			w.fail(err)
			return err
		}
		w.n -= deflateTailSize // gather has kept it
	}
	return w.send(w.buf[:w.n], true)
}

// end gives back what the message has used, and lets the next begin.
func (w *messageWriter) end() {
	w.active = false
	w.ctx = nil
	payloadBuffers.Put(w.buf)
	w.buf = nil
	if w.deflate != nil {
		w.conn.deflate.freeWriter(w.deflate)
		w.deflate = nil
	}
	w.conn.messageLock.release()
}

// deflateSink receives the output of a message's compressor. It keeps back
// the tail that every flush ends with and that is not sent.
type deflateSink messageWriter

func (s *deflateSink) Write(p []byte) (int, error) {
	return (*messageWriter)(s).gather(p, deflateTailSize)
}
