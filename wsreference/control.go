package wsreference

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"sync"
	"sync/atomic"
)

// nextFrame reads frame headers up to the next data frame, and deals with the
// control frames on the way.
func (c *Conn) nextFrame(ctx context.Context) (header, error) {
	for {
		h, err := c.readFrameHeader(ctx)
		if err != nil {
			return header{}, err
		}
		if h.opcode <= opBinary && h.flags&^finBit == c.peerFlags {
			return h, nil // nothing to check, as for most
		}
		if err := c.checkHeader(h); err != nil {
			return header{}, err
		}
		if !h.opcode.control() {
			return h, nil
		}
		if err := c.handleControl(ctx, h); err != nil {
			return header{}, err
		}
	}
}

// checkHeader returns the violation in h, if there is one that shows without
// regard to the message it belongs to.
func (c *Conn) checkHeader(h header) error {
	var text string
	switch {
	case h.flags&(rsv2Bit|rsv3Bit) != 0:
		text = "RSV2 or RSV3 set without an extension that defines it"
	case h.rsv1() && c.deflate == nil:
		text = "RSV1 set without an extension that defines it"
	case !h.opcode.known():
		text = fmt.Sprintf("reserved opcode %#x", byte(h.opcode))
	case h.masked() && c.client:
		text = "masked frame from a server"
	case !h.masked() && !c.client:
		text = "unmasked frame from a client"
	case !h.opcode.control():
		return nil
	case h.rsv1():
		text = "RSV1 set on a control frame"
	case !h.fin():
		text = "fragmented control frame"
	case h.length > maxControlPayload:
		text = "control frame with a payload of more than 125 bytes"
	default:
		return nil
	}
	return violation{StatusProtocolError, text}
}

// handleControl reads the payload of a control frame and acts on it.
// It returns a CloseError for a close frame.
func (c *Conn) handleControl(ctx context.Context, h header) error {
	p, err := c.readControlPayload(ctx, h)
	if err != nil {
		return err
	}
	switch h.opcode {
	case opPing:
		if c.onPing != nil && !c.onPing(ctx, bytes.Clone(p)) {
			return nil
		}
		c.pongs.put(p)
		c.answerPings()
		return nil
	case opPong:
		if c.onPong != nil {
			c.onPong(ctx, bytes.Clone(p))
		}
		c.pings.answered(p)
		return nil
	default:
		return c.handleClose(ctx, p)
	}
}

// readControlPayload reads and unmasks the payload of a control frame. It is
// good until the next call.
func (c *Conn) readControlPayload(ctx context.Context, h header) ([]byte, error) {
	p := c.readControl[:h.length]
	for n := 0; n < len(p); {
		m, err := c.readFramePayload(ctx, p[n:])
		n += m
		if err == io.EOF {
			err = io.ErrUnexpectedEOF
		}
		if err != nil {
			return nil, err
		}
	}
	if h.masked() {
		mask(p, p, h.key)
	}
	return p, nil
}

// maxPongs is how many pongs are owed at most. Only the newest ping must be
// answered (RFC 6455, section 5.5.3), so a peer that pings faster than it
// reads costs no more memory than this, and holds up no reader.
const maxPongs = 16

// pongs are the answers owed to the peer's pings, oldest first.
type pongs struct {
	owed atomic.Bool // there are some

	mu    sync.Mutex
	queue []pongPayload
}

type pongPayload struct {
	n int
	b [maxControlPayload]byte
}

// put adds a pong with payload p, in place of the oldest if there are many.
func (s *pongs) put(p []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.queue) == maxPongs {
		s.drop()
	}
	s.queue = append(s.queue, pongPayload{})
	last := &s.queue[len(s.queue)-1]
	last.n = copy(last.b[:], p)
	s.owed.Store(true)
}

