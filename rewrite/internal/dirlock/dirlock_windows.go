package dirlock

import (
	"errors"
	"path/filepath"
	"syscall"
)

// These constants of the Windows API are not in package syscall.
const (
	deleteOnClose    = 0x04000000 // FILE_FLAG_DELETE_ON_CLOSE
	openReparsePoint = 0x00200000 // FILE_FLAG_OPEN_REPARSE_POINT: a link of that name is not followed
	sharingViolation = syscall.Errno(32)
)

// try locks a directory with a file in it that other processes cannot open and that is
// deleted when its last handle is closed.
func try(dir string) (release func(), err error) {
	name, err := syscall.UTF16PtrFromString(filepath.Join(dir, File))
	if err != nil {
		return nil, err
	}
	h, err := syscall.CreateFile(name, syscall.GENERIC_WRITE, 0, nil, syscall.OPEN_ALWAYS,
		syscall.FILE_ATTRIBUTE_NORMAL|deleteOnClose|openReparsePoint, 0)
	if errors.Is(err, sharingViolation) {
		return nil, ErrBusy
	}
	if err != nil {
		return nil, err
	}
	return func() { syscall.CloseHandle(h) }, nil
}
