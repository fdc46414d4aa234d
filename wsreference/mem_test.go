package wsreference

import (
	"bytes"
	"compress/flate"
	"io"
	"sync"
	"testing"
	"time"
)

// stream is one direction of a connection in memory: what is written can be
// read, at once, until room for max bytes is full, if max is not 0. It works
// in a testing/synctest bubble.
type stream struct {
	mu     sync.Mutex
	cond   *sync.Cond
	buf    []byte
	max    int
	ended  bool // by the writer: io.EOF after what is there
	broken bool // by the reader: writes fail
}

func newStream(max int) *stream {
	s := &stream{max: max}
	s.cond = sync.NewCond(&s.mu)
	return s
}

func (s *stream) Read(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for len(s.buf) == 0 && !s.ended && !s.broken {
		s.cond.Wait()
	}
	if s.broken {
		return 0, io.ErrClosedPipe
	}
	if len(s.buf) == 0 {
		return 0, io.EOF
	}
	n := copy(p, s.buf)
	s.buf = s.buf[n:]
	s.cond.Broadcast()
	return n, nil
}

func (s *stream) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for n := 0; ; {
		if s.ended || s.broken {
			return n, io.ErrClosedPipe
		}
		m := len(p) - n
		if s.max > 0 {
			m = min(m, s.max-len(s.buf))
		}
		s.buf = append(s.buf, p[n:n+m]...)
		s.cond.Broadcast()
		if n += m; n == len(p) {
			return n, nil
		}
		s.cond.Wait()
	}
}

func (s *stream) end(broken bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ended = true
	s.broken = s.broken || broken
	s.cond.Broadcast()
}

// memConn is one end of a connection in memory.
type memConn struct{ in, out *stream }

func (c memConn) Read(p []byte) (int, error)  { return c.in.Read(p) }
func (c memConn) Write(p []byte) (int, error) { return c.out.Write(p) }
func (c memConn) Close() error {
	c.in.end(true)
	c.out.end(false)
	return nil
}

// newInput returns an input that reads from src, after the bytes early.
func newInput(src io.Reader, early []byte) (in input) {
	in.init(src, early)
	return in
}

// rawPeer is the other end of a Conn under test. It sends and sees frames as
// they are, right or wrong.
type rawPeer struct {
	tb     testing.TB
	conn   memConn
	in     input
	client bool // the peer is the client
}

// peerConfig says what the Conn under test is.
type peerConfig struct {
	connConfig
	room int // bytes that the Conn can write before the peer reads, 0 for any number
}

// newPeer returns a Conn and its peer. The Conn is closed with the test.
func newPeer(tb testing.TB, cfg peerConfig) (*Conn, *rawPeer) {
	in, out := newStream(0), newStream(cfg.room)
	if cfg.level == 0 {
		cfg.level = flate.BestSpeed
	}
	near, far := memConn{in, out}, memConn{out, in}
	c := newConn(near, cfg.connConfig)
	tb.Cleanup(func() { c.CloseNow() })
	return c, &rawPeer{tb, far, newInput(far, nil), !cfg.client}
}

// bytes sends b as it is.
func (p *rawPeer) bytes(b []byte) {
	p.tb.Helper()
	if _, err := p.conn.Write(b); err != nil {
		p.tb.Errorf("the peer cannot write: %v", err)
	}
}

// encode returns a frame with the length and, for a client, the mask added.
func (p *rawPeer) encode(h header, payload []byte) []byte {
	h.length = int64(len(payload))
	payload = bytes.Clone(payload)
	if p.client {
		h.flags |= maskedBit
		h.key = 0xa1b2c3d4
		mask(payload, payload, h.key)
	}
	return append(appendHeader(nil, h), payload...)
}

// frame sends a frame.
func (p *rawPeer) frame(h header, payload []byte) {
	p.tb.Helper()
	p.bytes(p.encode(h, payload))
}

// send sends a frame with FIN.
func (p *rawPeer) send(op opcode, payload string) {
	p.tb.Helper()
	p.frame(header{flags: finBit, opcode: op}, []byte(payload))
}

// part sends a frame without FIN.
func (p *rawPeer) part(op opcode, payload string) {
	p.tb.Helper()
	p.frame(header{opcode: op}, []byte(payload))
}

// next reads a frame.
func (p *rawPeer) next() (header, []byte, error) {
	h, err := p.in.readHeader()
	if err != nil {
		return h, nil, err
	}
	b := make([]byte, h.length)
	if _, err := io.ReadFull(&p.in, b); err != nil {
		return h, nil, err
	}
	if h.masked() != !p.client {
		p.tb.Errorf("a frame with masked = %v came from the wrong end", h.masked())
	}
	mask(b, b, h.key)
	return h, b, nil
}

// want reads a frame, and wants it to be this one.
func (p *rawPeer) want(op opcode, payload string) {
	p.tb.Helper()
	h, b, err := p.next()
	if err != nil || h.opcode != op || string(b) != payload || !h.fin() {
		p.tb.Errorf("the peer got frame %#x, FIN %v, %q, %v; want %#x %q", h.opcode, h.fin(), b, err, op, payload)
	}
}

// wantClose reads a close frame with code, and then the end of the stream.
func (p *rawPeer) wantClose(code StatusCode) {
	p.tb.Helper()
	h, b, err := p.next()
	if err != nil || h.opcode != opClose {
		p.tb.Errorf("the peer got frame %#x %q, %v; want a close frame with %v", h.opcode, b, err, code)
		return
	}
	if e, err := parseClose(b); err != nil || e.Code != code {
		p.tb.Errorf("the peer got a close frame with %v, %v; want %v", e, err, code)
	}
	p.wantEOF()
}

// wantEOF wants nothing more to come.
func (p *rawPeer) wantEOF() {
	p.tb.Helper()
	if h, b, err := p.next(); err != io.EOF {
		p.tb.Errorf("the peer got frame %#x %q, %v; want the end of the stream", h.opcode, b, err)
	}
}

// closePayload returns the payload of a close frame.
func closePayload(code StatusCode, reason string) string {
	return string([]byte{byte(code >> 8), byte(code)}) + reason
}

// within fails the test if f takes longer than a bound that only a call that
// hangs exceeds.
func within(tb testing.TB, what string, f func()) {
	tb.Helper()
	done := make(chan struct{})
	go func() {
		defer close(done)
		f()
	}()
	select {
	case <-done:
	case <-time.After(time.Minute):
		tb.Fatalf("%s hangs", what)
	}
}
