package outfile

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestFile(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "theirs"), []byte("text"), 0o644); err != nil {
		t.Fatal(err)
	}
	ours := func(beginning []byte) bool { return bytes.HasPrefix(beginning, []byte("ours")) }
	for _, test := range []struct {
		name string
		ours func([]byte) bool
		want string // part of an error
	}{
		{"new", ours, ""},
		{"new", ours, ""}, // again
		{"theirs", ours, "did not write"},
		{"theirs", nil, ""},
		{"missing/new", ours, "no such file or directory"},
		{".", nil, "not a regular file"},
	} {
		f := File{Dir: dir, Name: test.name, Ours: test.ours}
		for what, err := range map[string]error{"Check": f.Check(), "Put": f.Put([]byte("ours"))} {
			if test.want == "" && err != nil || test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)) {
				t.Errorf("%s of %s: error %v, want %q", what, test.name, err, test.want)
			}
		}
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 2 {
		t.Errorf("the directory has %v (error %v), want new and theirs", entries, err)
	}
}

// TestCheckDirectory: a directory where nobody may write is noticed before the work.
func TestCheckDirectory(t *testing.T) {
	dir := t.TempDir()
	if err := os.Chmod(dir, 0o555); err != nil {
		t.Fatal(err)
	}
	if w, err := os.Create(filepath.Join(dir, "probe")); err == nil {
		w.Close()
		t.Skip("this user may write everywhere")
	}
	if err := (File{Dir: dir, Name: "new"}).Check(); err == nil {
		t.Error("no error in a directory that is not writable")
	}
}
