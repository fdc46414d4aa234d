package wsreference

import (
	"bytes"
	"sync"
)

// PreparedMessage is a message made ready to be sent over many connections.
// Connections without compression share one frame. Connections with
// compression share one compressed frame for each compression level, which is
// made when the first of them needs it. A server sends the frames as they are;
// a client has to mask its own copy.
//
// Its methods may be called by several goroutines at a time.
type PreparedMessage struct {
	opcode  opcode
	payload []byte
	frame   []byte // as a server sends it

	mu         sync.Mutex
	compressed map[int]*packedMessage // by compression level
}

// packedMessage is a message compressed without regard to any other.
type packedMessage struct {
	payload []byte
	frame   []byte // as a server sends it
}

// PrepareMessage makes a message for Conn.WritePrepared. It copies p. The text
// of a text message should be valid UTF-8.
func PrepareMessage(t MessageType, p []byte) (*PreparedMessage, error) {
	if !t.valid() {
		return nil, errBadType
	}
	h := header{flags: finBit, opcode: opcode(t), length: int64(len(p))}
	frame := appendHeader(make([]byte, 0, maxHeaderSize+len(p)), h)
	head := len(frame)
	frame = append(frame, p...)
	return &PreparedMessage{opcode: h.opcode, payload: frame[head:], frame: frame}, nil
}

// packed returns the message compressed with a level.
func (m *PreparedMessage) packed(level int) *packedMessage {
	m.mu.Lock()
	defer m.mu.Unlock()
	if p := m.compressed[level]; p != nil {
		return p
	}
	var b bytes.Buffer
	fw := getWriter(level, &b)
	fw.Write(m.payload) // to memory: no errors
	fw.Flush()
	putWriter(level, fw)
	b.Truncate(b.Len() - deflateTailSize)
	h := header{flags: finBit | rsv1Bit, opcode: m.opcode, length: int64(b.Len())}
	frame := appendHeader(make([]byte, 0, maxHeaderSize+b.Len()), h)
	head := len(frame)
	frame = append(frame, b.Bytes()...)
	p := &packedMessage{payload: frame[head:], frame: frame}
	if m.compressed == nil {
		m.compressed = make(map[int]*packedMessage)
	}
	m.compressed[level] = p
	return p
}