// take removes the oldest pong, and appends its payload to b. It reports
// false if none is owed.
func (s *pongs) take(b []byte) ([]byte, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.queue) == 0 {
		return b, false
	}
	b = append(b, s.queue[0].b[:s.queue[0].n]...)
	s.drop()
	s.owed.Store(len(s.queue) > 0)
	return b, true
}

// clear removes all.
func (s *pongs) clear() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.queue = nil
	s.owed.Store(false)
}

// drop removes the oldest pong.
func (s *pongs) drop() {
	s.queue = s.queue[:copy(s.queue, s.queue[1:])]
}

// answerPings sees to it that the pongs that are owed, if any, are sent: at
// once, or else by the writer whose frame is under way, since it calls
// answerPings after it has released the frame lock. The caller must not hold
// that lock.
//
// It waits for neither. A reader that did would not read meanwhile, and two
// ends that wait for each other to read would wait for ever.
func (c *Conn) answerPings() {
	if c.pongs.owed.Load() && c.frameLock.tryAcquire() && !c.spawn(c.pongWriter) {
		c.frameLock.release()
	}
}

// pongWriter sends the pongs that are owed, and releases the frame lock,
// which the caller has taken for it.
func (c *Conn) pongWriter() {
	c.sendPongs(context.Background()) // an error closes the connection
	c.releaseFrame()
}

// sendPongs sends the pongs that are owed. None is any more if it fails, since
// nothing can be sent then. The caller holds the frame lock.
func (c *Conn) sendPongs(ctx context.Context) error {
	var b [maxControlPayload]byte
	for {
		p, ok := c.pongs.take(b[:0])
		if !ok {
			return nil
		}
		if err := c.writeLocked(ctx, header{flags: finBit, opcode: opPong}, p); err != nil {
			c.pongs.clear()
			return err
		}
	}
}

// pings are the pings sent whose pongs are awaited, oldest first.
type pings struct {
	mu      sync.Mutex
	id      uint64
	waiting []waitingPing
}

type waitingPing struct {
	id       uint64
	answered chan struct{}
}

func (s *pings) add() waitingPing {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.id++
	w := waitingPing{s.id, make(chan struct{})}
	s.waiting = append(s.waiting, w)
	return w
}

func (s *pings) remove(w waitingPing) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, v := range s.waiting {
		if v.id == w.id {
			s.waiting = append(s.waiting[:i], s.waiting[i+1:]...)
			return
		}
	}
}

// answered marks the ping with payload p as answered, and those sent before
// it, which the peer may skip.
func (s *pings) answered(p []byte) {
	if len(p) != 8 {
		return // unsolicited
	}
	id := binary.BigEndian.Uint64(p)
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, w := range s.waiting {
		if w.id == id {
			for _, w := range s.waiting[:i+1] {
				close(w.answered)
			}
			s.waiting = append(s.waiting[:0], s.waiting[i+1:]...)
			return
		}
	}
}

// Ping sends a ping and waits for the pong, which only arrives while another
// goroutine reads, or after CloseRead. The connection stays open when ctx
// ends while Ping waits for the pong.
func (c *Conn) Ping(ctx context.Context) error {
	if err := c.ping(ctx); err != nil {
		return fmt.Errorf("wsreference: cannot ping: %w", err)
	}
	return nil
}

func (c *Conn) ping(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	// Under the lock, so that pings are sent in the order of their numbers.
	if err := c.frameLock.acquire(ctx, c.closed); err != nil {
		return c.cause(ctx, err)
	}
	w := c.pings.add()
	defer c.pings.remove(w)
	var b [8]byte
	binary.BigEndian.PutUint64(b[:], w.id)
	err := c.writeLocked(ctx, header{flags: finBit, opcode: opPing}, b[:])
	c.writing.endMessage() // of a message of its own, as far as ctx goes
	c.releaseFrame()
	if err != nil {
		return err
	}
	select {
	case <-w.answered:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	case <-c.closed:
		return c.cause(ctx, errClosedWhilePinging)
	}
}
