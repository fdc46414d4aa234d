package wsreference

import (
	"context"
	"errors"
	"fmt"
	"io"
)

const (
	// readStep is how many bytes Read allocates on the word of a frame
	// header. For more, as much must have arrived.
	readStep = 64 << 10

	// maxEmptyFrames is how many empty frames in a row a message may have.
	// They count nothing against the read limit.
	maxEmptyFrames = 1000
)

// errMessageOpen is the error of asking for a message before the end of the
// one before. The connection is none the worse for it.
var errMessageOpen = errors.New("the message before has not been read to its end")

// Reader waits for the next data message and returns its type and a reader of
// its payload. The message before must have been read up to io.EOF.
//
// The reader reads under ctx too. It returns io.EOF at the end of the message,
// perhaps together with the last bytes, and is good until the next call of
// Reader or Read. Meanwhile pings are answered. Any error other than that of
// a message not read to its end means that the connection is closed; it holds
// a CloseError if the peer has closed it.
func (c *Conn) Reader(ctx context.Context) (MessageType, io.Reader, error) {
	t, err := c.open(ctx)
	if err != nil {
		return 0, nil, fmt.Errorf("wsreference: cannot read a message: %w", err)
	}
	c.readLock.release()
	return t, &c.msg, nil
}

// Read waits for the next data message and returns its type and payload. It
// is Reader and io.ReadAll in one, but allocates once, and exactly, for a
// message that comes uncompressed in one frame of at most 64 KiB.
func (c *Conn) Read(ctx context.Context) (MessageType, []byte, error) {
	t, err := c.open(ctx)
	if err == nil {
		var b []byte
		b, err = c.msg.readAll()
		c.readLock.release()
		if err == nil {
			return t, b, nil
		}
	}
	return 0, nil, fmt.Errorf("wsreference: cannot read a message: %w", err)
}

// open takes the read lock and waits for the start of a message. Unless it
// fails, the caller must release the lock.
func (c *Conn) open(ctx context.Context) (MessageType, error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	if err := c.readLock.acquire(ctx, c.closed); err != nil {
		return 0, c.cause(ctx, err)
	}
	t, err := c.msg.start(ctx)
	if err != nil {
		if err != errMessageOpen {
			err = c.readFailed(ctx, err)
		}
		c.readLock.release()
		return 0, err
	}
	return t, nil
}

// readFailed ends the connection after a read has failed with err, and
// returns the error to report now and for every read to come.
func (c *Conn) readFailed(ctx context.Context, err error) error {
	c.msg.finish()
	if c.readErr != nil {
		return c.readErr
	}
	if v, ok := err.(violation); ok {
		c.fail(ctx, v)
	} else {
		err = c.cause(ctx, err)
		c.abort()
	}
	c.readErr = err
	return err
}

// messageReader reads the payload of one message after the other.
// The read lock guards it.
type messageReader struct {
	conn *Conn
	ctx  context.Context

	active bool // a message has begun and its end has not been reached
	check  bool // the message is text to be validated
	flags  byte // of the frame
	key    uint32
	left   int64 // bytes of the frame still to come
	limit  int64 // bytes that the message may still bring, -1 for any number
	empty  int   // empty frames in a row

	text     textCheck
	inflater *inflater // nil for a message that is not compressed
	window   window    // what the next message may refer to, with context takeover
}

// last reports whether the frame is the last of the message.
func (m *messageReader) last() bool { return m.flags&finBit != 0 }

// start waits for the first frame of a message.
func (m *messageReader) start(ctx context.Context) (MessageType, error) {
	if m.active {
		return 0, errMessageOpen
	}
	c := m.conn
	if c.readErr != nil {
		return 0, c.readErr
	}
	h, err := c.nextFrame(ctx)
	if err != nil {
		return 0, err
	}
	if h.opcode == opContinuation {
		return 0, violation{StatusProtocolError, "continuation frame without a message to continue"}
	}
	m.ctx = ctx
	m.active = true
	m.check = c.checkUTF8 && h.opcode == opText
	m.limit = c.readLimit.Load()
	m.empty = 0
	m.text = textCheck{}
	if h.rsv1() {
		m.inflater = c.deflate.inflater(m)
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

var errTooBig = violation{StatusMessageTooBig, ErrMessageTooBig.Error()}

// Read implements io.Reader for the user of Conn.Reader.
func (m *messageReader) Read(p []byte) (int, error) {
	c := m.conn
	if err := c.readLock.acquire(m.ctx, c.closed); err != nil {
		return 0, fmt.Errorf("wsreference: cannot read the message: %w", c.cause(m.ctx, err))
	}
	n, err := m.read(p)
	c.readLock.release()
	if err != nil && err != io.EOF {
		err = fmt.Errorf("wsreference: cannot read the message: %w", err)
	}
	return n, err
}

// read reads payload as the application sees it. The error is io.EOF or one
// that has gone through readFailed.
func (m *messageReader) read(p []byte) (n int, err error) {
	end := false // of the message
	switch {
	case !m.active && m.conn.readErr != nil:
		return 0, m.conn.readErr
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
		return n, m.conn.readFailed(m.ctx, err)
	}
	if end {
		m.finish()
		m.conn.reading.endMessage()
		return n, io.EOF
	}
	return n, nil
}

// inflated reads decompressed payload, and counts it against the limit.
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
	n, err := m.conn.readFramePayload(m.ctx, p)
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
	h, err := m.conn.nextFrame(m.ctx)
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

// readAll reads the message to its end.
func (m *messageReader) readAll() ([]byte, error) {
	size := int64(512)
	if m.inflater == nil {
		size = min(m.left, readStep)
	}
	b := make([]byte, 0, size)
	for {
		if len(b) == cap(b) {
			grow := max(512, len(b)) // amortised, for any number of small frames
			if m.inflater == nil && m.active {
				if m.left == 0 && !m.last() {
					if err := m.next(); err != nil {
						return nil, m.conn.readFailed(m.ctx, err)
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
