package wsreference

import (
	"bufio"
	"encoding/binary"
	"errors"
	"io"
)

// opcode is the type of a frame (RFC 6455, section 5.2).
type opcode byte

const (
	opContinuation opcode = 0x0
	opText         opcode = 0x1
	opBinary       opcode = 0x2
	opClose        opcode = 0x8
	opPing         opcode = 0x9
	opPong         opcode = 0xa
)

// control reports whether op belongs to a control frame: the high bit says so.
func (op opcode) control() bool { return op&0x8 != 0 }

// known reports whether RFC 6455 defines op.
func (op opcode) known() bool { return op <= opBinary || op >= opClose && op <= opPong }

const (
	// maxControlPayload is the most a control frame carries (section 5.5).
	maxControlPayload = 125
	// maxHeaderSize is 2 bytes, 8 of extended length, 4 of masking key.
	maxHeaderSize = 14

	finBit  = 1 << 7
	rsv1Bit = 1 << 6
	rsv2Bit = 1 << 5
	rsv3Bit = 1 << 4
	maskBit = 1 << 7
)

// header is a frame header.
type header struct {
	fin    bool
	rsv1   bool // the message is compressed (RFC 7692, section 6)
	rsv23  bool // either of the bits that no extension of ours uses
	masked bool
	opcode opcode
	key    uint32 // masking key, its first byte on the wire in the low byte
	length int64  // payload length in bytes
}

var (
	errLengthHighBit    = violation{StatusProtocolError, "frame length has its highest bit set"}
	errLengthNotMinimal = violation{StatusProtocolError, "frame length is not in its shortest form"}

	// errShortHeader says that the bytes end before the header does.
	errShortHeader = errors.New("frame header is incomplete")
)

// headerSize returns the size in bytes of the header whose second byte is b.
func headerSize(b byte) int {
	n := 2
	switch b &^ maskBit {
	case 126:
		n += 2
	case 127:
		n += 8
	}
	if b&maskBit != 0 {
		n += 4
	}
	return n
}

// parseHeader reads the frame header at the start of b and returns its size
// in bytes. The error is errShortHeader or a violation.
func parseHeader(b []byte) (header, int, error) {
	if len(b) < 2 {
		return header{}, 0, errShortHeader
	}
	n := headerSize(b[1])
	if len(b) < n {
		return header{}, 0, errShortHeader
	}
	h := header{
		fin:    b[0]&finBit != 0,
		rsv1:   b[0]&rsv1Bit != 0,
		rsv23:  b[0]&(rsv2Bit|rsv3Bit) != 0,
		masked: b[1]&maskBit != 0,
		opcode: opcode(b[0] & 0xf),
		length: int64(b[1] &^ maskBit),
	}
	switch h.length {
	case 126:
		h.length = int64(binary.BigEndian.Uint16(b[2:]))
		if h.length < 126 {
			return header{}, 0, errLengthNotMinimal
		}
	case 127:
		v := binary.BigEndian.Uint64(b[2:])
		if v>>63 != 0 {
			return header{}, 0, errLengthHighBit
		}
		if v <= 0xffff {
			return header{}, 0, errLengthNotMinimal
		}
		h.length = int64(v)
	}
	if h.masked {
		h.key = binary.LittleEndian.Uint32(b[n-4:])
	}
	return h, n, nil
}

// readHeader takes one frame header off br. It returns io.EOF only when the
// stream ends before the first byte.
func readHeader(br *bufio.Reader) (header, error) {
	b, err := br.Peek(2)
	if err == nil {
		b, err = br.Peek(headerSize(b[1]))
	}
	if err != nil {
		if err == io.EOF && len(b) > 0 {
			err = io.ErrUnexpectedEOF
		}
		return header{}, err
	}
	h, n, err := parseHeader(b)
	if err != nil {
		return header{}, err
	}
	_, err = br.Discard(n)
	return h, err
}

// bufferedHeader takes one frame header off br if all of it is in the buffer,
// and reports whether it was.
func bufferedHeader(br *bufio.Reader) (header, bool, error) {
	b, _ := br.Peek(min(br.Buffered(), maxHeaderSize)) // no more than there is
	h, n, err := parseHeader(b)
	if err == nil {
		_, err = br.Discard(n)
	}
	return h, err != errShortHeader, err
}

// appendHeader appends the frame header h to b, with the length in its
// shortest form.
func appendHeader(b []byte, h header) []byte {
	b0 := byte(h.opcode)
	if h.fin {
		b0 |= finBit
	}
	if h.rsv1 {
		b0 |= rsv1Bit
	}
	var b1 byte
	if h.masked {
		b1 = maskBit
	}
	switch {
	case h.length < 126:
		b = append(b, b0, b1|byte(h.length))
	case h.length <= 0xffff:
		b = append(b, b0, b1|126, byte(h.length>>8), byte(h.length))
	default:
		b = append(b, b0, b1|127)
		b = binary.BigEndian.AppendUint64(b, uint64(h.length))
	}
	if h.masked {
		b = binary.LittleEndian.AppendUint32(b, h.key)
	}
	return b
}
