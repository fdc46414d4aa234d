// Package outfile writes the files that flags name. The current directory may be a
// repository of somebody else, so links that lead out of it are not followed.
package outfile

import (
	"cmp"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// A File is a file to write.
type File struct {
	Dir  string                      // the current directory
	Name string                      // the value of the flag
	Ours func(beginning []byte) bool // reports whether a file with this beginning may be replaced; nil: any
}

// Check returns an error if the file could not be written. It is called before the work
// that leads to the file.
func (f File) Check() error {
	root, base, err := f.open()
	if err != nil {
		return err
	}
	defer root.Close()
	w, temp, err := create(root, base)
	if err != nil {
		return fmt.Errorf("%s cannot be written: %w", f.Name, err)
	}
	return errors.Join(w.Close(), root.Remove(temp))
}

// create makes a temporary file in the directory of the file to write.
func create(root *os.Root, base string) (w *os.File, temp string, err error) {
	temp = base + "." + rand.Text()
	w, err = root.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	return w, temp, err
}

// open opens the directory of the file, and returns the file's name in it. An existing
// file must be a regular file that Ours accepts. A link is not followed. If the name is
// below the current directory, no directory on the way may be a link that leads out of
// it.
func (f File) open() (root *os.Root, base string, err error) {
	fail := func(reason any) (*os.Root, string, error) {
		if root != nil {
			root.Close()
		}
		return nil, "", fmt.Errorf("%s cannot be written: %v", f.Name, reason)
	}
	dir, base := f.Dir, f.Name
	if !filepath.IsLocal(f.Name) {
		dir, base = filepath.Dir(f.Name), filepath.Base(f.Name)
	}
	if root, err = os.OpenRoot(dir); err != nil {
		return fail(err)
	}
	if info, err := root.Stat(filepath.Dir(base)); err != nil || !info.IsDir() {
		return fail(cmp.Or(err, errors.New("there is no such directory")))
	}
	info, err := root.Lstat(base)
	if errors.Is(err, fs.ErrNotExist) {
		return root, base, nil
	}
	if err != nil {
		return fail(err)
	}
	if !info.Mode().IsRegular() {
		return fail("it is not a regular file")
	}
	if f.Ours == nil {
		return root, base, nil
	}
	old, err := root.Open(base)
	if err != nil {
		return fail(err)
	}
	defer old.Close()
	beginning, err := io.ReadAll(io.LimitReader(old, 4096))
	if err != nil {
		return fail(err)
	}
	if !f.Ours(beginning) {
		return fail("closurefix did not write the existing file of that name")
	}
	return root, base, nil
}

// Put writes the file. It replaces an existing file atomically.
func (f File) Put(text []byte) error {
	root, base, err := f.open()
	if err != nil {
		return err
	}
	defer root.Close()
	w, temp, err := create(root, base)
	if err == nil {
		_, err = w.Write(text)
		if err = errors.Join(err, w.Close()); err == nil {
			err = root.Rename(temp, base)
		}
		if err != nil {
			root.Remove(temp)
		}
	}
	if err != nil {
		return fmt.Errorf("%s cannot be written: %w", f.Name, err)
	}
	return nil
}
