package wsreference

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
)

var (
	errBadType            = errors.New("the message type is neither text nor binary")
	errWriterClosed       = errors.New("the message has been closed")
	errClosedWhilePinging = fmt.Errorf("no pong arrived: %w", net.ErrClosed)
	errCloseSent          = fmt.Errorf("a close frame has been sent: %w", net.ErrClosed)
)

// keySource yields masking keys, unpredictable to the peer and to the
// application (RFC 6455, section 10.3), from the system's random numbers.
type keySource struct {
	buf [256]byte
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

// Write sends p as one message, in a single frame unless it is compressed.
// Calls from several goroutines send their messages one after the other. An
// error other than the end of ctx before the network was used means that the
// connection is closed. The text of a text message should be valid UTF-8:
// the peer will fail the connection otherwise.
func (c *Conn) Write(ctx context.Context, t MessageType, p []byte) error {
	if err := c.write(ctx, t, p); err != nil {
		return fmt.Errorf("wsreference: cannot write a message: %w", err)
	}
	return nil
}

func (c *Conn) write(ctx context.Context, t MessageType, p []byte) error {
	if t != MessageText && t != MessageBinary {
		return errBadType
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if c.compresses(len(p)) {
		return c.writeCompressed(ctx, t, p)
	}
	// A message of one frame needs no more than the frame lock, unless it
	// would cut another message in two.
	if err := c.frameLock.acquire(ctx, c.closed); err != nil {
		return c.cause(ctx, err)
	}
	if c.fragmented {
		c.releaseFrame()
		if err := c.messageLock.acquire(ctx, c.closed); err != nil {
			return c.cause(ctx, err)
		}
		defer c.messageLock.release()
		if err := c.frameLock.acquire(ctx, c.closed); err != nil {
			return c.cause(ctx, err)
		}
	}
	err := c.writeLocked(ctx, header{flags: finBit, opcode: opcode(t)}, p)
	c.writing.endMessage()
	c.releaseFrame()
	return err
}

// writeFrame sends one frame.
func (c *Conn) writeFrame(ctx context.Context, h header, p []byte) error {
	if err := c.frameLock.acquire(ctx, c.closed); err != nil {
		return c.cause(ctx, err)
	}
	err := c.writeLocked(ctx, h, p)
	if !h.opcode.control() {
		c.fragmented = !h.fin()
		if h.fin() {
			c.writing.endMessage()
		}
	}
	c.releaseFrame()
	return err
}

// releaseFrame releases the frame lock, and sees to pongs that became due while
// it was held.
func (c *Conn) releaseFrame() {
	c.frameLock.release()
	if c.pongs.owed.Load() {
		c.answerPings()
	}
}

// writeLocked sends one frame, of which h gives all but what follows from p.
// The caller holds the frame lock.
func (c *Conn) writeLocked(ctx context.Context, h header, p []byte) error {
	if c.closeSent {
		return c.cause(ctx, errCloseSent)
	}
	if h.opcode != opPong && c.pongs.owed.Load() {
		// Pongs first, so that they do not wait for one message after another.
		if err := c.sendPongs(ctx); err != nil {
			return err
		}
	}
	c.writing.begin(ctx)
	err := c.emit(h, p)
	if cut := c.writing.end(); cut && err == nil {
		err = ctx.Err()
	}
	if err != nil {
		err = c.cause(ctx, err)
		c.abort()
	}
	return err
}

// maskBufferSize is the most that a client masks, and writes, at a time.
const maskBufferSize = 32 << 10

// maskBuffers holds the buffers in which clients mask what is too big for the
// write buffer. They are shared because few messages need one.
var maskBuffers = sync.Pool{New: func() any { return new([maskBufferSize]byte) }}

// emit writes one frame to the network, with as few writes as the buffer
// allows. The caller holds the frame lock.
func (c *Conn) emit(h header, p []byte) error {
	h.length = int64(len(p))
	if c.client {
		h.flags |= maskedBit
		h.key = c.keys.next()
	}
	b := appendHeader(c.wbuf[:0], h)
	if !c.client && len(p) > cap(b)-len(b) {
		// Too big for the buffer, and need not be copied to be masked.
		if c.tcp != nil { // one system call does
			c.pieces = [2][]byte{b, p}
			c.vector = c.pieces[:]
			_, err := c.vector.WriteTo(c.tcp)
			c.pieces = [2][]byte{}
			return err
		}
		_, err := c.rwc.Write(b)
		if err == nil {
			_, err = c.rwc.Write(p)
		}
		return err
	}
	if c.client && len(p) > cap(b)-len(b) {
		large := maskBuffers.Get().(*[maskBufferSize]byte)
		defer maskBuffers.Put(large)
		b = append(large[:0], b...)
	}
	key := h.key
	for {
		n := min(len(p), cap(b)-len(b))
		chunk := b[len(b) : len(b)+n]
		if c.client {
			key = mask(chunk, p[:n], key)
		} else {
			copy(chunk, p)
		}
		if _, err := c.rwc.Write(b[:len(b)+n]); err != nil {
			return err
		}
		if p = p[n:]; len(p) == 0 {
			return nil
		}
		b = b[:0]
	}
}

// Writer starts a message and returns a writer of its payload, which must be
// closed to end the message; other messages wait until then. It writes under
// ctx too. Small writes are gathered into frames of up to 4096 bytes. A
// negotiated compression is used if the first Write brings at least the
// threshold of DialOptions or AcceptOptions.
//
// The writer is for one goroutine, and is good until it is closed. Its errors
// mean that the connection is closed.
func (c *Conn) Writer(ctx context.Context, t MessageType) (io.WriteCloser, error) {
	if err := c.beginWriter(ctx, t); err != nil {
		return nil, fmt.Errorf("wsreference: cannot begin a message: %w", err)
	}
	return &c.writer, nil
}

func (c *Conn) beginWriter(ctx context.Context, t MessageType) error {
	if t != MessageText && t != MessageBinary {
		return errBadType
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := c.messageLock.acquire(ctx, c.closed); err != nil {
		return c.cause(ctx, err)
	}
	c.writer.begin(ctx, opcode(t))
	return nil
}

// writeCompressed sends p as one compressed message.
func (c *Conn) writeCompressed(ctx context.Context, t MessageType, p []byte) error {
	if err := c.messageLock.acquire(ctx, c.closed); err != nil {
		return c.cause(ctx, err)
	}
	c.writer.begin(ctx, opcode(t))
	_, err := c.writer.write(p)
	if err != nil {
		c.writer.end()
		return err
	}
	return c.writer.close()
}
