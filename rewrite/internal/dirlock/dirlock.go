// Package dirlock locks directories for one process at a time. The system releases the
// lock when the process dies.
package dirlock

import "errors"

// ErrBusy says that another process has the lock.
var ErrBusy = errors.New("the directory is locked")

// File is the name of the lock file in a locked directory on Windows.
const File = ".closurefix-lock"

// Try locks a directory and returns a function that releases the lock. The error is
// ErrBusy if another process has the lock. There is another error if the system or the
// file system does not support locks.
func Try(dir string) (release func(), err error) { return try(dir) }
