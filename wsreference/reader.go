package wsreference

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync/atomic"
)

const (
	// readStep is how many bytes Read allocates on the word of a frame
	// header. For more, as much must have arrived.
	readStep = 64 << 10

	// maxEmptyFrames is how many empty frames in a row a message may have.
	// They count nothing against the read limit.
	maxEmptyFrames = 1000
)

var (
	// errMessageOpen is the error of asking for a message before the end of the
	// one before. The connection is none the worse for it.
	errMessageOpen = errors.New("the message before has not been read to its end")

	// errUnwound is the error of reads after one that did not return.
	errUnwound = errors.New("a callback has panicked or ended its goroutine during a read")

	errTooBig = violation{StatusMessageTooBig, ErrMessageTooBig.Error()}
)

// MessageReader reads the payload of one message. Conn.Reader returns it.
//
// It is a small value that implements io.Reader. Converting it to an interface
// allocates 16 bytes, as to call io.Copy; calling its Read method allocates
// nothing. It is of no use to later messages: Read returns io.EOF once the
// message has been read to its end, whatever has been read since.
type MessageReader struct {
	m  *messageReader
	id uint64
}

// Read reads payload of the message under the context given to Conn.Reader. It
// returns io.EOF at the end of the message, perhaps together with the last
// bytes. Any other error means that the connection is closed, also that of a
// context that has ended before: the rest of the message could never be read.
func (r MessageReader) Read(p []byte) (int, error) {
	if r.m == nil {
		return 0, io.EOF
	}
	n, err := r.m.readMessage(r.id, p)
	if err != nil && err != io.EOF {
		err = fmt.Errorf("wsreference: cannot read the message: %w", err)
	}
	return n, err
}

// messageReader reads the payload of one message after the other.
type messageReader struct {
	src       *dataReader
	checkUTF8 bool
	takeover  bool         // compressed messages may refer to earlier ones
	limitSet  atomic.Int64 // of the messages to come

	lock   lock // guards what follows
	err    error
	id     uint64 // of the message, or of the last one
	ctx    context.Context
	active bool // a message has begun and its end has not been reached

	check bool // the message is text to be validated
	flags byte // of the frame
	key   uint32
	left  int64 // bytes of the frame still to come
	limit int64 // bytes that the message may still bring, -1 for any number
	empty int   // empty frames in a row

	text     textCheck
	inflater *inflater // nil if the message is not compressed
	window   window    // what the next message may refer to, with takeover
}

// acquire takes the read lock.
func (m *messageReader) acquire(ctx context.Context) error {
	if err := m.lock.acquire(ctx, m.src.link.closed); err != nil {
		return m.src.link.cause(ctx, err)
	}
	return nil
}

// unwound closes the connection and releases the read lock. It is called when a
// callback has panicked or ended its goroutine, so that the read that called it
// does not return either.
func (m *messageReader) unwound() {
	m.inflater = nil // do not use it again
	m.active = false
	m.err = errUnwound
	m.src.link.abort()
	m.lock.release()
}

// begin waits for the start of a message, and returns its reader.
func (m *messageReader) begin(ctx context.Context) (MessageType, MessageReader, error) {
	if err := m.acquire(ctx); err != nil {
		return 0, MessageReader{}, err
	}
	t, err := m.open(ctx)
	id := m.id
	m.lock.release()
	return t, MessageReader{m, id}, err
}

// whole reads a message, into b if there is room.
func (m *messageReader) whole(ctx context.Context, b []byte) (MessageType, []byte, error) {
	if err := m.acquire(ctx); err != nil {
		return 0, nil, err
	}
	t, err := m.open(ctx)
	if err == nil {
		b, err = m.readAll(b)
	}
	m.lock.release()
	return t, b, err
}

// awaitClose discards what the peer sends up to its close frame. It is called
// when this end has sent one.
func (m *messageReader) awaitClose(ctx context.Context) error {
	if err := m.acquire(ctx); err != nil {
		return err
	}
	defer m.lock.release()
	if m.src.link.received.Load() != nil {
		return nil
	}
	left := int64(0) // of a frame that has not been read to its end
	if m.active {
		left = m.left
	}
	return m.failed(ctx, m.src.awaitClose(ctx, left))
}

// open waits for the start of a message. The caller holds the read lock.
func (m *messageReader) open(ctx context.Context) (MessageType, error) {
	t, err := m.start(ctx)
	if err != nil && err != errMessageOpen {
		err = m.failed(ctx, err)
	}
	return t, err
}

// failed ends the connection after a read has failed with err, and returns the
// error to report now and for every read to come.
func (m *messageReader) failed(ctx context.Context, err error) error {
	m.finish()
	if m.err != nil {
		return m.src.link.report(m.err)
	}
	if v, ok := err.(violation); ok {
		m.src.fail(ctx, v)
	} else {
		reason := m.src.link.cause(ctx, err)
		if ctx.Err() == nil {
			m.src.link.fail(err)
		}
		m.src.link.abort()
		err = reason
	}
	m.err = err
	return err
}

// last reports whether the frame is the last of the message.
func (m *messageReader) last() bool { return m.flags&finBit != 0 }

