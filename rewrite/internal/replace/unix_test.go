//go:build unix

package replace

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// A writer waits for another one that is between two renames, and then finds its result.
func TestTwoWriters(t *testing.T) {
	signal := filepath.Join(t.TempDir(), "signal")
	root, cmd := start(t, 0, 0, signal)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(signal); err == nil {
			break
		}
		time.Sleep(time.Millisecond)
	}
	if got := state(t, root); got != "new old old" {
		t.Fatal(got)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	mine := []File{{Name: filepath.Join(root, names[2]), Old: []byte("old " + names[2]), New: []byte("mine")}}
	for what, err := range map[string]error{
		"Files, the same root": Files(ctx, root, mine, nil),
		"Files, another root":  Files(ctx, filepath.Join(root, "sub"), mine, nil),
		"Check":                Check(ctx, root),
	} {
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%s: while another one writes, it returns %v", what, err)
		}
	}
	if _, err := Recover(ctx, root); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Recover: while another one writes, it returns %v", err)
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	cmd.Wait()
	var unfinished *UnfinishedError
	if err := Files(t.Context(), root, mine, nil); !errors.As(err, &unfinished) {
		t.Errorf("after the other one was killed, it returns %v", err)
	}
	if _, err := Recover(t.Context(), root); err != nil {
		t.Error(err)
	}
	var file *FileError
	if err := Files(t.Context(), root, mine, nil); !errors.As(err, &file) || file.Name != mine[0].Name {
		t.Errorf("after the other one's work was completed, it returns %v", err)
	}
	if got := state(t, root); got != "new new new" {
		t.Error(got)
	}
}

// If several writers change the same files differently, one succeeds and the others change
// nothing.
func TestManyWriters(t *testing.T) {
	dir, files := sample(t)
	const n = 8
	errs := make([]error, n)
	var wg sync.WaitGroup
	for i := range n {
		mine := make([]File, len(files))
		for k, f := range files {
			mine[k] = f
			mine[k].New = []byte{byte('a' + i)}
		}
		wg.Go(func() { errs[i] = Files(t.Context(), dir, mine, nil) })
	}
	wg.Wait()
	winner := -1
	for i, err := range errs {
		var file *FileError
		switch {
		case err == nil && winner >= 0:
			t.Errorf("both %d and %d changed the files", winner, i)
		case err == nil:
			winner = i
		case !errors.As(err, &file) || file.Reason != "changed since it was read":
			t.Errorf("%d: %v", i, err)
		}
	}
	if winner < 0 {
		t.Fatal("nobody changed the files")
	}
	c := string(rune('a' + winner))
	if got, want := contents(t, dir), strings.Join([]string{c, c, c}, " "); got != want {
		t.Errorf("the files hold %q, want %q", got, want)
	}
}

// TestFullDisk limits the size of files, which is like a full disk.
func TestFullDisk(t *testing.T) {
	if os.Getenv("CLOSUREFIX_TEST_LIMIT") != "" {
		dir, files := sample(t)
		files[1].New = make([]byte, 1<<20)
		if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: 1 << 16, Max: 1 << 16}); err != nil {
			t.Fatal(err)
		}
		err := Files(t.Context(), dir, files, nil)
		var file *FileError
		if !errors.As(err, &file) || file.Name != files[1].Name || file.Reason != "cannot write beside it" || !errors.Is(err, syscall.EFBIG) {
			t.Errorf("error %v", err)
		}
		if got := contents(t, dir); got != "old old old" {
			t.Errorf("files hold %q", got)
		}
		return
	}
	cmd := exec.Command(os.Args[0], "-test.run=^TestFullDisk$", "-test.v")
	cmd.Env = append(os.Environ(), "CLOSUREFIX_TEST_LIMIT=1")
	if out, err := cmd.CombinedOutput(); err != nil || !strings.Contains(string(out), "--- PASS: TestFullDisk") {
		t.Errorf("%v\n%s", err, out)
	}
}

