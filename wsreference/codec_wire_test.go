package wsreference_test

import (
	"bufio"
	"bytes"
	"compress/flate"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// This file is a frame codec of the tests' own. It shares nothing with the
// package, so that a mistake in the package's framing cannot cancel itself out.

// Opcodes (RFC 6455 5.2).
const (
	opCont   = 0x0
	opText   = 0x1
	opBinary = 0x2
	opClose  = 0x8
	opPing   = 0x9
	opPong   = 0xA
)

// Reserved bits as they stand in the first byte of a frame.
const (
	rsv1 = 0x40
	rsv2 = 0x20
	rsv3 = 0x10
)

// Forms of the payload length (RFC 6455 5.2).
const (
	formMinimal = iota // as the sender must
	form16             // 126 and two bytes, whatever the length
	form64             // 127 and eight bytes, whatever the length
)

// wireFrame is one frame as a peer sends it, right or wrong.
type wireFrame struct {
	more     bool // FIN is clear
	rsv      byte // rsv1, rsv2 and rsv3, or'ed
	op       byte
	payload  []byte
	form     int    // of the length
	claim    uint64 // length said in the header, when hasClaim
	hasClaim bool
	flipMask bool // mask where it is forbidden, and do not where it is required
	key      [4]byte
}

// appendTo appends the frame's bytes to b. masked says what is right for the
// sending end.
func (f wireFrame) appendTo(b []byte, masked bool) []byte {
	first := f.op | f.rsv
	if !f.more {
		first |= 0x80
	}
	b = append(b, first)

	n := uint64(len(f.payload))
	if f.hasClaim {
		n = f.claim
	}
	if f.flipMask {
		masked = !masked
	}
	var mask byte
	if masked {
		mask = 0x80
	}
	switch {
	case f.form == form64 || f.form == formMinimal && n > 65535:
		b = append(b, mask|127)
		b = binary.BigEndian.AppendUint64(b, n)
	case f.form == form16 || n > 125:
		b = append(b, mask|126)
		b = binary.BigEndian.AppendUint16(b, uint16(n))
	default:
		b = append(b, mask|byte(n))
	}
	if !masked {
		return append(b, f.payload...)
	}
	b = append(b, f.key[:]...)
	for i, c := range f.payload {
		b = append(b, c^f.key[i%4])
	}
	return b
}

// gotFrame is one frame as it was read off the wire.
type gotFrame struct {
	fin     bool
	rsv     byte
	op      byte
	payload []byte
	key     [4]byte
	masked  bool
}

// readFrame reads one frame and checks what every sender must keep to: the
// mask of its end, the minimal length, control frames whole and short
// (RFC 6455 5.1, 5.2, 5.5). RSV1 is judged by the caller.
func readFrame(r *bufio.Reader, wantMask bool) (gotFrame, error) {
	var f gotFrame
	var head [2]byte
	if _, err := io.ReadFull(r, head[:1]); err != nil {
		return f, err // io.EOF here is a clean end of the stream
	}
	if _, err := io.ReadFull(r, head[1:]); err != nil {
		return f, midFrame(err)
	}
	f.fin = head[0]&0x80 != 0
	f.rsv = head[0] & 0x70
	f.op = head[0] & 0x0f
	f.masked = head[1]&0x80 != 0
	if f.masked != wantMask {
		return f, fmt.Errorf("frame with opcode %d: masked is %v, must be %v", f.op, f.masked, wantMask)
	}

	n := uint64(head[1] & 0x7f)
	var ext [8]byte
	switch n {
	case 126:
		if _, err := io.ReadFull(r, ext[:2]); err != nil {
			return f, midFrame(err)
		}
		n = uint64(binary.BigEndian.Uint16(ext[:2]))
		if n < 126 {
			return f, fmt.Errorf("length %d is not in its minimal form", n)
		}
	case 127:
		if _, err := io.ReadFull(r, ext[:]); err != nil {
			return f, midFrame(err)
		}
		n = binary.BigEndian.Uint64(ext[:])
		if n < 65536 {
			return f, fmt.Errorf("length %d is not in its minimal form", n)
		}
	}
	if n > 1<<27 {
		return f, fmt.Errorf("length %d is more than any test sends", n)
	}
	if f.op >= 8 && (n > 125 || !f.fin || f.rsv != 0) {
		return f, fmt.Errorf("control frame %d with length %d, FIN %v, RSV %#x", f.op, n, f.fin, f.rsv)
	}
	if f.masked {
		if _, err := io.ReadFull(r, f.key[:]); err != nil {
			return f, midFrame(err)
		}
	}
	f.payload = make([]byte, n)
	if _, err := io.ReadFull(r, f.payload); err != nil {
		return f, midFrame(err)
	}
	if f.masked {
		for i := range f.payload {
			f.payload[i] ^= f.key[i%4]
		}
	}
	return f, nil
}

func midFrame(err error) error {
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	return fmt.Errorf("in the middle of a frame: %w", err)
}

// deflateTail is what a sender of permessage-deflate cuts off each message
// (RFC 7692 7.2.1).
var deflateTail = []byte{0x00, 0x00, 0xff, 0xff}

// deflater compresses messages as RFC 7692 7.2.1 says.
type deflater struct {
	takeover bool
	buf      bytes.Buffer
	w        *flate.Writer
}

func (d *deflater) message(b []byte) []byte {
	if d.w == nil || !d.takeover {
		// The level is one of flate's own constants, so there is no error.
		d.w, _ = flate.NewWriter(&d.buf, flate.BestSpeed)
	}
	d.buf.Reset()
	_, _ = d.w.Write(b)
	_ = d.w.Flush()
	return bytes.Clone(bytes.TrimSuffix(d.buf.Bytes(), deflateTail))
}

// inflater expands messages as RFC 7692 7.2.2 says, with its own sliding
// window of the last 32 KiB of plain text when the sender may use one.
type inflater struct {
	takeover bool
	window   []byte
}

func (i *inflater) message(b []byte) ([]byte, error) {
	full := append(bytes.Clone(b), deflateTail...)
	r := flate.NewReaderDict(bytes.NewReader(full), i.window)
	plain, err := io.ReadAll(r)
	// Without a final block the stream ends in the middle; that is how it is.
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, fmt.Errorf("inflate: %w", err)
	}
	if i.takeover {
		i.window = append(i.window, plain...)
		if over := len(i.window) - 32768; over > 0 {
			i.window = bytes.Clone(i.window[over:])
		}
	}
	return plain, nil
}
