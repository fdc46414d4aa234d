//go:build !unix

package main

import (
	"os"
	"syscall"
)

// deadly holds the signals that terminate a process and can be handled, except
// os.Interrupt.
var deadly = []os.Signal{syscall.SIGTERM}

// surviveBrokenPipe does nothing, since only Unix has SIGPIPE.
func surviveBrokenPipe() {}
