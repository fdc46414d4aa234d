//go:build unix

package main

import (
	"os"
	"os/signal"
	"syscall"
)

// deadly holds the signals that terminate a process and can be handled, except
// os.Interrupt.
var deadly = []os.Signal{syscall.SIGTERM, syscall.SIGHUP, syscall.SIGQUIT}

// surviveBrokenPipe makes a write to a closed pipe return an error. By default such a
// write ends the process, in the middle of its work and without a message.
func surviveBrokenPipe() { signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE) }
