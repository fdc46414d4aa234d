package main

import (
	"bytes"
	"cmp"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/closurefix/closurefix/cmd/closurefix/internal/page"
	"github.com/closurefix/closurefix/rewrite"
	"github.com/closurefix/closurefix/rewrite/bench"
)

// page writes the HTML page about a result to a file. written says whether the
// files of the result are on disk.
func (p *printer) page(name string, res *rewrite.Result, written bool) error {
	var b bytes.Buffer
	if err := page.Write(&b, res, page.Options{Dir: p.dir, Written: written}); err != nil {
		return err
	}
	return p.put(name, b.Bytes(), page.Ours)
}

// benchout writes the measurements to PREFIX.old.txt and PREFIX.new.txt.
func (p *printer) benchout(prefix string, res *bench.Results) error {
	for _, side := range []struct {
		ending string
		text   func() ([]byte, error)
	}{{".old.txt", func() ([]byte, error) { return bench.Format(res.Old) }}, {".new.txt", func() ([]byte, error) { return bench.Format(res.New) }}} {
		text, err := side.text()
		if err != nil {
			return err
		}
		if err := p.put(prefix+side.ending, text, anything); err != nil {
			return err
		}
	}
	return nil
}

// anything accepts every file.
func anything([]byte) bool { return true }

// check fails if a file that a flag names could not be written now: better before the
// work than after it.
func (p *printer) check(f *flags) error {
	if f.page != "" {
		root, _, err := p.open(f.page, page.Ours)
		if err != nil {
			return err
		}
		root.Close()
	}
	if f.benchout != "" {
		for _, ending := range []string{".old.txt", ".new.txt"} {
			root, _, err := p.open(f.benchout+ending, anything)
			if err != nil {
				return err
			}
			root.Close()
		}
	}
	return nil
}

// open opens the directory in which a file that a flag names may be written, and
// returns the file's name there. What is there already is accepted if it is a regular
// file that ours accepts. A link is not followed, and where the name is below the
// current directory no directory that is a link out of it is: the directory may be
// somebody's repository.
func (p *printer) open(name string, ours func(beginning []byte) bool) (root *os.Root, base string, err error) {
	fail := func(reason any) (*os.Root, string, error) {
		if root != nil {
			root.Close()
		}
		return nil, "", fmt.Errorf("%s cannot be written: %v", p.short(name), reason)
	}
	dir, base := p.dir, name
	if !filepath.IsLocal(name) {
		dir, base = filepath.Dir(name), filepath.Base(name)
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
	f, err := root.Open(base)
	if err != nil {
		return fail(err)
	}
	defer f.Close()
	beginning, err := io.ReadAll(io.LimitReader(f, 4096))
	if err != nil {
		return fail(err)
	}
	if !ours(beginning) {
		return fail("there is a file of that name that closurefix did not write")
	}
	return root, base, nil
}

// put writes a file that a flag names. It takes the place of another one at once:
// nobody sees half of it.
func (p *printer) put(name string, text []byte, ours func(beginning []byte) bool) error {
	root, base, err := p.open(name, ours)
	if err != nil {
		return err
	}
	defer root.Close()
	temp := base + "." + rand.Text()
	f, err := root.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err == nil {
		_, err = f.Write(text)
		if err = errors.Join(err, f.Close()); err == nil {
			err = root.Rename(temp, base)
		}
		if err != nil {
			root.Remove(temp)
		}
	}
	if err != nil {
		return fmt.Errorf("%s cannot be written: %w", p.short(name), err)
	}
	return nil
}
