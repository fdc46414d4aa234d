//go:build !unix

package wsreference

import "net"

// newIdleReader returns nil: there is no portable way to wait without a
// buffer.
func newIdleReader(*net.TCPConn) idleReader { return nil }
