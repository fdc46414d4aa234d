package replace

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
)

// A File is a file that changes.
type File struct {
	Name     string // absolute
	Old, New []byte
}

// A FileError names a file that stands in the way.
type FileError struct {
	Name   string // absolute
	Reason string // a clause that follows the name
	Err    error  // the cause, if any
}

func (e *FileError) Error() string {
	if e.Err != nil {
		return fmt.Sprintf("%s: %s: %v", e.Name, e.Reason, e.Err)
	}
	return fmt.Sprintf("%s: %s", e.Name, e.Reason)
}

func (e *FileError) Unwrap() error { return e.Err }

// Files replaces the old content of every file by the new one, or changes
// nothing and returns an error: a *FileError where a file stands in the way (it
// is not as it was, it is read-only), what ready returns, or the context's. Only
// with an *UnfinishedError may some have changed: an earlier call was stopped half
// way, or this one found no way back.
//
// The journal is kept in the directory root meanwhile. ready, unless nil, is
// called when everything is prepared, as the last chance to change nothing.
func Files(ctx context.Context, root string, files []File, ready func() error) error {
	w := writer{rename: os.Rename, ready: ready}
	return w.files(ctx, root, files)
}

// A writer replaces files. Tests make its rename fail.
type writer struct {
	rename func(from, to string) error
	ready  func() error
	journal
}

func (w *writer) files(ctx context.Context, root string, files []File) (err error) {
	if len(files) == 0 {
		return nil
	}
	w.root = root
	modes := make([]fs.FileMode, len(files))
	dirs := []string{root}
	known := make(map[string]string)
	for i, f := range files {
		e, mode, err := examine(f)
		if err != nil {
			return err
		}
		if other, ok := known[e.Target]; ok {
			return &FileError{Name: f.Name, Reason: "is the same file as " + other}
		}
		known[e.Target] = f.Name
		dirs = append(dirs, filepath.Dir(e.Target))
		w.Entries, modes[i] = append(w.Entries, e), mode
	}
	unlock, err := lock(ctx, dirs)
	if err != nil {
		return err
	}
	defer unlock()
	if err := tidy(root); err != nil {
		return err
	}

	w.name()
	if err := w.begin(); err != nil {
		return err
	}
	stuck := false // half way; then the journal is for Recover
	defer func() {
		if !stuck {
			w.sweep()
		}
	}()
	for i, f := range files {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := w.stage(f, w.Entries[i], modes[i]); err != nil {
			return err
		}
	}
	w.sync()
	if w.ready != nil {
		if err := w.ready(); err != nil {
			return err
		}
	}
	if err := w.commit(); err != nil {
		return err
	}
	for i, e := range w.Entries {
		err := ctx.Err()
		if err == nil {
			err = unchanged(e.Name, e.Target, files[i].Old)
		}
		if err == nil {
			w.pause()
			if err = w.rename(e.Fresh, e.Target); err != nil {
				err = &FileError{Name: e.Name, Reason: "cannot be replaced", Err: cause(err)}
			}
		}
		if err != nil {
			if back := w.rollback(w.Entries[:i]); back != nil {
				stuck = true
				return errors.Join(err, back, w.unfinished())
			}
			return err
		}
	}
	w.sync()
	return nil
}

// examine finds out what f is on disk, and whether it may be replaced.
func examine(f File) (entry, fs.FileMode, error) {
	e := entry{Name: f.Name, Was: sum(f.Old), Is: sum(f.New)}
	fail := func(reason string, err error) (entry, fs.FileMode, error) {
		return e, 0, &FileError{Name: f.Name, Reason: reason, Err: cause(err)}
	}
	target, err := filepath.EvalSymlinks(f.Name)
	if err != nil {
		return fail("cannot be found any more", err)
	}
	e.Target = target
	info, err := os.Stat(target)
	if err != nil {
		return fail("cannot be read", err)
	}
	if !info.Mode().IsRegular() {
		return fail("is not a regular file", nil)
	}
	if err := unchanged(f.Name, target, f.Old); err != nil {
		return e, 0, err
	}
	// Asked of the mode and not of the system, which lets a privileged user
	// write to everything.
	if info.Mode().Perm()&0o200 == 0 {
		return fail("is read-only", nil)
	}
	if d, err := os.Stat(filepath.Dir(target)); err == nil && d.Mode().Perm()&0o200 == 0 {
		return fail("is in a read-only directory", nil)
	}
	return e, info.Mode(), nil
}

