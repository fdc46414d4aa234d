package rewrite

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// Write puts the new contents of all files on disk, or changes nothing and
// returns an error: a *FileError where a file stands in the way (it changed
// since it was read, it is read-only), or the context's.
//
// Each file is first written beside the old one and synchronised, so that what
// can fail (a full disk, a missing permission) fails before the first file
// changes. Then the new files are renamed over the old ones, which keep their
// permissions; a symbolic link stays a link, and its target is replaced. If a
// rename fails, or the context ends, the files that were already replaced get
// their old content back. Only a crash of the machine, or a kill that cannot
// be caught, between two renames can leave some files new and some old.
func (r *Result) Write(ctx context.Context) error {
	w := writer{rename: os.Rename}
	return w.write(ctx, r.Files)
}

// A writer replaces files. Its rename is a field so that a test can make it
// fail.
type writer struct {
	rename func(from, to string) error
	staged []staged
}

// A staged file is ready to take the place of its target.
type staged struct {
	file   File
	target string // the file itself, links resolved
	fresh  string // the new content, in the target's directory
	old    string // a copy of the old content, to go back to
}

func (w *writer) write(ctx context.Context, files []File) (err error) {
	defer func() {
		for _, s := range w.staged {
			// What was renamed is gone, and that is no error.
			os.Remove(s.fresh)
			os.Remove(s.old)
		}
	}()
	targets := make(map[string]string)
	for _, f := range files {
		if err := ctx.Err(); err != nil {
			return err
		}
		s, err := stage(f)
		w.staged = append(w.staged, s)
		if err != nil {
			return err
		}
		if other, ok := targets[s.target]; ok {
			return &FileError{Name: f.Name, Reason: "is the same file as " + other}
		}
		targets[s.target] = f.Name
	}
	for i, s := range w.staged {
		err := ctx.Err()
		if err == nil {
			err = unchanged(s.file.Name, s.target, s.file.Old)
		}
		if err == nil {
			if err = w.rename(s.fresh, s.target); err != nil {
				err = &FileError{Name: s.file.Name, Reason: "cannot be replaced", Err: cause(err)}
			}
		}
		if err != nil {
			return errors.Join(err, w.rollback(w.staged[:i]))
		}
	}
	syncDirs(w.staged)
	return nil
}

// rollback gives files their old content back.
func (w *writer) rollback(done []staged) error {
	var errs []error
	for _, s := range done {
		if err := os.Rename(s.old, s.target); err != nil {
			errs = append(errs, &FileError{Name: s.file.Name, Reason: "could not be restored", Err: cause(err)})
		}
	}
	return errors.Join(errs...)
}

// stage writes the new and the old content of f beside it. The result is to be
// cleaned up even if there is an error.
func stage(f File) (staged, error) {
	s := staged{file: f}
	fail := func(reason string, err error) (staged, error) {
		return s, &FileError{Name: f.Name, Reason: reason, Err: cause(err)}
	}
	target, err := filepath.EvalSymlinks(f.Name)
	if err != nil {
		return fail("cannot be found any more", err)
	}
	s.target = target
	info, err := os.Stat(target)
	if err != nil {
		return fail("cannot be read", err)
	}
	if err := unchanged(f.Name, target, f.Old); err != nil {
		return s, err
	}
	// Asked of the mode and not of the system, which lets a privileged user
	// write to everything.
	if info.Mode().Perm()&0o200 == 0 {
		return fail("is read-only", nil)
	}
	dir := filepath.Dir(target)
	if d, err := os.Stat(dir); err == nil && d.Mode().Perm()&0o200 == 0 {
		return fail("is in a read-only directory", nil)
	}
	if s.fresh, err = writeTemp(dir, f.New, info.Mode()); err != nil {
		return fail("cannot write beside it", err)
	}
	if s.old, err = writeTemp(dir, f.Old, info.Mode()); err != nil {
		return fail("cannot write beside it", err)
	}
	return s, nil
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

// writeTemp writes a file of its own in dir, synchronises it and returns its
// name. The go command does not look at files whose name begins with a dot.
func writeTemp(dir string, text []byte, mode fs.FileMode) (name string, err error) {
	f, err := os.CreateTemp(dir, ".closurefix-*")
	if err != nil {
		return "", err
	}
	defer func() {
		if e := f.Close(); err == nil && e != nil {
			err = e
		}
		if err != nil {
			os.Remove(f.Name())
			name = ""
		}
	}()
	if _, err := f.Write(text); err != nil {
		return "", err
	}
	if err := f.Chmod(mode.Perm()); err != nil {
		return "", err
	}
	return f.Name(), f.Sync()
}

// syncDirs makes the renames last. Not all systems can, and the files are good
// either way.
func syncDirs(done []staged) {
	seen := make(map[string]bool)
	for _, s := range done {
		dir := filepath.Dir(s.target)
		if seen[dir] {
			continue
		}
		seen[dir] = true
		if d, err := os.Open(dir); err == nil {
			_ = d.Sync()
			d.Close()
		}
	}
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
