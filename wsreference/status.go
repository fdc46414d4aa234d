package wsreference

import (
	"encoding/binary"
	"errors"
	"fmt"
	"strconv"
	"unicode/utf8"
)

// MessageType is the type of a data message: text or binary.
// Its values are the opcodes of RFC 6455, section 5.2.
type MessageType int

const (
	// MessageText is a message of UTF-8 text.
	MessageText MessageType = 1
	// MessageBinary is a message of arbitrary bytes.
	MessageBinary MessageType = 2
)

// String returns "text", "binary", or the number of an unknown type.
func (t MessageType) String() string {
	switch t {
	case MessageText:
		return "text"
	case MessageBinary:
		return "binary"
	}
	return "MessageType(" + strconv.Itoa(int(t)) + ")"
}

// StatusCode is the reason for closing that a close frame carries
// (RFC 6455, section 7.4, and the IANA WebSocket Close Code Number Registry).
type StatusCode int

// The status codes of RFC 6455, section 7.4.1, and of the IANA registry.
// StatusNoStatusRcvd, StatusAbnormalClosure and StatusTLSHandshake never
// travel in a frame.
const (
	StatusNormalClosure           StatusCode = 1000
	StatusGoingAway               StatusCode = 1001
	StatusProtocolError           StatusCode = 1002
	StatusUnsupportedData         StatusCode = 1003
	statusReserved                StatusCode = 1004
	StatusNoStatusRcvd            StatusCode = 1005
	StatusAbnormalClosure         StatusCode = 1006
	StatusInvalidFramePayloadData StatusCode = 1007
	StatusPolicyViolation         StatusCode = 1008
	StatusMessageTooBig           StatusCode = 1009
	StatusMandatoryExtension      StatusCode = 1010
	StatusInternalError           StatusCode = 1011
	StatusServiceRestart          StatusCode = 1012
	StatusTryAgainLater           StatusCode = 1013
	StatusBadGateway              StatusCode = 1014
	StatusTLSHandshake            StatusCode = 1015
)

var statusNames = [...]string{
	"StatusNormalClosure",
	"StatusGoingAway",
	"StatusProtocolError",
	"StatusUnsupportedData",
	"StatusReserved",
	"StatusNoStatusRcvd",
	"StatusAbnormalClosure",
	"StatusInvalidFramePayloadData",
	"StatusPolicyViolation",
	"StatusMessageTooBig",
	"StatusMandatoryExtension",
	"StatusInternalError",
	"StatusServiceRestart",
	"StatusTryAgainLater",
	"StatusBadGateway",
	"StatusTLSHandshake",
}

// String returns the name of the constant, or the number in parentheses
// for a code that has no name.
func (c StatusCode) String() string {
	if i := int(c - StatusNormalClosure); i >= 0 && i < len(statusNames) {
		return statusNames[i]
	}
	return "StatusCode(" + strconv.Itoa(int(c)) + ")"
}

// onWire reports whether a close frame may carry c: 1000–1003 and 1007–1014
// are defined for that, 3000–4999 are left to libraries and applications;
// everything else is reserved (RFC 6455, section 7.4).
func (c StatusCode) onWire() bool {
	switch c {
	case statusReserved, StatusNoStatusRcvd, StatusAbnormalClosure, StatusTLSHandshake:
		return false
	}
	return c >= StatusNormalClosure && c <= StatusBadGateway || c >= 3000 && c <= 4999
}

// CloseError is the close frame that the peer sent. Reads return it once the
// frame has arrived, writes and pings when they fail because of it.
// Code is StatusNoStatusRcvd when the frame carried none.
type CloseError struct {
	Code   StatusCode
	Reason string
}

func (e CloseError) Error() string {
	return fmt.Sprintf("the peer closed the connection: status = %v and reason = %q", e.Code, e.Reason)
}

// CloseStatus returns the status code of the CloseError that err holds,
// or -1 when it holds none, as when err is nil or the connection broke
// without a close frame.
func CloseStatus(err error) StatusCode {
	if e, ok := errors.AsType[CloseError](err); ok {
		return e.Code
	}
	return -1
}

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

// A violation is what the peer did wrong. It makes the reader fail the
// connection (RFC 6455, section 7.1.7) with a close frame of that code.
type violation struct {
	code StatusCode
	text string
}

func (v violation) Error() string {
	return "the peer violated the protocol: " + v.text + " (closed with " + v.code.String() + ")"
}

// ErrMessageTooBig is found, by errors.Is, in the error of a read that met a
// message larger than the read limit. The connection has then been closed
// with StatusMessageTooBig.
var ErrMessageTooBig = errors.New("message exceeds the read limit")

// Is makes a violation of the read limit match ErrMessageTooBig.
func (v violation) Is(target error) bool {
	return target == ErrMessageTooBig && v.code == StatusMessageTooBig
}
