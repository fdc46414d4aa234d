package wsreference

import (
	"bufio"
	"io"
)

// input is what comes from the peer. It looks into the buffer of a
// bufio.Reader, so that a frame that is there costs no call of its methods.
type input struct {
	br    *bufio.Reader
	ahead []byte // the end of what br has buffered: what has not been used
	err   error  // that came with the last bytes, for the next wait
}

// newInput returns an input that reads from br, whose buffer holds a frame
// header at least.
func newInput(br *bufio.Reader) input {
	in := input{br: br}
	in.look(br.Buffered())
	return in
}

// look has n bytes ready in ahead, or more. It waits for them if they are not
// in the buffer.
func (in *input) look(n int) error {
	_, err := in.br.Peek(n)
	in.ahead, _ = in.br.Peek(in.br.Buffered())
	return err
}

// drop tells br what has been used. Nothing is ready then, until look.
func (in *input) drop() {
	in.br.Discard(in.br.Buffered() - len(in.ahead))
	in.ahead = nil
}

// more waits until more bytes are ready than there are.
func (in *input) more() error {
	if in.err != nil {
		return in.err
	}
	n := len(in.ahead) + 1
	in.drop()
	return in.look(n)
}

// take moves what is ready to p, as far as there is room, and returns how many
// bytes that are.
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
		in.drop()
		if len(p) >= in.br.Size() {
			n, err := in.br.Read(p) // past the buffer
			if n > 0 && err != nil {
				in.err, err = err, nil
			}
			return n, err
		}
		if err := in.look(1); err != nil {
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
