package wsreference

import (
	"io"
	"sync"
)

const (
	// inputSize is the size in bytes of the buffer of an input that keeps it:
	// enough for a frame with 4 KiB of payload.
	inputSize = maxHeaderSize + 4<<10

	// sharedSize is the size in bytes of the buffer of an input that has one
	// only while there are bytes in it.
	sharedSize = 16 << 10
)

// sharedBuffers holds buffers of sharedSize.
var sharedBuffers = sync.Pool{New: func() any { return new([sharedSize]byte) }}

// input is what comes from the peer, through a buffer.
type input struct {
	src    io.Reader
	idle   idleReader        // not nil if a wait for the first bytes needs no buffer
	buf    []byte            // nil if there is none
	shared *[sharedSize]byte // buf, if idle has brought it
	ahead  []byte            // what has arrived and has not been used
	err    error             // that came with the last bytes, for the next wait
}

// idleReader waits for bytes without having a buffer meanwhile.
type idleReader interface {
	// read waits, takes a buffer from sharedBuffers, and reads into it. It
	// returns nil instead of a buffer if there is an error.
	read() (*[sharedSize]byte, int, error)
}

// init prepares in to return the bytes early, then those read from src.
func (in *input) init(src io.Reader, early []byte) {
	in.src, in.ahead = src, early
}

// more waits for at least one more byte behind those in ahead. There must be
// fewer of those than the longest frame header has.
func (in *input) more() error {
	if in.err != nil {
		return in.err
	}
	if len(in.ahead) == 0 && in.idle != nil {
		return in.wait()
	}
	if in.buf == nil {
		in.buf = make([]byte, inputSize)
	}
	n := copy(in.buf, in.ahead)
	m, err := in.fill(in.buf[n:])
	in.ahead = in.buf[:n+m]
	return err
}

// wait waits for bytes without holding a buffer, when ahead is empty.
func (in *input) wait() error {
	if in.shared != nil {
		sharedBuffers.Put(in.shared)
	}
	in.buf, in.ahead, in.shared = nil, nil, nil
	buf, n, err := in.idle.read()
	if err != nil {
		return err
	}
	in.buf, in.ahead, in.shared = buf[:], buf[:n], buf
	return nil
}

// maxEmptyReads is how many reads of the source in a row may bring nothing.
const maxEmptyReads = 100

// fill reads at least one byte into p, which is not empty. It returns no error
// with bytes.
func (in *input) fill(p []byte) (int, error) {
	for range maxEmptyReads {
		n, err := in.src.Read(p)
		if n > 0 {
			in.err = err
			return n, nil
		}
		if err != nil {
			return 0, err
		}
	}
	return 0, io.ErrNoProgress
}

// take copies bytes that are ready to p, uses them up, and returns how many.
func (in *input) take(p []byte) int {
	n := copy(p, in.ahead)
	in.ahead = in.ahead[n:]
	return n
}

// Read implements io.Reader. It waits only if nothing is ready, and returns no
// error with bytes.
func (in *input) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	if len(in.ahead) == 0 {
		if in.err != nil {
			return 0, in.err
		}
		if len(p) >= inputSize {
			return in.fill(p) // past the buffer
		}
		if err := in.more(); err != nil {
			return 0, err
		}
	}
	return in.take(p), nil
}

// header takes one frame header if all of it is ready. Otherwise the error is
// errShortHeader.
func (in *input) header() (h header, err error) {
	h, n, err := parseHeader(in.ahead)
	in.ahead = in.ahead[n:]
	return h, err
}

// readHeader takes one frame header, and waits for it. It returns io.EOF only
// when the stream ends before the first byte.
func (in *input) readHeader() (header, error) {
	for {
		h, err := in.header()
		if err != errShortHeader {
			return h, err
		}
		if err := in.more(); err != nil {
			if err == io.EOF && len(in.ahead) > 0 {
				err = io.ErrUnexpectedEOF
			}
			return header{}, err
		}
	}
}
