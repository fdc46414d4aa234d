package wsreference

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// closeTimeout bounds each close handshake, from either end.
	closeTimeout = 5 * time.Second

	// lingerTimeout bounds how long a failed connection swallows what the
	// peer still sends, so that the close frame is not lost to a reset.
	lingerTimeout = time.Second

	// bufferSize is the size in bytes of the read and the write buffer, and
	// the largest frame into which a Writer gathers small writes.
	bufferSize = 4096

	// defaultReadLimit is the read limit in bytes of a new Conn.
	defaultReadLimit = 32768
)

// Conn is a WebSocket connection, made by Dial or Accept.
//
// One goroutine at a time may read; any number may write, ping and close.
// Control frames are answered while a read is under way, so a program that
// only writes must call CloseRead. Every Conn must be closed with Close or
// CloseNow: a Conn may stay registered with the last context used, which
// keeps it in memory.
//
// When the context of a call ends while the call waits for the network, the
// connection is closed, since part of a frame may have been read or written.
// A call whose context has ended before it fails and leaves the connection
// as it is.
type Conn struct {
	rwc         io.ReadWriteCloser
	client      bool
	peerFlags   byte // that each frame of the peer has
	subprotocol string
	onPing      func(ctx context.Context, payload []byte) bool
	onPong      func(ctx context.Context, payload []byte)
	checkUTF8   bool
	deflate     *deflateParams // nil when not negotiated
	threshold   int            // least size in bytes of a message to compress

	closed    chan struct{} // closed by abort
	abortOnce sync.Once
	abortErr  error
	received  atomic.Pointer[CloseError] // the peer's close frame
	ended     atomic.Bool                // closed, or a close frame received

	spawned   spawned
	closeRead closeReader

	// Reading. readLock guards what follows it.
	readLimit   atomic.Int64
	readLock    lock
	in          input
	reading     guard
	msg         messageReader
	readErr     error // of the read that ended reading
	readControl [maxControlPayload]byte

	// Writing. messageLock is held while a message is sent in several frames;
	// frameLock, which may be taken under it, guards what follows it.
	messageLock lock
	writer      messageWriter
	frameLock   lock
	writing     guard
	wbuf        []byte
	tcp         *net.TCPConn // rwc, if it is one
	pieces      [2][]byte    // of a large frame,
	vector      net.Buffers  // as it is written to tcp
	keys        *keySource   // of a client
	fragmented  bool         // a message is between two frames
	closeSent   bool

	pings pings
	pongs pongs
}

// connConfig is what a handshake has found out.
type connConfig struct {
	client      bool
	subprotocol string
	onPing      func(ctx context.Context, payload []byte) bool
	onPong      func(ctx context.Context, payload []byte)
	skipUTF8    bool
	deflate     *deflateParams
	threshold   int
}

// newConn makes the Conn that runs over rwc. br reads from rwc and may hold
// bytes already read. wbuf is memory for the write buffer, used if it is big
// enough.
func newConn(rwc io.ReadWriteCloser, br *bufio.Reader, wbuf []byte, cfg connConfig) *Conn {
	if cap(wbuf) < bufferSize {
		wbuf = make([]byte, 0, bufferSize)
	}
	c := &Conn{
		rwc:         rwc,
		client:      cfg.client,
		subprotocol: cfg.subprotocol,
		onPing:      cfg.onPing,
		onPong:      cfg.onPong,
		checkUTF8:   !cfg.skipUTF8,
		deflate:     cfg.deflate,
		threshold:   cfg.threshold,
		closed:      make(chan struct{}),
		in:          newInput(br),
		wbuf:        wbuf[:0],
	}
	if c.client {
		c.keys = new(keySource)
	} else {
		c.peerFlags = maskedBit
	}
	c.tcp, _ = rwc.(*net.TCPConn)
	c.readLimit.Store(defaultReadLimit)
	c.msg.conn = c
	c.writer.conn = c
	c.reading.init(c)
	c.writing.init(c)
	return c
}

// Subprotocol returns the subprotocol agreed on in the handshake, or "".
func (c *Conn) Subprotocol() string { return c.subprotocol }

// SetReadLimit sets the most payload bytes that a message may have, counted
// after decompression, from the next message on; -1 means no limit. A read of
// a larger message closes the connection with StatusMessageTooBig and fails
// with ErrMessageTooBig. The default is 32768.
func (c *Conn) SetReadLimit(n int64) {
	c.readLimit.Store(max(n, -1))
}

// abort closes the network connection, which makes every call under way
// fail. It waits for none of them.
func (c *Conn) abort() {
	c.abortOnce.Do(func() {
		c.ended.Store(true)
		close(c.closed)
		c.abortErr = c.rwc.Close()
		c.reading.release()
		c.writing.release()
	})
}

// spawned are the goroutines of a Conn: that of CloseRead, and one that sends
// pongs. The mutex keeps any from starting while Close waits for them.
type spawned struct {
	mu    sync.Mutex
	over  bool // no more
	group sync.WaitGroup
}

// spawn runs f in a goroutine of the Conn, unless Close already waits for
// those, and reports whether it does.
func (c *Conn) spawn(f func()) bool {
	c.spawned.mu.Lock()
	defer c.spawned.mu.Unlock()
	if c.spawned.over {
		return false
	}
	c.spawned.group.Go(f)
	return true
}

// wait lets no more goroutines start, and waits for those there are.
func (s *spawned) wait() {
	s.mu.Lock()
	s.over = true
	s.mu.Unlock()
	s.group.Wait()
}

// closeReceivedErr returns the CloseError of the close frame that has
// arrived, or nil.
func (c *Conn) closeReceivedErr() error {
	if e := c.received.Load(); e != nil {
		return *e
	}
	return nil
}

// cause returns the reason to give for err, with which an operation under ctx
// has failed: the close frame of the peer, the end of ctx, or that this end
// has closed the connection, rather than what the network said then.
func (c *Conn) cause(ctx context.Context, err error) error {
	if e := c.closeReceivedErr(); e != nil {
		return e
	}
	if e := ctx.Err(); e != nil {
		return e
	}
	select {
	case <-c.closed:
		if !errors.Is(err, net.ErrClosed) {
			return net.ErrClosed
		}
	default:
	}
	return err
}
