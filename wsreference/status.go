package wsreference

import (
	"errors"
	"fmt"
	"strconv"
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

// valid reports whether t is one of the two types.
func (t MessageType) valid() bool { return t == MessageText || t == MessageBinary }

var errBadType = errors.New("the message type is neither text nor binary")

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

func (e CloseError) Error() string { return "the peer closed the connection: " + e.fields() }

func (e CloseError) fields() string {
	return fmt.Sprintf("status = %v and reason = %q", e.Code, e.Reason)
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
