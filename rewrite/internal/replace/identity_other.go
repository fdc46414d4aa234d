//go:build !unix && !windows

package replace

import (
	"io/fs"
	"os"
)

// nonblock is nothing: no file name here leads to a pipe that waits.
const nonblock = 0

// identity returns "": a directory is known by its name alone.
func identity(*os.Root) (string, error) { return "", nil }

// private accepts every file: the system does not tell whose it is.
func private(fs.FileInfo) error { return nil }
