package wsreference

import (
	"compress/flate"
	"io"
	"sync"
)

const (
	// deflateTail follows each message on its way into the flate reader: the
	// bytes that are not sent, and an empty final block, which gives io.EOF.
	deflateTail = "\x00\x00\xff\xff" + "\x01\x00\x00\xff\xff"

	// windowSize is how many bytes back a compressed message may refer.
	windowSize = 32 << 10
)

// inflaters holds decompressors. They are big, and slow to make, and hold
// nothing of a connection between two messages.
var inflaters = sync.Pool{New: func() any { return newInflater() }}

// A payloadReader reads the payload of one message as its frames carry it. It
// returns io.EOF after the last byte.
type payloadReader interface {
	payload(p []byte) (int, error)
}

// getInflater returns a decompressor for a message. The window is nil without
// context takeover.
func getInflater(msg payloadReader, w *window) *inflater {
	f := inflaters.Get().(*inflater)
	f.msg, f.window = msg, w
	f.pos, f.end, f.tail, f.any = 0, 0, 0, false
	f.reset()
	return f
}

// inflater decompresses the payload of a message. It is also the io.ByteReader
// that its flate reader reads from, so that this one never reads beyond the end
// of the message.
type inflater struct {
	flate  io.ReadCloser
	msg    payloadReader
	window *window // nil without context takeover

	buf      [1024]byte // compressed bytes from the frames
	pos, end int        // of those not used yet
	any      bool       // the frames have brought any byte
	tail     int        // bytes used of deflateTail
}

func newInflater() *inflater {
	f := new(inflater)
	f.flate = flate.NewReader((*inflateSource)(f))
	return f
}

// reset starts a new DEFLATE stream, which may refer to the window.
func (f *inflater) reset() {
	var dict []byte
	if f.window != nil {
		dict = f.window.bytes
	}
	// flate.NewReader's result is a Resetter by its documentation, and its
	// Reset has no error to return.
	f.flate.(flate.Resetter).Reset((*inflateSource)(f), dict)
}

// free gives f back after the end of its message.
func (f *inflater) free() {
	f.msg, f.window = nil, nil
	inflaters.Put(f)
}

// Read reads decompressed payload.
func (f *inflater) Read(p []byte) (int, error) {
	for {
		n, err := f.flate.Read(p)
		if f.window != nil {
			f.window.add(p[:n])
		}
		if err == io.EOF {
			err = f.ended()
		} else if err != nil && f.corrupt(err) {
			err = errCorrupt
		}
		if n > 0 || err != nil || len(p) == 0 {
			return n, err
		}
	}
}

var errCorrupt = violation{StatusInvalidFramePayloadData, "compressed data is corrupt"}

// ended is called when the flate reader has come to the end of a stream. It
// returns io.EOF if that is the end of the message.
func (f *inflater) ended() error {
	if f.tail == 0 && f.pos == f.end {
		if err := (*inflateSource)(f).fill(); err != nil {
			return err
		}
		if f.tail > 0 {
			return io.EOF // the sender has ended it with a final block
		}
	}
	if f.tail == 0 {
		// A final block, and more behind it (RFC 7692, section 7.2.3.4).
		f.reset()
		return nil
	}
	if f.pos < f.end {
		return errCorrupt // a block of the message has ended in the tail
	}
	return io.EOF
}

// corrupt reports whether err comes from the data and not from the network.
func (f *inflater) corrupt(err error) bool {
	switch err.(type) {
	case flate.CorruptInputError, flate.InternalError:
		return true
	}
	return err == io.ErrUnexpectedEOF && f.tail > 0
}

// inflateSource is an inflater as its flate reader sees it.
type inflateSource inflater

// ReadByte implements io.ByteReader.
func (s *inflateSource) ReadByte() (byte, error) {
	if s.pos == s.end {
		if err := s.fill(); err != nil {
			return 0, err
		}
	}
	b := s.buf[s.pos]
	s.pos++
	return b, nil
}

// Read implements io.Reader. The flate reader uses it for stored blocks.
func (s *inflateSource) Read(p []byte) (int, error) {
	if s.pos == s.end {
		if err := s.fill(); err != nil {
			return 0, err
		}
	}
	n := copy(p, s.buf[s.pos:s.end])
	s.pos += n
	return n, nil
}

// fill gets more bytes: those of the frames, then deflateTail.
func (s *inflateSource) fill() error {
	n, err := 0, io.EOF
	if s.tail == 0 {
		n, err = s.msg.payload(s.buf[:])
		s.any = s.any || n > 0
	}
	if err == io.EOF {
		if !s.any {
			// Not even the one byte of an empty message (RFC 7692, section
			// 7.2.3.6). It can mean nothing but that, so let it pass.
			s.tail = deflateTailSize
			s.any = true
		}
		n = copy(s.buf[:], deflateTail[s.tail:])
		s.tail = len(deflateTail)
		if n > 0 {
			err = nil
		}
	}
	s.pos, s.end = 0, n
	return err
}

// window is the last windowSize bytes of the messages read, to which the next
// may refer.
type window struct{ bytes []byte }

// add appends p.
func (w *window) add(p []byte) {
	if w.bytes == nil {
		w.bytes = make([]byte, 0, windowSize)
	}
	if len(p) >= windowSize {
		w.bytes = append(w.bytes[:0], p[len(p)-windowSize:]...)
		return
	}
	if over := len(w.bytes) + len(p) - windowSize; over > 0 {
		w.bytes = w.bytes[:copy(w.bytes, w.bytes[over:])]
	}
	w.bytes = append(w.bytes, p...)
}