// The owner is kept, if the system allows a test.
func TestOwner(t *testing.T) {
	dir, files := sample(t)
	info, err := os.Stat(files[0].Name)
	if err != nil {
		t.Fatal(err)
	}
	group := int(info.Sys().(*syscall.Stat_t).Gid)
	groups, err := os.Getgroups()
	if err != nil {
		t.Fatal(err)
	}
	if os.Getuid() == 0 {
		groups = append(groups, 12345)
	}
	for _, g := range groups { // any but the one that new files get
		if g != int(info.Sys().(*syscall.Stat_t).Gid) && os.Chown(files[0].Name, -1, g) == nil {
			group = g
		}
	}
	if err := Files(t.Context(), dir, files, nil); err != nil {
		t.Fatal(err)
	}
	if info, err = os.Stat(files[0].Name); err != nil {
		t.Fatal(err)
	}
	if got := int(info.Sys().(*syscall.Stat_t).Gid); got != group {
		t.Errorf("the group is %d, was %d", got, group)
	}
	if info.Mode() != 0o640 {
		t.Errorf("mode %v, want 0640", info.Mode())
	}
}

// Files are not written through names that belong to a directory or a pipe.
func TestIrregular(t *testing.T) {
	dir := t.TempDir()
	pipe, sub := filepath.Join(dir, "pipe"), filepath.Join(dir, "sub")
	if err := errors.Join(syscall.Mkfifo(pipe, 0o644), os.Mkdir(sub, 0o755)); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{sub, pipe} {
		err := Files(t.Context(), dir, []File{{Name: name, New: []byte("new")}}, nil)
		if err == nil || !strings.HasSuffix(err.Error(), "is not a regular file") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A journal that other users can access is neither read nor written.
func TestPrivate(t *testing.T) {
	root := half(t)
	name := journalOf(t, root)
	dir := filepath.Dir(name)
	mine := []File{{Name: filepath.Join(root, names[2]), Old: []byte("old " + names[2]), New: []byte("mine")}}
	for _, test := range []struct {
		name string
		mode os.FileMode
		back os.FileMode
	}{{name, 0o644, 0o600}, {name, 0o620, 0o600}, {dir, 0o777, 0o700}} {
		if err := os.Chmod(test.name, test.mode); err != nil {
			t.Fatal(err)
		}
		for what, err := range map[string]error{
			"Check": Check(t.Context(), root),
			"Files": Files(t.Context(), root, mine, nil),
			"Recover": func() error {
				_, err := Recover(t.Context(), root)
				return err
			}(),
		} {
			var bad *FileError
			if !errors.As(err, &bad) || !strings.Contains(err.Error(), "others have access to it") {
				t.Errorf("%s with %s of mode %#o: %v", what, filepath.Base(test.name), test.mode, err)
			}
		}
		if err := os.Chmod(test.name, test.back); err != nil {
			t.Fatal(err)
		}
	}
	if got := state(t, root); got != "new old old" {
		t.Errorf("the files became %s", got)
	}
	info, err := os.Stat(name)
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode() != 0o600 {
		t.Errorf("the journal has mode %v", info.Mode())
	}
	if _, err := Recover(t.Context(), root); err != nil {
		t.Error(err)
	}
}

// If there is no directory for the journal, nothing is written.
func TestNoHome(t *testing.T) {
	dir, files := sample(t)
	blocked := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(blocked, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, home := range []string{"", blocked} {
		t.Setenv("HOME", home)
		t.Setenv("XDG_CACHE_HOME", home)
		if err := Check(t.Context(), dir); home == "" && err != nil {
			t.Errorf("%q: Check: %v", home, err)
		}
		err := Files(t.Context(), dir, files, nil)
		if err == nil || !strings.Contains(err.Error(), "the journal of the rewrite") || !strings.Contains(err.Error(), home) {
			t.Errorf("%q: Files: %v", home, err)
		}
	}
	if got := contents(t, dir); got != "old old old" {
		t.Errorf("files hold %q", got)
	}
}