// name chooses the names of the files beside the targets. The go command does
// not look at files whose name begins with a dot.
func (w *writer) name() {
	random := make([]byte, 6)
	rand.Read(random) // never fails
	prefix := tempPrefix + hex.EncodeToString(random) + "-"
	for i := range w.Entries {
		e := &w.Entries[i]
		base := filepath.Join(filepath.Dir(e.Target), prefix+strconv.Itoa(i))
		e.Fresh, e.Old = base+".new", base+".old"
	}
}

// stage writes the new and the old content of f beside it.
func (w *writer) stage(f File, e entry, mode fs.FileMode) error {
	info, err := os.Stat(e.Target)
	if err != nil {
		return &FileError{Name: f.Name, Reason: "cannot be read", Err: cause(err)}
	}
	for _, temp := range []struct {
		name string
		text []byte
	}{{e.Fresh, f.New}, {e.Old, f.Old}} {
		w.pause()
		if err := writeNew(temp.name, temp.text, mode, info); err != nil {
			return &FileError{Name: f.Name, Reason: "cannot write beside it", Err: cause(err)}
		}
	}
	return nil
}

// rollback gives files their old content back, and then takes back the commit.
func (w *writer) rollback(done []entry) error {
	var errs []error
	for _, e := range done {
		w.pause()
		if err := os.Rename(e.Old, e.Target); err != nil {
			errs = append(errs, &FileError{Name: e.Name, Reason: "could not be restored", Err: cause(err)})
		}
	}
	if len(errs) == 0 {
		w.pause()
		if err := os.Rename(w.path(commitName), w.path(begunName)); err != nil {
			errs = append(errs, &FileError{Name: w.path(commitName), Reason: "could not be taken back", Err: cause(err)})
		}
	}
	return errors.Join(errs...)
}

// unchanged fails unless the file still has the content that it was read with.
func unchanged(name, target string, old []byte) error {
	text, err := os.ReadFile(target)
	if err != nil {
		return &FileError{Name: name, Reason: "cannot be read", Err: cause(err)}
	}
	if !bytes.Equal(text, old) {
		return &FileError{Name: name, Reason: "changed since it was read"}
	}
	return nil
}

// writeNew writes a file that does not exist yet, and synchronises it. Its mode
// and, if like is not nil, its owner are set before it has any content.
func writeNew(name string, text []byte, mode fs.FileMode, like fs.FileInfo) (err error) {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	defer func() {
		if e := f.Close(); err == nil {
			err = e
		}
	}()
	if like != nil {
		if err := keepOwner(f, like); err != nil {
			return err
		}
	}
	if err := f.Chmod(mode.Perm()); err != nil {
		return err
	}
	if _, err := f.Write(text); err != nil {
		return err
	}
	return f.Sync()
}

// syncDir makes the renames in a directory last. Not all systems can, and the
// files are good either way.
func syncDir(dir string) {
	if d, err := os.Open(dir); err == nil {
		_ = d.Sync()
		d.Close()
	}
}

func sum(text []byte) string {
	s := sha256.Sum256(text)
	return hex.EncodeToString(s[:])
}

// cause returns what the system says, without the names of temporary files.
func cause(err error) error {
	var path *fs.PathError
	var link *os.LinkError
	switch {
	case errors.As(err, &path):
		return path.Err
	case errors.As(err, &link):
		return link.Err
	}
	return err
}