// start waits for the first frame of a message.
func (m *messageReader) start(ctx context.Context) (MessageType, error) {
	if m.active {
		return 0, errMessageOpen
	}
	if m.err != nil {
		return 0, m.src.link.report(m.err)
	}
	h, err := m.src.next(ctx)
	if err != nil {
		return 0, err
	}
	if h.opcode == opContinuation {
		return 0, violation{StatusProtocolError, "continuation frame without a message to continue"}
	}
	m.id++
	m.ctx = ctx
	m.active = true
	m.check = m.checkUTF8 && h.opcode == opText
	m.limit = m.limitSet.Load()
	m.empty = 0
	m.text = textCheck{}
	if h.rsv1() {
		var w *window
		if m.takeover {
			w = &m.window
		}
		m.inflater = getInflater(m, w)
	}
	if err := m.enter(h); err != nil {
		return 0, err
	}
	return MessageType(h.opcode), nil
}

// enter takes up the frame with header h.
func (m *messageReader) enter(h header) error {
	m.flags, m.key, m.left = h.flags, h.key, h.length
	if h.length > 0 {
		m.empty = 0
	} else if m.empty++; m.empty > maxEmptyFrames {
		return violation{StatusPolicyViolation, "too many empty frames"}
	}
	if m.inflater == nil && m.limit >= 0 {
		if h.length > m.limit {
			return errTooBig
		}
		m.limit -= h.length
	}
	return nil
}

// readMessage reads payload of the message with this id. It returns io.EOF for
// one that has been read to its end.
func (m *messageReader) readMessage(id uint64, p []byte) (int, error) {
	// Another call holds the lock only while the connection is being closed,
	// which is bounded.
	if err := m.acquire(context.Background()); err != nil {
		return 0, err
	}
	n, err := 0, io.EOF
	if m.id == id {
		n, err = m.read(p)
	}
	m.lock.release()
	return n, err
}

// read reads payload as the application sees it. The error is io.EOF or one
// that has gone through failed.
func (m *messageReader) read(p []byte) (n int, err error) {
	end := false // of the message
	switch {
	case !m.active && m.err != nil:
		return 0, m.src.link.report(m.err)
	case !m.active:
		return 0, io.EOF
	case m.inflater == nil:
		n, err = m.payload(p)
		end = err == io.EOF || err == nil && m.left == 0 && m.last()
	default:
		n, err = m.inflated(p)
		end = err == io.EOF
	}
	if end {
		err = nil
	}
	if m.check && err == nil && (!m.text.write(p[:n]) || end && !m.text.complete()) {
		n, err = 0, violation{StatusInvalidFramePayloadData, "text is not valid UTF-8"}
	}
	if err != nil {
		return n, m.failed(m.ctx, err)
	}
	if end {
		m.finish()
		m.src.link.reading.endMessage()
		return n, io.EOF
	}
	return n, nil
}

// inflated reads decompressed payload, up to the read limit.
func (m *messageReader) inflated(p []byte) (int, error) {
	if m.limit >= 0 && int64(len(p)) > m.limit+1 {
		p = p[:m.limit+1] // one more, to see that it is too big
	}
	n, err := m.inflater.Read(p)
	if m.limit >= 0 {
		if int64(n) > m.limit {
			return 0, errTooBig
		}
		m.limit -= int64(n)
	}
	return n, err
}

// payload reads unmasked payload as the frames carry it. It returns io.EOF
// after the last byte of the last frame.
func (m *messageReader) payload(p []byte) (int, error) {
	for m.left == 0 {
		if m.last() {
			return 0, io.EOF
		}
		if err := m.next(); err != nil {
			return 0, err
		}
	}
	if int64(len(p)) > m.left {
		p = p[:m.left]
	}
	n, err := m.src.frames.readFramePayload(m.ctx, p)
	if m.flags&maskedBit != 0 {
		m.key = mask(p[:n], p[:n], m.key)
	}
	m.left -= int64(n)
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	return n, err
}

// next waits for the next frame of the message.
func (m *messageReader) next() error {
	h, err := m.src.next(m.ctx)
	if err != nil {
		if err == io.EOF {
			err = io.ErrUnexpectedEOF
		}
		return err
	}
	if h.opcode != opContinuation {
		return violation{StatusProtocolError, "new message before the end of the one before"}
	}
	if h.rsv1() {
		return violation{StatusProtocolError, "RSV1 set on a continuation frame"}
	}
	return m.enter(h)
}

// readAll reads the message to its end, into b if there is room.
func (m *messageReader) readAll(b []byte) ([]byte, error) {
	b = b[:0]
	if cap(b) == 0 {
		size := int64(512)
		if m.inflater == nil {
			size = min(m.left, readStep)
		}
		b = make([]byte, 0, size)
	}
	for {
		if len(b) == cap(b) {
			grow := max(512, len(b)) // amortised, for any number of small frames
			if m.inflater == nil && m.active {
				if m.left == 0 && !m.last() {
					if err := m.next(); err != nil {
						return nil, m.failed(m.ctx, err)
					}
				}
				if m.last() {
					grow = int(min(m.left, int64(max(readStep, len(b)))))
				}
			}
			b = append(make([]byte, 0, len(b)+grow), b...)
		}
		n, err := m.read(b[len(b):cap(b)])
		b = b[:len(b)+n]
		if err == io.EOF {
			return b, nil
		}
		if err != nil {
			return nil, err
		}
	}
}

// finish forgets the message, read to its end or not.
func (m *messageReader) finish() {
	m.active = false
	if m.inflater != nil {
		m.inflater.free()
		m.inflater = nil
	}
}
