//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package replace

import (
	"errors"
	"os"
	"syscall"
)

// tryLock locks a directory, or reports that another process has it. The lock
// is on the directory itself, and leaves nothing behind.
func tryLock(dir string) (release func(), busy bool) {
	d, err := os.Open(dir)
	if err != nil {
		return func() {}, false
	}
	for {
		err = syscall.Flock(int(d.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if !errors.Is(err, syscall.EINTR) {
			break
		}
	}
	if errors.Is(err, syscall.EWOULDBLOCK) {
		d.Close()
		return nil, true
	}
	return func() { d.Close() }, false
}
