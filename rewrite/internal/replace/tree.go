package replace

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// A tree is an open directory. Nothing outside of it is read or written through a tree,
// not even through links.
type tree struct {
	name string // without links
	id   string // identity of the directory in the system; "" if unknown
	*os.Root
}

// openTree opens a directory.
func openTree(name string) (*tree, error) {
	fail := func(err error) (*tree, error) {
		return nil, &FileError{Name: name, Reason: "cannot be opened", Err: cause(err)}
	}
	resolved, err := filepath.EvalSymlinks(name)
	if err != nil {
		return fail(err)
	}
	if resolved, err = filepath.Abs(resolved); err != nil {
		return fail(err)
	}
	root, err := os.OpenRoot(resolved)
	if err != nil {
		return fail(err)
	}
	id, err := identity(root)
	if err != nil {
		root.Close()
		return fail(err)
	}
	return &tree{resolved, id, root}, nil
}

// abs returns the absolute name of a file of t.
func (t *tree) abs(name string) string { return filepath.Join(t.name, name) }

var (
	errIrregular = errors.New("not a regular file")
	errLink      = errors.New("a directory above it is a symbolic link")
	errSwapped   = errors.New("it was replaced while it was being opened")
)

// regular returns information about a file. It fails if the file is not regular or is
// reached through a symbolic link.
func (t *tree) regular(name string) (fs.FileInfo, error) {
	for dir := filepath.Dir(name); dir != "."; dir = filepath.Dir(dir) {
		info, err := t.Lstat(dir)
		if err != nil {
			return nil, err
		}
		if !info.IsDir() {
			return nil, errLink
		}
	}
	info, err := t.Lstat(name)
	if err == nil && !info.Mode().IsRegular() {
		err = errIrregular
	}
	return info, err
}

// open opens a regular file for reading. If the file is replaced in the meantime, for
// example by a pipe, open does not wait for it, and fails.
func (t *tree) open(name string) (*os.File, error) {
	info, err := t.regular(name)
	if err != nil {
		return nil, err
	}
	f, err := t.OpenFile(name, os.O_RDONLY|nonblock, 0)
	if err != nil {
		return nil, err
	}
	if now, err := f.Stat(); err != nil || !os.SameFile(info, now) {
		f.Close()
		return nil, errors.Join(errSwapped, err)
	}
	return f, nil
}

// read returns the content of a regular file.
func (t *tree) read(name string) ([]byte, error) {
	f, err := t.open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(f)
}

// sync flushes changes of a directory to disk. Not all systems support this. The files are
// consistent in any case.
func (t *tree) sync(dir string) {
	if d, err := t.Open(dir); err == nil {
		_ = d.Sync()
		d.Close()
	}
}

// writeNew writes and synchronizes a file that does not exist yet. Its mode and, if like
// is not nil, its owner are set before the content is written.
func (t *tree) writeNew(name string, text []byte, mode fs.FileMode, like fs.FileInfo) (err error) {
	f, err := t.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
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
