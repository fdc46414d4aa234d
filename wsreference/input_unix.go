//go:build unix

package wsreference

import (
	"io"
	"net"
	"os"
	"syscall"
)

// tcpReader reads from a TCP connection. While it waits it has no buffer, which
// is most of what an idle connection would cost.
type tcpReader struct {
	conn *net.TCPConn
	raw  syscall.RawConn
	try  func(fd uintptr) bool // r.attempt, made once

	buf *[sharedSize]byte // of the attempt
	n   int
	err error
}

// newIdleReader returns a reader of conn that waits without a buffer, or nil
// if there is none.
func newIdleReader(conn *net.TCPConn) idleReader {
	raw, err := conn.SyscallConn()
	if err != nil {
		return nil
	}
	r := &tcpReader{conn: conn, raw: raw}
	r.try = r.attempt
	return r
}

// attempt reads what is there, and reports false if nothing is.
func (r *tcpReader) attempt(fd uintptr) bool {
	buf := sharedBuffers.Get().(*[sharedSize]byte)
	for {
		r.n, r.err = syscall.Read(int(fd), buf[:])
		if r.err != syscall.EINTR {
			break
		}
	}
	if r.err == nil && r.n > 0 {
		r.buf = buf
		return true
	}
	sharedBuffers.Put(buf)
	return r.err != syscall.EAGAIN
}

func (r *tcpReader) read() (*[sharedSize]byte, int, error) {
	err := r.raw.Read(r.try)
	buf, n := r.buf, r.n
	r.buf = nil
	switch {
	case err != nil: // closed, or past a deadline
		if buf != nil {
			sharedBuffers.Put(buf)
		}
		return nil, 0, err
	case buf != nil:
		return buf, n, nil
	case r.err != nil:
		return nil, 0, &net.OpError{Op: "read", Net: r.conn.RemoteAddr().Network(),
			Source: r.conn.LocalAddr(), Addr: r.conn.RemoteAddr(), Err: os.NewSyscallError("read", r.err)}
	}
	return nil, 0, io.EOF
}
