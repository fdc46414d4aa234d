package wsreference

import (
	"encoding/binary"
	"errors"
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

	// In the first byte of a header, and in header.flags.
	finBit  = 1 << 7
	rsv1Bit = 1 << 6 // the message is compressed (RFC 7692, section 6)
	rsv2Bit = 1 << 5 // no extension of ours uses it
	rsv3Bit = 1 << 4 // nor this one

	// In the second byte.
	maskBit = 1 << 7
	// In header.flags.
	maskedBit = 1 << 0
	wholeBit  = 1 << 1 // only for sending: the payload is a whole frame already
)

// header is a frame header. It has no more than four fields because the
// compiler keeps no larger struct in registers.
type header struct {
	flags  byte // finBit, rsv1Bit, rsv2Bit, rsv3Bit, maskedBit
	opcode opcode
	key    uint32 // masking key, its first byte on the wire in the low byte
	length int64  // payload length in bytes
}

func (h header) fin() bool    { return h.flags&finBit != 0 }
func (h header) rsv1() bool   { return h.flags&rsv1Bit != 0 }
func (h header) masked() bool { return h.flags&maskedBit != 0 }

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
		flags:  b[0] & 0xf0,
		opcode: opcode(b[0] & 0x0f),
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
	if b[1]&maskBit != 0 {
		h.flags |= maskedBit
		h.key = binary.LittleEndian.Uint32(b[n-4:])
	}
	return h, n, nil
}

// appendHeader appends the frame header h to b, with the length in its
// shortest form.
func appendHeader(b []byte, h header) []byte {
	b0 := h.flags&0xf0 | byte(h.opcode)
	var b1 byte
	if h.masked() {
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
	if h.masked() {
		b = binary.LittleEndian.AppendUint32(b, h.key)
	}
	return b
}
