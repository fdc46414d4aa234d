package wsreference

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"time"
)

// lingerTimeout bounds how long a failed connection discards what the peer
// still sends, so that the close frame is not lost to a reset.
const lingerTimeout = time.Second

// dataReader reads the headers of data frames, and handles the control frames
// between them. The payload of a data frame is read through frames.
type dataReader struct {
	link   *link
	out    *frameWriter
	pings  *pings
	frames frameReader

	client     bool
	peerFlags  byte // that each frame of the peer has
	compressed bool // permessage-deflate has been negotiated
	onPing     func(ctx context.Context, payload []byte) bool
	onPong     func(ctx context.Context, payload []byte)
	unwound    func() // called when a callback does not return

	control [maxControlPayload]byte
}

// next reads frame headers up to the next data frame.
func (d *dataReader) next(ctx context.Context) (header, error) {
	for {
		h, err := d.frames.readFrameHeader(ctx)
		if err != nil {
			return header{}, err
		}
		if h.opcode <= opBinary && h.flags&^finBit == d.peerFlags {
			return h, nil // nothing to check, as for most
		}
		if err := d.check(h); err != nil {
			return header{}, err
		}
		if !h.opcode.control() {
			return h, nil
		}
		if err := d.handle(ctx, h); err != nil {
			return header{}, err
		}
	}
}

// check returns the violation in h, if there is one that shows without
// regard to the message it belongs to.
func (d *dataReader) check(h header) error {
	var text string
	switch {
	case h.flags&(rsv2Bit|rsv3Bit) != 0:
		text = "RSV2 or RSV3 set without an extension that defines it"
	case h.rsv1() && !d.compressed:
		text = "RSV1 set without an extension that defines it"
	case !h.opcode.known():
		text = fmt.Sprintf("reserved opcode %#x", byte(h.opcode))
	case h.masked() && d.client:
		text = "masked frame from a server"
	case !h.masked() && !d.client:
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

// handle reads the payload of a control frame and acts on it.
// It returns a CloseError for a close frame.
func (d *dataReader) handle(ctx context.Context, h header) error {
	p, err := d.readControl(ctx, h)
	if err != nil {
		return err
	}
	switch h.opcode {
	case opPing:
		if d.onPing != nil && !d.callOnPing(ctx, p) {
			return nil
		}
		d.out.pongs.put(ctx, p, d.link.closed)
		d.out.answerPings()
		return nil
	case opPong:
		if d.onPong != nil {
			d.callOnPong(ctx, p)
		}
		d.pings.answered(p)
		return nil
	default:
		return d.handleClose(ctx, p)
	}
}

// callOnPing calls the callback for a ping with payload p.
func (d *dataReader) callOnPing(ctx context.Context, p []byte) (answer bool) {
	returned := false
	defer func() {
		if !returned {
			d.unwound()
		}
	}()
	answer = d.onPing(ctx, bytes.Clone(p))
	returned = true
	return answer
}

// callOnPong calls the callback for a pong with payload p.
func (d *dataReader) callOnPong(ctx context.Context, p []byte) {
	returned := false
	defer func() {
		if !returned {
			d.unwound()
		}
	}()
	d.onPong(ctx, bytes.Clone(p))
	returned = true
}

// readControl reads and unmasks the payload of a control frame. It is good
// until the next call.
func (d *dataReader) readControl(ctx context.Context, h header) ([]byte, error) {
	p := d.control[:h.length]
	for n := 0; n < len(p); {
		m, err := d.frames.readFramePayload(ctx, p[n:])
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

// handleClose acts on a close frame with payload p: it answers with the same
// code, if this end has sent no close frame yet, and closes the network
// connection. It returns the CloseError.
func (d *dataReader) handleClose(ctx context.Context, p []byte) error {
	e, err := parseClose(p)
	if err != nil {
		return err
	}
	d.link.received.Store(&e)
	d.link.ended.Store(true)
	ctx, cancel := context.WithTimeout(ctx, closeTimeout-notifyTimeout)
	defer cancel()
	answer, err := appendClose(nil, e.Code, "")
	if err != nil {
		return err
	}
	err = d.out.writeClose(ctx, answer) // the peer may be gone already
	d.link.clean.Store(err == nil || err == errCloseSent)
	d.link.abort()
	return e
}

// fail fails the connection because of v (RFC 6455, section 7.1.7): it sends
// a close frame, then discards for a short time what the peer sends, since
// closing a TCP connection with unread data resets it, and a reset can
// overtake the close frame. The caller holds the read lock.
func (d *dataReader) fail(ctx context.Context, v violation) {
	defer d.link.abort()
	ctx, cancel := context.WithTimeout(ctx, closeTimeout-notifyTimeout)
	defer cancel()
	p, err := appendClose(nil, v.code, v.text)
	if err != nil || d.out.writeClose(ctx, p) != nil {
		return
	}
	half, ok := d.link.rwc.(interface{ CloseWrite() error })
	if !ok || half.CloseWrite() != nil {
		return
	}
	ctx, cancel = context.WithTimeout(ctx, lingerTimeout)
	defer cancel()
	stop := context.AfterFunc(ctx, d.link.abort)
	defer stop()
	io.Copy(io.Discard, &d.frames.in)
}

// awaitClose discards what the peer sends up to its close frame, and acts on
// that. The first left bytes belong to a frame whose header has been read.
// Each read is under ctx, so that a peer that stops in the middle of a frame
// is not waited for longer than one that sends nothing.
func (d *dataReader) awaitClose(ctx context.Context, left int64) error {
	var scratch [512]byte
	for {
		for left > 0 {
			n, err := d.frames.readFramePayload(ctx, scratch[:min(left, int64(len(scratch)))])
			if err != nil {
				return err
			}
			left -= int64(n)
		}
		h, err := d.frames.readFrameHeader(ctx)
		if err != nil {
			return err
		}
		if err := d.check(h); err != nil {
			return err
		}
		if h.opcode == opClose {
			p, err := d.readControl(ctx, h)
			if err != nil {
				return err
			}
			return d.handleClose(ctx, p)
		}
		left = h.length
	}
}
