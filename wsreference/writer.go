package wsreference

import (
	"compress/flate"
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"sync/atomic"
	"unsafe"
)

var errWriterClosed = errors.New("the message has been ended")

// ErrWriterOpen is found, by errors.Is, in the error of a call that has waited
// in vain for the MessageWriter of another message to be closed. A goroutine
// that calls Write or Writer while its own MessageWriter is open waits for
// itself, until its context ends.
var ErrWriterOpen = errors.New("a MessageWriter of this connection has not been closed")

// bufferSize is the size in bytes of the largest frame into which a
// MessageWriter gathers small writes.
const bufferSize = 4096

// payloadBuffers holds the buffers in which a MessageWriter gathers a frame.
// They are shared because an idle connection needs none.
var payloadBuffers = sync.Pool{New: func() any { return new([bufferSize]byte) }}

// MessageWriter writes one message piece by piece. Conn.Writer returns it.
//
// It is a small value that implements io.WriteCloser. Converting it to an
// interface allocates 16 bytes, as to call io.Copy; calling its methods
// allocates nothing. It is for one goroutine. Once closed it is of no effect,
// whatever is written to the connection since.
type MessageWriter struct {
	w  *messageWriter
	id uint64
}

// Write writes a piece of the message under the context given to Conn.Writer.
// Small pieces are gathered into frames of up to 4096 bytes.
//
// If that context ends, the message cannot be completed. If part of it has been
// sent, the connection is closed. If nothing has, the connection is left as it
// is, and Close gives up the message.
func (w MessageWriter) Write(p []byte) (int, error) {
	if !w.valid() {
		return 0, fmt.Errorf("wsreference: cannot write the message: %w", errWriterClosed)
	}
	n, err := w.w.write(p)
	if err != nil {
		err = fmt.Errorf("wsreference: cannot write the message: %w", err)
	}
	return n, err
}

// WriteString is Write for a string, which it does not copy. io.WriteString
// calls it.
func (w MessageWriter) WriteString(s string) (int, error) {
	return w.Write(unsafe.Slice(unsafe.StringData(s), len(s))) // Write does not modify it
}

// Close ends the message and lets the next begin. It must be called, also after
// a Write has failed. A second Close returns an error and does nothing.
func (w MessageWriter) Close() error {
	if !w.valid() {
		return fmt.Errorf("wsreference: cannot end the message: %w", errWriterClosed)
	}
	if err := w.w.close(); err != nil {
		return fmt.Errorf("wsreference: cannot end the message: %w", err)
	}
	return nil
}

// valid reports whether the message has not been ended.
func (w MessageWriter) valid() bool { return w.w != nil && w.w.open.Load() == w.id }

// messageWriter writes one message after the other. A message in several
// frames takes the message lock, and owns all fields but open.
type messageWriter struct {
	out     *frameWriter
	deflate compressor

	lock lock          // the message lock; the frame lock may be taken under it
	open atomic.Uint64 // id of the message of a MessageWriter, 0 if none is open
	id   uint64        // of the last one

	ctx    context.Context
	begun  bool   // the first Write has decided about compression
	opcode opcode // of the next frame: opContinuation after the first
	rsv1   bool   // on the next frame

	buf      *[bufferSize]byte
	n        int           // bytes in buf
	deflater *flate.Writer // nil for a message that is not compressed
	err      error         // why the message cannot be completed
}

// acquire takes the message lock.
func (w *messageWriter) acquire(ctx context.Context) error {
	err := w.lock.acquire(ctx, w.out.link.closed)
	if err == nil {
		return nil
	}
	err = w.out.link.cause(ctx, err)
	if e := ctx.Err(); e != nil && errors.Is(err, e) && w.open.Load() != 0 {
		return fmt.Errorf("%w: %w", ErrWriterOpen, err)
	}
	return err
}

// begin starts a message in several frames, under the message lock, and returns
// its writer.
func (w *messageWriter) begin(ctx context.Context, op opcode) (MessageWriter, error) {
	if err := w.acquire(ctx); err != nil {
		return MessageWriter{}, err
	}
	w.start(ctx, op)
	w.id++
	w.open.Store(w.id)
	return MessageWriter{w, w.id}, nil
}

