package process

import (
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/closurefix/closurefix/rewrite/internal/dirlock"
)

// tempMark is the name of a file in each temporary directory of this package. It exists
// only while the directory is locked, or after it was.
const tempMark = ".closurefix-temporary"

// temporary matches the name of a temporary directory.
var temporary = regexp.MustCompile(`^closurefix-\d+$`)

// TempDir makes a temporary directory in parent, or in the default directory for temporary
// files if parent is "". remove removes it with its content. If the process dies before
// that, Sweep removes it later.
func TempDir(parent string) (dir string, remove func(), err error) {
	if dir, err = os.MkdirTemp(parent, "closurefix-"); err != nil {
		return "", nil, err
	}
	release, err := dirlock.Try(dir)
	if err != nil {
		return dir, func() { os.RemoveAll(dir) }, nil // Sweep does not find it
	}
	if err := os.WriteFile(filepath.Join(dir, tempMark), nil, 0o600); err != nil {
		release()
		os.RemoveAll(dir)
		return "", nil, err
	}
	return dir, func() {
		os.RemoveAll(dir)
		release()
		os.RemoveAll(dir) // on Windows the lock is a file in the directory
	}, nil
}

// Scratch makes a temporary directory, and an environment in which the go command keeps
// its own temporary files there: it leaves them behind if it is killed. remove removes the
// directory.
func Scratch(env []string) (dir string, with []string, remove func(), err error) {
	if dir, remove, err = TempDir(goTemp(env)); err != nil {
		return "", nil, nil, err
	}
	return dir, append(slices.Clone(env), "GOTMPDIR="+dir), remove, nil
}

// goTemp returns the directory in which the go command keeps temporary files, or "" for
// the default directory.
func goTemp(env []string) string {
	dir := ""
	for _, v := range env {
		if value, ok := strings.CutPrefix(v, "GOTMPDIR="); ok {
			dir = value // the last value is used
		}
	}
	return dir
}

// Sweep removes the temporary directories of the user's processes that have died. It
// ignores errors.
func Sweep(env []string) {
	for _, parent := range []string{os.TempDir(), goTemp(env)} {
		entries, err := os.ReadDir(parent)
		if err != nil {
			continue
		}
		for _, e := range entries {
			if e.IsDir() && temporary.MatchString(e.Name()) {
				sweep(filepath.Join(parent, e.Name()))
			}
		}
	}
}

// sweep removes a temporary directory if its lock is free.
func sweep(dir string) {
	info, err := os.Lstat(dir)
	if err != nil || !info.IsDir() || !own(info) {
		return
	}
	if m, err := os.Lstat(filepath.Join(dir, tempMark)); err != nil || !m.Mode().IsRegular() {
		return
	}
	release, err := dirlock.Try(dir)
	if err != nil {
		return
	}
	// The mark is removed last, so that a later sweep finds a remaining directory. On
	// Windows the lock file exists until the end.
	entries, err := os.ReadDir(dir)
	for _, e := range entries {
		if name := e.Name(); name != tempMark && name != dirlock.File {
			err = errors.Join(err, os.RemoveAll(filepath.Join(dir, name)))
		}
	}
	release()
	if err == nil {
		os.RemoveAll(dir)
	}
}
