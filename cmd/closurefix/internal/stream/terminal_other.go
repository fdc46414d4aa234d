//go:build !unix && !windows

package stream

import "os"

// columns knows no terminals on this system.
func columns(*os.File) (n int, ok bool) { return 0, false }
