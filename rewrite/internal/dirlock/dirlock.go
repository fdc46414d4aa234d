// Package dirlock locks directories for one process at a time. The system takes a
// lock back when its holder dies.
package dirlock

import "errors"

// ErrBusy says that somebody else holds the lock.
var ErrBusy = errors.New("the directory is locked")

// File is the name of the file in a locked directory that is the lock, on Windows.
const File = ".closurefix-lock"

// Try locks a directory, and returns a function that gives the lock back. The error
// is ErrBusy if another one holds it, and another error where the system or the file
// system has no such locks.
func Try(dir string) (release func(), err error) { return try(dir) }
