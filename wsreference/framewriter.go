package wsreference

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"encoding/binary"
	"fmt"
	"net"
	"sync"
)

var errCloseSent = fmt.Errorf("a close frame has been sent: %w", net.ErrClosed)

// frameWriter sends frames to the peer, one at a time. Each is under a context.
type frameWriter struct {
	link   *link
	tasks  *tasks
	client bool
	copies bool // large frames, too, are put together in a buffer

	pongs pongQueue

	lock      lock        // guards what follows
	keys      *keySource  // of a client
	pieces    [2][]byte   // of a large frame
	vector    net.Buffers // pieces, while they are written to TCP
	closeSent bool
	tiny      [maxHeaderSize + tinyFrame]byte
}

func (w *frameWriter) init(l *link, s *tasks, client bool) {
	w.link, w.tasks, w.client = l, s, client
	_, secure := l.conn.(*tls.Conn) // each write makes a record of its own
	w.copies = client || secure
	if client {
		w.keys = new(keySource)
	}
}

// keySource yields masking keys, unpredictable to the peer and to the
// application (RFC 6455, section 10.3), from the system's random numbers.
type keySource struct {
	buf [64]byte
	n   int // bytes at the end of buf not used yet
}

func (s *keySource) next() uint32 {
	if s.n == 0 {
		rand.Read(s.buf[:]) // never fails
		s.n = len(s.buf)
	}
	key := binary.LittleEndian.Uint32(s.buf[len(s.buf)-s.n:])
	s.n -= 4
	return key
}

// acquire takes the frame lock. Its errors are ready to be reported.
func (w *frameWriter) acquire(ctx context.Context) error {
	if err := w.lock.acquire(ctx, w.link.closed); err != nil {
		return w.link.cause(ctx, err)
	}
	return nil
}

// release releases the frame lock. Pongs that became due meanwhile are sent by
// another goroutine.
func (w *frameWriter) release() {
	w.lock.release()
	if w.pongs.owed.Load() {
		w.answerPings()
	}
}

// writeFrame sends one frame.
func (w *frameWriter) writeFrame(ctx context.Context, h header, p []byte) error {
	if err := w.acquire(ctx); err != nil {
		return err
	}
	err := w.writeLocked(ctx, h, p)
	if !h.opcode.control() && (h.fin() || h.flags&wholeBit != 0) {
		w.link.writing.endMessage()
	}
	w.release()
	return err
}

