//go:build unix

package main

import (
	"fmt"
	"os"
	"syscall"

	"github.com/rogpeppe/go-internal/testscript"
)

// identity returns what a journal says of its directory.
func identity(ts *testscript.TestScript, dir string) string {
	info, err := os.Stat(dir)
	ts.Check(err)
	s := info.Sys().(*syscall.Stat_t)
	return fmt.Sprintf("%d:%d", s.Dev, s.Ino)
}
