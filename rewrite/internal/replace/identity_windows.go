package replace

import (
	"fmt"
	"io/fs"
	"os"
	"syscall"
)

// nonblock is 0: opening a file by name does not block on this system.
const nonblock = 0

// identity returns a value that identifies a directory regardless of its name: its volume
// and index numbers.
func identity(root *os.Root) (string, error) {
	d, err := root.Open(".")
	if err != nil {
		return "", err
	}
	defer d.Close()
	var info syscall.ByHandleFileInformation
	if err := syscall.GetFileInformationByHandle(syscall.Handle(d.Fd()), &info); err != nil {
		return "", err
	}
	return fmt.Sprintf("%d:%d:%d", info.VolumeSerialNumber, info.FileIndexHigh, info.FileIndexLow), nil
}

// private accepts every file: the user's cache directory inherits access control lists
// that exclude others.
func private(fs.FileInfo) error { return nil }
