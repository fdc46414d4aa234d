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

// tempMark is the name of a file in each temporary directory that tells it from one that
// is called so by chance. It is there only while, or after, the directory was locked.
const tempMark = ".closurefix-temporary"

// temporary is the name of a temporary directory.
var temporary = regexp.MustCompile(`^closurefix-\d+$`)

// TempDir makes a temporary directory in parent, or in the system's place for them if
// that is "". remove removes it with all that it holds. If the process dies before,
// Sweep removes it.
func TempDir(parent string) (dir string, remove func(), err error) {
	if dir, err = os.MkdirTemp(parent, "closurefix-"); err != nil {
		return "", nil, err
	}
	release, err := dirlock.Try(dir)
	if err != nil {
		return dir, func() { os.RemoveAll(dir) }, nil // nobody sweeps it
	}
	if err := os.WriteFile(filepath.Join(dir, tempMark), nil, 0o600); err != nil {
		release()
		os.RemoveAll(dir)
		return "", nil, err
	}
	return dir, func() {
		os.RemoveAll(dir)
		release()
		os.RemoveAll(dir) // on Windows the lock is a file in it
	}, nil
}

// Scratch makes a temporary directory, and an environment in which the go command
// keeps its own temporary files there: it leaves them behind if it is killed.
// remove removes all.
func Scratch(env []string) (dir string, with []string, remove func(), err error) {
	if dir, remove, err = TempDir(goTemp(env)); err != nil {
		return "", nil, nil, err
	}
	return dir, append(slices.Clone(env), "GOTMPDIR="+dir), remove, nil
}

// goTemp returns where the go command keeps temporary files, "" for the system's place.
func goTemp(env []string) string {
	dir := ""
	for _, v := range env {
		if value, ok := strings.CutPrefix(v, "GOTMPDIR="); ok {
			dir = value // the last one counts
		}
	}
	return dir
}

// Sweep removes the temporary directories that dead processes of the user left. What
// cannot be removed stays.
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

// sweep removes a temporary directory if nobody holds its lock.
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
	// The mark goes last: what could not be removed is found again. On Windows there is
	// the lock beside it.
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
