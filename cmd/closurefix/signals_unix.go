//go:build unix

package main

import (
	"os"
	"os/signal"
	"syscall"
)

// deadly are the signals beside that of Ctrl-C that end a process, and that it can
// react to.
var deadly = []os.Signal{syscall.SIGTERM, syscall.SIGHUP, syscall.SIGQUIT}

// surviveBrokenPipe makes it an error to write to a pipe that nobody reads any more. By
// default the process would die of it, in the midst of its work and with nothing said.
func surviveBrokenPipe() { signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE) }