// writeLocked sends one frame with header h and payload p, after any pongs that
// are owed. It sets the length and the mask of the header. If ctx has ended
// before, it sends nothing and leaves the connection as it is. The caller holds
// the frame lock.
func (w *frameWriter) writeLocked(ctx context.Context, h header, p []byte) error {
	if w.closeSent {
		return w.link.cause(ctx, errCloseSent)
	}
	if w.pongs.owed.Load() {
		// Pongs first, so that they do not wait for one message after another.
		if err := w.sendPongs(ctx); err != nil {
			return err
		}
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	return w.send(ctx, h, p)
}

// send sends one frame. If ctx ends, it closes the connection. The caller
// holds the frame lock.
func (w *frameWriter) send(ctx context.Context, h header, p []byte) error {
	w.link.writing.begin(ctx)
	err := w.emit(h, p)
	if cut := w.link.writing.end(); cut && err == nil {
		err = ctx.Err()
	}
	if err != nil {
		return w.failed(ctx, err)
	}
	return nil
}

// failed closes the connection after a write has failed with err, and returns
// the error to report.
func (w *frameWriter) failed(ctx context.Context, err error) error {
	reason := w.link.cause(ctx, err)
	if ctx.Err() == nil {
		w.link.fail(err)
	}
	w.link.abort()
	return reason
}

// The payload sizes in bytes for which there are buffers.
const (
	tinyFrame   = 512 // in the frameWriter itself
	smallFrame  = 4 << 10
	mediumFrame = 16 << 10
	largeFrame  = 64 << 10
)

// These pools hold the buffers in which frames are put together. They are
// shared because a connection needs one for the time of a write only. Each
// buffer has room for a payload of its size and for the header.
var (
	smallBuffers  = sync.Pool{New: func() any { return new([maxHeaderSize + smallFrame]byte) }}
	mediumBuffers = sync.Pool{New: func() any { return new([maxHeaderSize + mediumFrame]byte) }}
	largeBuffers  = sync.Pool{New: func() any { return new([maxHeaderSize + largeFrame]byte) }}
)

// emit writes one frame to the network. A payload of at most 64 KiB takes one
// write call. The caller holds the frame lock.
func (w *frameWriter) emit(h header, p []byte) error {
	if h.flags&wholeBit != 0 {
		_, err := w.link.rwc.Write(p)
		return err
	}
	h.length = int64(len(p))
	if w.client {
		h.flags |= maskedBit
		h.key = w.keys.next()
	}
	switch {
	case len(p) <= tinyFrame:
		return w.copyOut(w.tiny[:0], h, p)
	case len(p) <= smallFrame:
		b := smallBuffers.Get().(*[maxHeaderSize + smallFrame]byte)
		err := w.copyOut(b[:0], h, p)
		smallBuffers.Put(b)
		return err
	case !w.copies:
		b := smallBuffers.Get().(*[maxHeaderSize + smallFrame]byte)
		err := w.writePieces(appendHeader(b[:0], h), p)
		smallBuffers.Put(b)
		return err
	case len(p) <= mediumFrame:
		b := mediumBuffers.Get().(*[maxHeaderSize + mediumFrame]byte)
		err := w.copyOut(b[:0], h, p)
		mediumBuffers.Put(b)
		return err
	default:
		b := largeBuffers.Get().(*[maxHeaderSize + largeFrame]byte)
		err := w.copyOut(b[:0], h, p)
		largeBuffers.Put(b)
		return err
	}
}

// copyOut writes a frame through the buffer b, masked if h says so.
func (w *frameWriter) copyOut(b []byte, h header, p []byte) error {
	b = appendHeader(b, h)
	key := h.key
	for {
		n := min(len(p), cap(b)-len(b))
		chunk := b[len(b) : len(b)+n]
		if h.masked() {
			key = mask(chunk, p[:n], key)
		} else {
			copy(chunk, p)
		}
		if _, err := w.link.rwc.Write(b[:len(b)+n]); err != nil {
			return err
		}
		if p = p[n:]; len(p) == 0 {
			return nil
		}
		b = b[:0]
	}
}

// writePieces writes a header and its payload, which takes one system call on
// a TCP connection.
func (w *frameWriter) writePieces(head, p []byte) error {
	if w.link.tcp != nil {
		w.pieces = [2][]byte{head, p}
		w.vector = w.pieces[:]
		_, err := w.vector.WriteTo(w.link.tcp)
		w.pieces = [2][]byte{}
		return err
	}
	if _, err := w.link.rwc.Write(head); err != nil {
		return err
	}
	_, err := w.link.rwc.Write(p)
	return err
}

// writeClose sends a close frame with payload p, after which nothing can be
// sent any more.
func (w *frameWriter) writeClose(ctx context.Context, p []byte) error {
	if err := w.acquire(ctx); err != nil {
		return err
	}
	defer w.release()
	if w.closeSent {
		return errCloseSent
	}
	err := w.writeLocked(ctx, header{flags: finBit, opcode: opClose}, p)
	w.closeSent = true
	return err
}

// answerPings starts a goroutine that sends the pongs that are owed. If another
// goroutine holds the frame lock, it does nothing, since that one calls
// answerPings when it has released the lock. The caller must not hold the lock.
//
// It does not wait until the pongs are sent. A reader that waited for that would
// not read meanwhile, and two ends that wait for each other to read would wait
// for ever.
func (w *frameWriter) answerPings() {
	if w.pongs.owed.Load() && w.lock.tryAcquire() && !w.tasks.start(w.pongWriter) {
		w.lock.release()
	}
}

// pongWriter sends the pongs that are owed, and releases the frame lock,
// which the caller has taken for it.
func (w *frameWriter) pongWriter() {
	w.sendPongs(context.Background()) // an error closes the connection
	w.release()
}

// sendPongs sends the pongs that are owed. None is owed any more if nothing
// can be sent. The caller holds the frame lock.
func (w *frameWriter) sendPongs(ctx context.Context) error {
	var b [maxControlPayload]byte
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		p, ok := w.pongs.take(b[:0])
		if !ok {
			return nil
		}
		err := errCloseSent
		if !w.closeSent {
			err = w.send(ctx, header{flags: finBit, opcode: opPong}, p)
		}
		if err != nil {
			w.pongs.clear()
			return err
		}
		w.pongs.sent()
	}
}
