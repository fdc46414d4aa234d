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

// A File has the old and the new content of a file.
type File struct {
	Name     string // absolute
	Old, New []byte
}

// A FileError says why a file cannot be replaced.
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

// Files replaces the content of all files, or changes nothing and returns an error. The
// error is that of ready or of the context, or a *FileError if a file has changed, is
// read-only, or is not below the directory root. Only with an *UnfinishedError may some
// files have changed: an earlier call was stopped between two renames, or this one failed
// to restore the old contents.
//
// If ready is not nil, it is called when everything is prepared and nothing has changed
// yet.
func Files(ctx context.Context, root string, files []File, ready func() error) error {
	w := writer{ready: ready}
	return w.files(ctx, root, files)
}

// A writer replaces files. Tests replace its rename function.
type writer struct {
	rename func(from, to string) error // nil: that of the tree
	ready  func() error
	step   func() // see journal
	*journal
}

func (w *writer) files(ctx context.Context, root string, files []File) (err error) {
	if len(files) == 0 {
		return nil
	}
	t, err := openTree(root)
	if err != nil {
		return err
	}
	defer t.Close()
	entries, err := examine(t, files)
	if err != nil {
		return err
	}
	home, err := openHome(t)
	if err != nil {
		return err
	}
	defer home.Close()
	dirs := []string{t.name}
	for _, e := range entries {
		dirs = append(dirs, t.abs(filepath.Dir(e.Target)))
	}
	unlock, err := lock(ctx, dirs)
	if err != nil {
		return err
	}
	defer unlock()
	if err := tidy(t); err != nil {
		return err
	}
	w.journal = newJournal(t, home)
	w.journal.step = w.step
	w.Entries = named(entries)
	if w.rename == nil {
		w.rename = t.Rename
	}
	if err := w.begin(); err != nil {
		return err
	}
	stuck := false // between two renames; then Recover needs the journal
	defer func() {
		if !stuck {
			w.sweep()
		}
	}()
	for i, f := range files {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := w.stage(f, w.Entries[i]); err != nil {
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
		if err := w.replace(ctx, t, files[i], e); err != nil {
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

// replace renames the new version of f over the old one, unless the file has changed.
func (w *writer) replace(ctx context.Context, t *tree, f File, e entry) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := t.unchanged(f.Name, e.Target, f.Old); err != nil {
		return err
	}
	w.pause()
	if err := w.rename(e.Fresh, e.Target); err != nil {
		return &FileError{Name: f.Name, Reason: "cannot be replaced", Err: cause(err)}
	}
	return nil
}

// examine finds out what the files are on disk, and whether they may be replaced.
func examine(t *tree, files []File) ([]entry, error) {
	var entries []entry
	known := make(map[string]string)
	for _, f := range files {
		e, err := t.examine(f)
		if err != nil {
			return nil, err
		}
		if other, ok := known[e.Target]; ok {
			return nil, &FileError{Name: f.Name, Reason: "is the same file as " + other}
		}
		known[e.Target] = f.Name
		entries = append(entries, e)
	}
	return entries, nil
}

func (t *tree) examine(f File) (entry, error) {
	fail := func(reason string, err error) (entry, error) {
		return entry{}, &FileError{Name: f.Name, Reason: reason, Err: cause(err)}
	}
	resolved, err := filepath.EvalSymlinks(f.Name)
	if err != nil {
		return fail("cannot be found any more", err)
	}
	target, err := filepath.Rel(t.name, resolved)
	if err != nil || !filepath.IsLocal(target) {
		return fail("is not below "+t.name, nil)
	}
	e := entry{Name: target, Target: target, Was: sum(f.Old), Is: sum(f.New)}
	if name, err := filepath.Rel(t.name, f.Name); err == nil && filepath.IsLocal(name) {
		e.Name = name
	}
	info, err := t.regular(target)
	if errors.Is(err, errIrregular) {
		return fail("is not a regular file", nil)
	}
	if err != nil {
		return fail("cannot be read", err)
	}
	if err := t.unchanged(f.Name, target, f.Old); err != nil {
		return e, err
	}
	// The mode is checked, since the system lets a privileged user
	// write to everything.
	if info.Mode().Perm()&0o200 == 0 {
		return fail("is read-only", nil)
	}
	if d, err := t.Stat(filepath.Dir(target)); err == nil && d.Mode().Perm()&0o200 == 0 {
		return fail("is in a read-only directory", nil)
	}
	return e, nil
}

// longest is the number of bytes of a file's name that the names of temporary files
// contain. Most systems limit names to 255 bytes.
const longest = 200

// named returns entries with names for the temporary files beside the targets. The go
// command ignores files whose names begin with a dot.
func named(entries []entry) []entry {
	random := make([]byte, 6)
	rand.Read(random) // never fails
	prefix := tempPrefix + hex.EncodeToString(random) + "-"
	for i := range entries {
		e := &entries[i]
		name := filepath.Base(e.Target)
		if len(name) > longest {
			name = name[:longest] + strconv.Itoa(i)
		}
		base := filepath.Join(filepath.Dir(e.Target), prefix+name)
		e.Fresh, e.Old = base+".new", base+".old"
	}
	return entries
}

// stage writes the new and the old content of f to files beside it.
func (w *writer) stage(f File, e entry) error {
	info, err := w.tree.regular(e.Target)
	if err != nil {
		return &FileError{Name: f.Name, Reason: "cannot be read", Err: cause(err)}
	}
	for _, temp := range []struct {
		name string
		text []byte
	}{{e.Fresh, f.New}, {e.Old, f.Old}} {
		w.pause()
		if err := w.tree.writeNew(temp.name, temp.text, info.Mode(), info); err != nil {
			return &FileError{Name: f.Name, Reason: "cannot write beside it", Err: cause(err)}
		}
	}
	return nil
}

// rollback restores the old content of files and then undoes the commit.
func (w *writer) rollback(done []entry) error {
	var errs []error
	for _, e := range done {
		w.pause()
		if err := w.tree.Rename(e.Old, e.Target); err != nil {
			errs = append(errs, &FileError{Name: w.tree.abs(e.Name), Reason: "could not be restored", Err: cause(err)})
		}
	}
	if len(errs) == 0 {
		w.pause()
		if err := w.home.Rename(w.name+commit, w.name+begun); err != nil {
			errs = append(errs, &FileError{Name: w.home.abs(w.name + commit), Reason: "could not be taken back", Err: cause(err)})
		}
	}
	return errors.Join(errs...)
}

// unchanged returns an error if the file does not have the content that was read.
func (t *tree) unchanged(name, target string, old []byte) error {
	text, err := t.read(target)
	if err != nil {
		return &FileError{Name: name, Reason: "cannot be read", Err: cause(err)}
	}
	if !bytes.Equal(text, old) {
		return &FileError{Name: name, Reason: "changed since it was read"}
	}
	return nil
}

func sum(text []byte) string {
	s := sha256.Sum256(text)
	return hex.EncodeToString(s[:])
}

// cause returns the system's error without the names of temporary files.
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
