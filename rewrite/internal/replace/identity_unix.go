//go:build unix

package replace

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"syscall"
)

// nonblock keeps the opening of a pipe from blocking.
const nonblock = syscall.O_NONBLOCK

// identity returns a value that identifies a directory regardless of its name: its device
// and inode numbers.
func identity(root *os.Root) (string, error) {
	info, err := root.Stat(".")
	if err != nil {
		return "", err
	}
	s, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return "", errors.New("its number is unknown")
	}
	return fmt.Sprintf("%d:%d", s.Dev, s.Ino), nil
}

// private returns an error unless the file belongs to the user and nobody else can access
// it.
func private(info fs.FileInfo) error {
	if s, ok := info.Sys().(*syscall.Stat_t); !ok || int(s.Uid) != os.Geteuid() {
		return errors.New("it belongs to somebody else")
	}
	if perm := info.Mode().Perm(); perm&0o077 != 0 {
		return fmt.Errorf("others have access to it: its mode is %#o", perm)
	}
	return nil
}
