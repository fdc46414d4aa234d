//go:build unix

package process

import (
	"io/fs"
	"os"
	"syscall"
)

// own reports whether a directory belongs to the user and nobody else can change it.
func own(info fs.FileInfo) bool {
	s, ok := info.Sys().(*syscall.Stat_t)
	return ok && int(s.Uid) == os.Geteuid() && info.Mode().Perm()&0o077 == 0
}
