//go:build !unix

package main

import (
	"os"
	"syscall"
)

// deadly are the signals beside that of Ctrl-C that end a process, and that it can
// react to.
var deadly = []os.Signal{syscall.SIGTERM}

// surviveBrokenPipe does nothing: only Unix has a signal for it.
func surviveBrokenPipe() {}
