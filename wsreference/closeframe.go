package wsreference

import (
	"encoding/binary"
	"errors"
	"fmt"
	"strconv"
	"unicode/utf8"
)

// maxReason is the most bytes of reason that fit in a close frame: 125 of
// payload for every control frame, less two for the code.
const maxReason = maxControlPayload - 2

// appendClose appends the payload of a close frame to b. StatusNoStatusRcvd
// without a reason stands for the empty payload.
func appendClose(b []byte, code StatusCode, reason string) ([]byte, error) {
	switch {
	case code == StatusNoStatusRcvd && reason == "":
		return b, nil
	case !code.onWire():
		return b, fmt.Errorf("wsreference: a close frame cannot carry the status code %d", int(code))
	case len(reason) > maxReason:
		return b, fmt.Errorf("wsreference: the close reason has %d bytes, more than %d", len(reason), maxReason)
	case !utf8.ValidString(reason):
		return b, errors.New("wsreference: the close reason is not valid UTF-8")
	}
	b = binary.BigEndian.AppendUint16(b, uint16(code))
	return append(b, reason...), nil
}

// parseClose reads the payload of a close frame (RFC 6455, section 5.5.1).
// The error is a violation.
func parseClose(p []byte) (CloseError, error) {
	if len(p) == 0 {
		return CloseError{Code: StatusNoStatusRcvd}, nil
	}
	if len(p) == 1 {
		return CloseError{}, violation{StatusProtocolError, "close frame with a payload of one byte"}
	}
	e := CloseError{Code: StatusCode(binary.BigEndian.Uint16(p)), Reason: string(p[2:])}
	if !e.Code.onWire() {
		return CloseError{}, violation{StatusProtocolError, "close frame with the reserved status code " + strconv.Itoa(int(e.Code))}
	}
	if !utf8.ValidString(e.Reason) {
		return CloseError{}, violation{StatusInvalidFramePayloadData, "close reason is not valid UTF-8"}
	}
	return e, nil
}
