package replace

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/closurefix/closurefix/rewrite/internal/dirlock"
)

// patience is the time that a writer waits before it tries a lock again.
const patience = 10 * time.Millisecond

// lock waits for the locks of directories and returns a function that releases them. All
// writers lock in the same order, so they cannot deadlock. If the system or the file
// system does not support locks, none are used.
func lock(ctx context.Context, dirs []string) (unlock func(), err error) {
	var names []string
	for _, dir := range dirs {
		if real, err := filepath.EvalSymlinks(dir); err == nil {
			dir = real
		}
		names = append(names, dir)
	}
	slices.Sort(names)
	var held []func()
	unlock = func() {
		for _, release := range slices.Backward(held) {
			release()
		}
	}
	var known []fs.FileInfo // one directory may have several names
	for _, dir := range names {
		info, err := os.Stat(dir)
		if err != nil || slices.ContainsFunc(known, func(k fs.FileInfo) bool { return os.SameFile(k, info) }) {
			continue
		}
		known = append(known, info)
		for {
			release, err := dirlock.Try(dir)
			if err == nil {
				held = append(held, release)
			}
			if !errors.Is(err, dirlock.ErrBusy) {
				break
			}
			select {
			case <-ctx.Done():
				unlock()
				return nil, ctx.Err()
			case <-time.After(patience):
			}
		}
	}
	return unlock, nil
}