// start prepares for a message. The caller has taken the message lock.
func (w *messageWriter) start(ctx context.Context, op opcode) {
	w.ctx, w.opcode = ctx, op
	w.begun, w.rsv1 = false, false
	w.buf = payloadBuffers.Get().(*[bufferSize]byte)
	w.n = 0
	w.err = nil
}

// whole sends p as one message.
func (w *messageWriter) whole(ctx context.Context, op opcode, p []byte) error {
	if w.deflate.compresses(len(p)) {
		return w.compressed(ctx, op, p)
	}
	return w.single(ctx, header{flags: finBit, opcode: op}, p)
}

// single sends one frame that is a message. The frame lock is enough for that,
// unless another message has the message lock or waits for it: that one is first.
func (w *messageWriter) single(ctx context.Context, h header, p []byte) error {
	if err := w.out.acquire(ctx); err != nil {
		return err
	}
	if w.lock.held() {
		w.out.release()
		if err := w.acquire(ctx); err != nil {
			return err
		}
		defer w.lock.release()
		return w.out.writeFrame(ctx, h, p)
	}
	err := w.out.writeLocked(ctx, h, p)
	w.out.link.writing.endMessage()
	w.out.release()
	return err
}

// prepared sends a message that has been prepared.
func (w *messageWriter) prepared(ctx context.Context, m *PreparedMessage) error {
	if !w.deflate.compresses(len(m.payload)) {
		if w.out.client {
			return w.single(ctx, header{flags: finBit, opcode: m.opcode}, m.payload)
		}
		return w.single(ctx, header{flags: wholeBit}, m.frame)
	}
	packed := m.packed(w.deflate.level)
	h, p := header{flags: wholeBit}, packed.frame
	if w.out.client {
		h, p = header{flags: finBit | rsv1Bit, opcode: m.opcode}, packed.payload
	}
	if !w.deflate.takeover {
		return w.single(ctx, h, p)
	}
	if err := w.acquire(ctx); err != nil {
		return err
	}
	defer w.lock.release()
	w.deflate.forget()
	return w.out.writeFrame(ctx, h, p)
}

// compressed sends p as one compressed message.
func (w *messageWriter) compressed(ctx context.Context, op opcode, p []byte) error {
	if err := w.acquire(ctx); err != nil {
		return err
	}
	w.start(ctx, op)
	if _, err := w.write(p); err != nil {
		w.end()
		return err
	}
	return w.close()
}

func (w *messageWriter) write(p []byte) (int, error) {
	if w.err != nil {
		return 0, w.err
	}
	if !w.begun {
		w.begun = true
		if w.deflate.compresses(len(p)) {
			w.rsv1 = true
			w.deflater = w.deflate.begin((*deflateSink)(w))
		}
	}
	if w.deflater == nil {
		return w.gather(p, 0)
	}
	n, err := w.deflater.Write(p)
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
	if err := w.out.writeFrame(w.ctx, h, p); err != nil {
		w.fail(err)
		return err
	}
	w.opcode, w.rsv1 = opContinuation, false
	return nil
}

// fail notes that the message cannot be completed. If part of it has been
// sent, no other can be sent either, so the connection is closed. A compressor
// that later messages refer to has then taken in what the peer never gets.
func (w *messageWriter) fail(err error) {
	if w.err == nil {
		w.err = err
	}
	if w.opcode == opContinuation {
		w.out.link.abort()
	} else {
		w.deflate.forget()
	}
}

// close ends the message.
func (w *messageWriter) close() error {
	defer w.end()
	if w.err != nil {
		return w.err
	}
	if w.deflater != nil {
		if err := w.deflater.Flush(); err != nil {
			w.fail(err)
			return err
		}
		w.n -= deflateTailSize // gather has kept it
	}
	return w.send(w.buf[:w.n], true)
}

// end gives back what the message has used, and lets the next begin.
func (w *messageWriter) end() {
	w.open.Store(0)
	w.ctx = nil
	payloadBuffers.Put(w.buf)
	w.buf = nil
	if w.deflater != nil {
		w.deflate.end(w.deflater)
		w.deflater = nil
	}
	w.lock.release()
}

// deflateSink receives the output of a message's compressor. It keeps back
// the tail that every flush ends with and that is not sent.
type deflateSink messageWriter

// Write implements io.Writer.
func (s *deflateSink) Write(p []byte) (int, error) {
	return (*messageWriter)(s).gather(p, deflateTailSize)
}

var _ io.StringWriter = MessageWriter{}
