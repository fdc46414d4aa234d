package replace

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// sample writes a.txt, b.txt and c.txt with the content "old" and returns changes of them
// to "new".
func sample(t *testing.T) (dir string, files []File) {
	t.Helper()
	dir = t.TempDir()
	for _, name := range []string{"a.txt", "b.txt", "c.txt"} {
		name = filepath.Join(dir, name)
		if err := os.WriteFile(name, []byte("old"), 0o640); err != nil {
			t.Fatal(err)
		}
		files = append(files, File{Name: name, Old: []byte("old"), New: []byte("new")})
	}
	return dir, files
}

// contents returns the contents of the files in dir, in order, and fails if there are
// other files.
func contents(t *testing.T, dir string) string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), ".") {
			t.Errorf("%s was left behind", e.Name())
		}
		text, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, string(text))
	}
	return strings.Join(all, " ")
}

func TestFiles(t *testing.T) {
	dir, files := sample(t)
	if err := Files(t.Context(), dir, files, nil); err != nil {
		t.Fatal(err)
	}
	if got := contents(t, dir); got != "new new new" {
		t.Errorf("files hold %q", got)
	}
	info, err := os.Stat(files[0].Name)
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode() != 0o640 {
		t.Errorf("mode %v, want 0640", info.Mode())
	}
}

func TestFilesThroughLink(t *testing.T) {
	dir, files := sample(t)
	link := filepath.Join(dir, "link.txt")
	if err := os.Symlink(files[0].Name, link); err != nil {
		t.Fatal(err)
	}
	f := files[0]
	f.Name = link
	if err := Files(t.Context(), dir, []File{f}, nil); err != nil {
		t.Fatal(err)
	}
	if got := contents(t, dir); got != "new old old new" {
		t.Errorf("files hold %q", got)
	}
	if info, err := os.Lstat(link); err != nil || info.Mode()&os.ModeSymlink == 0 {
		t.Errorf("the link is %v now (%v)", info.Mode(), err)
	}
}

// A directory may have several names.
func TestRootByLink(t *testing.T) {
	dir, files := sample(t)
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(dir, link); err != nil {
		t.Fatal(err)
	}
	if err := Files(t.Context(), link, files, nil); err != nil {
		t.Fatal(err)
	}
	if got := contents(t, dir); got != "new new new" {
		t.Errorf("files hold %q", got)
	}
}

func TestFilesNothing(t *testing.T) {
	tests := []struct {
		name    string
		prepare func(t *testing.T, dir string, files []File) []File
		want    string // of the error
		after   string
	}{
		{"changed", func(t *testing.T, dir string, files []File) []File {
			if err := os.WriteFile(files[2].Name, []byte("other"), 0o644); err != nil {
				t.Fatal(err)
			}
			return files
		}, "c.txt: changed since it was read", "old old other"},
		{"removed", func(t *testing.T, dir string, files []File) []File {
			if err := os.Remove(files[2].Name); err != nil {
				t.Fatal(err)
			}
			return files
		}, "c.txt: cannot be found any more: no such file or directory", "old old"},
		{"read-only", func(t *testing.T, dir string, files []File) []File {
			if err := os.Chmod(files[2].Name, 0o440); err != nil {
				t.Fatal(err)
			}
			return files
		}, "c.txt: is read-only", "old old old"},
		{"read-only directory", func(t *testing.T, dir string, files []File) []File {
			if err := os.Chmod(dir, 0o550); err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { os.Chmod(dir, 0o750) })
			return files
		}, "a.txt: is in a read-only directory", "old old old"},
		{"twice", func(t *testing.T, dir string, files []File) []File {
			again := files[0]
			again.Name = filepath.Join(dir, "again.txt")
			if err := os.Symlink(files[0].Name, again.Name); err != nil {
				t.Fatal(err)
			}
			return append(files, again)
		}, "is the same file as ", "old old old old"},
		{"outside", func(t *testing.T, dir string, files []File) []File {
			other := filepath.Join(t.TempDir(), "other.txt")
			if err := os.WriteFile(other, []byte("old"), 0o644); err != nil {
				t.Fatal(err)
			}
			return append(files, File{Name: other, Old: []byte("old"), New: []byte("new")})
		}, "other.txt: is not below ", "old old old"},
		{"outside through a link", func(t *testing.T, dir string, files []File) []File {
			other := filepath.Join(t.TempDir(), "other.txt")
			link := filepath.Join(dir, "d.txt")
			if err := errors.Join(os.WriteFile(other, []byte("old"), 0o644), os.Symlink(other, link)); err != nil {
				t.Fatal(err)
			}
			return append(files, File{Name: link, Old: []byte("old"), New: []byte("new")})
		}, "d.txt: is not below ", "old old old old"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			dir, files := sample(t)
			err := Files(t.Context(), dir, test.prepare(t, dir, files), nil)
			var bad *FileError
			if !errors.As(err, &bad) || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %v, want a FileError with %q", err, test.want)
			}
			if got := contents(t, dir); got != test.after {
				t.Errorf("files hold %q, want %q", got, test.after)
			}
		})
	}
}

// If a rename fails, all files have their old content afterwards.
func TestFilesRollback(t *testing.T) {
	for at := range 3 {
		dir, files := sample(t)
		renamed := 0
		w := writer{rename: func(from, to string) error {
			if renamed == at {
				return errors.New("the disk is gone")
			}
			renamed++
			return os.Rename(filepath.Join(dir, from), filepath.Join(dir, to))
		}}
		err := w.files(t.Context(), dir, files)
		if err == nil || !strings.Contains(err.Error(), "cannot be replaced: the disk is gone") {
			t.Errorf("at %d: error %v", at, err)
		}
		if got := contents(t, dir); got != "old old old" {
			t.Errorf("at %d: files hold %q", at, got)
		}
	}
	for at := range 3 {
		dir, files := sample(t)
		ctx, cancel := context.WithCancel(t.Context())
		if at == 0 {
			cancel()
		}
		renamed := 0
		w := writer{rename: func(from, to string) error {
			if renamed++; renamed == at {
				cancel()
			}
			return os.Rename(filepath.Join(dir, from), filepath.Join(dir, to))
		}}
		if err := w.files(ctx, dir, files); !errors.Is(err, context.Canceled) {
			t.Errorf("interrupted after %d: error %v", at, err)
		}
		cancel()
		if got := contents(t, dir); got != "old old old" {
			t.Errorf("interrupted after %d: files hold %q", at, got)
		}
	}
}

// Another program may change a file while others are being replaced.
func TestFilesChangedMeanwhile(t *testing.T) {
	dir, files := sample(t)
	w := writer{rename: func(from, to string) error {
		if err := os.WriteFile(files[1].Name, []byte("other"), 0o640); err != nil {
			t.Fatal(err)
		}
		return os.Rename(filepath.Join(dir, from), filepath.Join(dir, to))
	}}
	if err := w.files(t.Context(), dir, files); err == nil || !strings.Contains(err.Error(), "b.txt: changed since it was read") {
		t.Errorf("error %v", err)
	}
	if got := contents(t, dir); got != "old other old" {
		t.Errorf("files hold %q", got)
	}
}
