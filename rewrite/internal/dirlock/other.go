//go:build !(darwin || dragonfly || freebsd || linux || netbsd || openbsd || windows)

package dirlock

import "errors"

// try fails: package syscall has no locks on this system.
func try(string) (release func(), err error) { return nil, errors.ErrUnsupported }
