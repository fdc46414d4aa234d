package replace

import (
	"errors"
	"path/filepath"
	"syscall"
)

// Both are of the Windows API, and not in package syscall.
const (
	deleteOnClose    = 0x04000000 // FILE_FLAG_DELETE_ON_CLOSE
	sharingViolation = syscall.Errno(32)
)

// tryLock locks a directory by a file in it that nobody else may open and that
// goes away with its last handle, or reports that another process has it.
func tryLock(dir string) (release func(), busy bool) {
	name, err := syscall.UTF16PtrFromString(filepath.Join(dir, ".closurefix-lock"))
	if err != nil {
		return func() {}, false
	}
	h, err := syscall.CreateFile(name, syscall.GENERIC_WRITE, 0, nil, syscall.OPEN_ALWAYS,
		syscall.FILE_ATTRIBUTE_NORMAL|deleteOnClose, 0)
	if err != nil {
		return func() {}, errors.Is(err, sharingViolation)
	}
	return func() { syscall.CloseHandle(h) }, false
}
