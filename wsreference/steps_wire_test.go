package wsreference_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"slices"

	ws "github.com/closurefix/closurefix/wsreference"
)

// send sends frames in one write.
func send(frames ...wireFrame) wireStep { return sendChopped(0, frames...) }

// sendChopped sends frames in writes of n bytes; 0 is one write.
func sendChopped(n int, frames ...wireFrame) wireStep {
	return func(p *wirePeer) (bool, error) {
		var b []byte
		for i, f := range frames {
			if f.key == ([4]byte{}) {
				f.key = [4]byte{0x37, 0xfa, 0x21, byte(i) + 1}
			}
			b = f.appendTo(b, p.masks())
		}
		size := n
		if size == 0 {
			size = len(b)
		}
		p.out <- func() {
			for c := range slices.Chunk(b, size) {
				// The end under test may have hung up; the reader sees that.
				if _, err := p.conn.Write(c); err != nil {
					return
				}
			}
		}
		return false, nil
	}
}

// sendPart sends the first n bytes of a frame's payload, header included, and
// holds the rest back.
func sendPart(f wireFrame, n int) wireStep {
	f.claim, f.hasClaim = uint64(len(f.payload)), true
	f.payload = f.payload[:n]
	return send(f)
}

// sendPacked compresses a message and sends it in as many frames as asked for.
func sendPacked(op byte, payload []byte, frames int) wireStep {
	return func(p *wirePeer) (bool, error) {
		list := split(op, p.deflater.message(payload), frames)
		list[0].rsv = rsv1
		return send(list...)(p)
	}
}

// hangUp ends the test's half of the TCP connection, once everything is sent.
func hangUp(p *wirePeer) (bool, error) {
	p.out <- func() {
		if c, ok := p.conn.(*net.TCPConn); ok {
			_ = c.CloseWrite()
		}
	}
	return false, nil
}

// wantBroken waits for the echo to end with an error, whatever is on the wire.
func wantBroken(p *wirePeer) (bool, error) {
	err, late := p.echoed()
	if late == nil && err == nil {
		late = errors.New("the connection broke off, but the echo saw no error")
	}
	return true, late
}

// wantMessage waits for one message.
func wantMessage(op byte, payload []byte) wireStep {
	return wantMessageLike(op, payload, func(*gotMessage) error { return nil })
}

// wantMessageLike waits for one message and looks at how it came.
func wantMessageLike(op byte, payload []byte, look func(*gotMessage) error) wireStep {
	return func(p *wirePeer) (bool, error) {
		f, m, err := p.next()
		if err != nil {
			return false, fmt.Errorf("waiting for a message: %w", err)
		}
		if f != nil {
			return false, fmt.Errorf("got a control frame %d with %s; want a message", f.op, short(f.payload))
		}
		if err := sameMessage(m, op, payload); err != nil {
			return false, err
		}
		return false, look(m)
	}
}

// wantPong waits for a pong with this payload.
func wantPong(payload []byte) wireStep { return wantControl(opPong, payload) }

// wantControl waits for a control frame.
func wantControl(op byte, payload []byte) wireStep {
	return func(p *wirePeer) (bool, error) {
		f, m, err := p.next()
		if err != nil {
			return false, fmt.Errorf("waiting for control frame %d: %w", op, err)
		}
		if m != nil {
			return false, fmt.Errorf("got a message %s; want control frame %d", short(m.payload), op)
		}
		if f.op != op || !bytes.Equal(f.payload, payload) {
			return false, fmt.Errorf("got control frame %d with %s; want %d with %s",
				f.op, short(f.payload), op, short(payload))
		}
		return false, nil
	}
}

// wantClose waits for a close frame with one of the codes; 1005 stands for an
// empty body (RFC 6455 7.1.5).
func wantClose(p *wirePeer, codes []int) error {
	f, m, err := p.next()
	switch {
	case err != nil:
		return fmt.Errorf("waiting for a close frame: %w", err)
	case m != nil:
		return fmt.Errorf("got a message %s; want a close frame", short(m.payload))
	case f.op != opClose:
		return fmt.Errorf("got control frame %d with %s; want a close frame", f.op, short(f.payload))
	case len(f.payload) == 1:
		return errors.New("got a close frame with a body of one byte")
	}
	got := 1005
	if len(f.payload) >= 2 {
		got = int(binary.BigEndian.Uint16(f.payload))
	}
	if !slices.Contains(codes, got) {
		return fmt.Errorf("got close code %d with %s; want %d", got, short(f.payload), codes)
	}
	return nil
}

// wantFail waits until the end under test fails the connection: a close frame
// with one of the codes, then the end of the TCP connection, with no answer
// from the test's end (RFC 6455 7.1.7); the echo must have seen an error.
func wantFail(codes ...int) wireStep {
	return func(p *wirePeer) (bool, error) {
		if err := wantClose(p, codes); err != nil {
			return true, err
		}
		if err := p.gone(); err != nil {
			return true, err
		}
		// The end under test may wait a little for this end to hang up, so
		// that its close frame is not lost to a reset.
		if _, err := hangUp(p); err != nil {
			return true, err
		}
		err, late := p.echoed()
		if late == nil && err == nil {
			late = errors.New("the connection failed, but the echo saw no error")
		}
		return true, late
	}
}

// wantClosed waits until the end under test has answered the test's close
// frame with the same code and ended the connection. A client leaves the end
// to the server (RFC 6455 7.1.1), so there the test's end hangs up.
func wantClosed(code int) wireStep {
	return func(p *wirePeer) (bool, error) {
		if err := wantClose(p, []int{code}); err != nil {
			return true, err
		}
		if p.end == "client" {
			if _, err := hangUp(p); err != nil {
				return true, err
			}
		}
		if err := p.gone(); err != nil {
			return true, err
		}
		err, late := p.echoed()
		if got := int(ws.CloseStatus(err)); late == nil && got != code {
			late = fmt.Errorf("the echo saw %v with close status %d; want %d", err, got, code)
		}
		return true, late
	}
}

// closeFrame makes a close frame; code 1005 makes an empty one.
func closeFrame(code int, reason string) wireFrame {
	if code == 1005 {
		return wireFrame{op: opClose}
	}
	b := binary.BigEndian.AppendUint16(nil, uint16(code))
	return wireFrame{op: opClose, payload: append(b, reason...)}
}

// split cuts a message into n frames of about the same size; an empty message
// into n empty frames.
func split(op byte, payload []byte, n int) []wireFrame {
	var list []wireFrame
	for i := range n {
		from, to := len(payload)*i/n, len(payload)*(i+1)/n
		list = append(list, wireFrame{op: op, payload: payload[from:to], more: i < n-1})
		op = opCont
	}
	return list
}

// pattern makes n bytes that are not all alike.
func pattern(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(i*7 + i>>8)
	}
	return b
}

// letters makes n bytes of ASCII.
func letters(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = 'a' + byte((i*7+i>>8)%26)
	}
	return b
}
