package process

import (
	"os"
	"path/filepath"
	"testing"
)

// TestSweep checks that only directories with the mark and without a lock are removed. The
// directory of a process that died is not locked.
func TestSweep(t *testing.T) {
	parent := t.TempDir()
	t.Setenv("TMPDIR", parent)
	t.Setenv("TMP", parent)
	held, remove, err := TempDir("")
	if err != nil {
		t.Fatal(err)
	}
	make := func(name string, files ...string) string {
		dir := filepath.Join(parent, name)
		if err := os.Mkdir(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			if err := os.WriteFile(filepath.Join(dir, f), nil, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		return dir
	}
	dead := make("closurefix-1", tempMark, "b001")
	kept := []string{held, make("closurefix-2", "mine"), make("closurefix-x", tempMark), make("other", tempMark)}
	victim := make("victim", "mine")
	if err := os.Symlink(victim, filepath.Join(dead, "link")); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(make("linked", tempMark, "mine"), filepath.Join(parent, "closurefix-3")); err != nil {
		t.Fatal(err)
	}
	kept = append(kept, filepath.Join(victim, "mine"), filepath.Join(parent, "linked", "mine"))
	Sweep(nil)
	if _, err := os.Stat(dead); err == nil {
		t.Error("a directory is left")
	}
	for _, name := range kept {
		if _, err := os.Stat(name); err != nil {
			t.Error(err)
		}
	}
	remove()
	if _, err := os.Stat(held); err == nil {
		t.Error("remove leaves the directory")
	}
}
