//go:build !unix && !windows

package replace

import (
	"io/fs"
	"os"
)

// nonblock is 0: opening a file by name does not block on this system.
const nonblock = 0

// identity returns "": only the name identifies a directory.
func identity(*os.Root) (string, error) { return "", nil }

// private accepts every file: the system does not report the owner.
func private(fs.FileInfo) error { return nil }
