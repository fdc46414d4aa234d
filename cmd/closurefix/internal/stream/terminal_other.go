//go:build !unix && !windows

package stream

import "os"

// columns returns false: terminals are not supported on this system.
func columns(*os.File) (n int, ok bool) { return 0, false }
