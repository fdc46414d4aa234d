package replace

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// The tests run themselves again as a process that writes, and is killed:
//
//	killAt=N    at step N, by itself and without any chance to clean up
//	failAt=N    with a rename that fails for the N-th file (from 1), so that it is
//	            killed on its way back
//	hold=FILE   after it has renamed one file, it makes FILE and waits
const child = "CLOSUREFIX_TEST_REPLACE"

func TestMain(m *testing.M) {
	if how, ok := os.LookupEnv(child); ok {
		os.Exit(write(how))
	}
	home, err := os.MkdirTemp("", "replace")
	if err != nil {
		panic(err)
	}
	for _, name := range []string{"HOME", "XDG_CACHE_HOME", "LocalAppData", "home"} {
		os.Setenv(name, home) // of which journals depend
	}
	code := m.Run()
	os.RemoveAll(home)
	os.Exit(code)
}

// write runs in the child process. how is "root killAt failAt hold".
func write(how string) int {
	fields := strings.Split(how, "|")
	root := fields[0]
	killAt, _ := strconv.Atoi(fields[1])
	failAt, _ := strconv.Atoi(fields[2])
	hold := fields[3]
	var files []File
	for _, name := range names {
		files = append(files, File{Name: filepath.Join(root, name), Old: []byte("old " + name), New: []byte("new " + name)})
	}
	step, renamed := 0, 0
	w := writer{rename: func(from, to string) error {
		if renamed++; renamed == failAt {
			return errors.New("the disk is gone")
		}
		if hold != "" && renamed == 2 {
			os.WriteFile(hold, nil, 0o644)
			time.Sleep(time.Hour)
		}
		return os.Rename(filepath.Join(root, from), filepath.Join(root, to))
	}}
	w.step = func() {
		if step++; step == killAt {
			p, _ := os.FindProcess(os.Getpid())
			p.Kill()
			time.Sleep(time.Hour)
		}
	}
	if err := w.files(context.Background(), root, files); err != nil {
		os.Stderr.WriteString(err.Error())
		return 3
	}
	return 0
}

// names are the files that the child process writes, relative to its root.
var names = []string{"a.txt", "sub/b.txt", "sub/c.txt"}

// start writes the files and prepares the child process.
func start(t *testing.T, killAt, failAt int, hold string) (root string, cmd *exec.Cmd) {
	t.Helper()
	root = t.TempDir()
	if err := os.Mkdir(filepath.Join(root, "sub"), 0o755); err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		if err := os.WriteFile(filepath.Join(root, name), []byte("old "+name), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	cmd = exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), child+"="+strings.Join([]string{root, strconv.Itoa(killAt), strconv.Itoa(failAt), hold}, "|"))
	return root, cmd
}

// state returns "old" or "new" for each file, and fails if a file is neither.
func state(t *testing.T, root string) string {
	t.Helper()
	var all []string
	for _, name := range names {
		text, err := os.ReadFile(filepath.Join(root, name))
		if err != nil {
			t.Fatal(err)
		}
		word, ok := strings.CutSuffix(string(text), " "+name)
		if !ok || word != "old" && word != "new" {
			t.Fatalf("%s holds %q", name, text)
		}
		all = append(all, word)
	}
	return strings.Join(all, " ")
}

// litter returns the names of other files in root.
func litter(t *testing.T, root string) []string {
	t.Helper()
	var left []string
	for _, dir := range []string{root, filepath.Join(root, "sub")} {
		entries, err := os.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			if strings.HasPrefix(e.Name(), ".") {
				left = append(left, e.Name())
			}
		}
	}
	return left
}

const (
	allOld = "old old old"
	allNew = "new new new"
)

// TestKill kills a writer before each of its changes on disk. Then each file is complete,
// Recover makes all files old or all new, and the next writer leaves no other files.
func TestKill(t *testing.T) {
	for _, failAt := range []int{0, 1, 3} {
		between := false
		for killAt := 1; ; killAt++ {
			root, cmd := start(t, killAt, failAt, "")
			out, err := cmd.CombinedOutput()
			if cmd.ProcessState == nil {
				t.Fatal(err)
			}
			if cmd.ProcessState.Exited() && cmd.ProcessState.ExitCode() != 1 {
				// The writer has ended, so all steps were tried.
				if killAt < 10 {
					t.Fatalf("failAt=%d: only %d steps: %s", failAt, killAt, out)
				}
				ended(t, root, failAt, string(out))
				break
			}
			if killed(t, root, fmt.Sprintf("failAt=%d killAt=%d", failAt, killAt)) {
				between = true
			}
		}
		if !between && failAt != 1 {
			t.Errorf("failAt=%d: it was never killed between two files", failAt)
		}
	}
}

// ended checks the files of a writer that was not killed.
func ended(t *testing.T, root string, failAt int, out string) {
	t.Helper()
	want := allNew
	if failAt > 0 {
		want = allOld
		if !strings.Contains(out, "cannot be replaced: the disk is gone") {
			t.Errorf("failAt=%d: %s", failAt, out)
		}
	}
	if got := state(t, root); got != want {
		t.Errorf("failAt=%d: %s", failAt, got)
	}
	if left := litter(t, root); len(left) > 0 {
		t.Errorf("failAt=%d: %q are left", failAt, left)
	}
}

// killed checks and recovers the files of a killed writer, and then has another writer
// replace one. It reports whether only some files were replaced when the writer was killed.
func killed(t *testing.T, root, when string) (between bool) {
	t.Helper()
	before := state(t, root)
	between = before != allOld && before != allNew
	err := Check(t.Context(), root)
	var unfinished *UnfinishedError
	if errors.As(err, &unfinished) {
		if n := len(unfinished.New) + len(unfinished.Old); n != 3 {
			t.Errorf("%s: %v", when, err)
		}
	} else if err != nil || between {
		t.Errorf("%s: %s, and Check says %v", when, before, err)
	}
	done, err := Recover(t.Context(), root)
	if err != nil || (len(done) > 0) != (unfinished != nil) {
		t.Errorf("%s: Recover returns %q, %v; Check %v", when, done, err, unfinished)
	}
	if after := state(t, root); after != allOld && after != allNew {
		t.Errorf("%s: %s, recovered %s", when, before, after)
	}
	if err := Check(t.Context(), root); err != nil {
		t.Errorf("%s: %v", when, err)
	}
	next := File{Name: filepath.Join(root, names[1])}
	if next.Old, err = os.ReadFile(next.Name); err != nil {
		t.Fatal(err)
	}
	next.New = bytes.Repeat(next.Old, 2)
	if err := Files(t.Context(), root, []File{next}, nil); err != nil {
		t.Errorf("%s: the next writer: %v", when, err)
	}
	if left := litter(t, root); len(left) > 0 {
		t.Errorf("%s: %q are left", when, left)
	}
	return between
}

// half returns the root of a writer that was killed after the first of three files.
func half(t *testing.T) (root string) {
	t.Helper()
	for killAt := 1; ; killAt++ {
		root, cmd := start(t, killAt, 0, "")
		cmd.Run()
		if state(t, root) == "new old old" {
			return root
		}
		if killAt == 100 {
			t.Fatal("it was never killed after the first file")
		}
	}
}

// If the old contents cannot be restored either, the journal is kept, and the next run
// completes the work.
func TestStuck(t *testing.T) {
	dir, files := sample(t)
	w := writer{}
	w.rename = func(from, to string) error {
		if to == "b.txt" {
			os.Remove(filepath.Join(dir, w.Entries[0].Old))
			return errors.New("the disk is gone")
		}
		return os.Rename(filepath.Join(dir, from), filepath.Join(dir, to))
	}
	err := w.files(t.Context(), dir, files)
	var unfinished *UnfinishedError
	if !errors.As(err, &unfinished) || len(unfinished.New) != 1 || len(unfinished.Old) != 2 {
		t.Fatalf("error %v", err)
	}
	for _, want := range []string{"b.txt: cannot be replaced: the disk is gone", "a.txt: could not be restored"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
	if names, err := Recover(t.Context(), dir); err != nil || len(names) != 3 {
		t.Errorf("Recover returns %q, %v", names, err)
	}
	if got := contents(t, dir); got != "new new new" {
		t.Errorf("files hold %q", got)
	}
}

// Files that were changed after the writer died are not touched.
func TestRecoverChanged(t *testing.T) {
	root := half(t)
	name := filepath.Join(root, names[2])
	if err := os.WriteFile(name, []byte("mine"), 0o644); err != nil {
		t.Fatal(err)
	}
	var unfinished *UnfinishedError
	if _, err := Recover(t.Context(), root); !errors.As(err, &unfinished) {
		t.Fatalf("Recover returns %v", err)
	}
	if len(unfinished.New) != 1 || len(unfinished.Old) != 1 || len(unfinished.Other) != 1 || unfinished.Other[0] != name {
		t.Errorf("it says %v", unfinished)
	}
	if text, err := os.ReadFile(name); err != nil || string(text) != "mine" {
		t.Errorf("%s holds %q (%v)", name, text, err)
	}
	f := File{Name: name, Old: []byte("mine"), New: []byte("theirs")}
	if err := Files(t.Context(), root, []File{f}, nil); !errors.As(err, &unfinished) {
		t.Errorf("the next writer returns %v", err)
	}
	if err := os.Remove(unfinished.Journal); err != nil {
		t.Fatal(err)
	}
	if err := Files(t.Context(), root, []File{f}, nil); err != nil {
		t.Errorf("without the journal: %v", err)
	}
}

// The copy of a directory has no journal. Recover does not complete it, and Half detects
// its state from the temporary files.
func TestCopy(t *testing.T) {
	root := half(t)
	copied := filepath.Join(t.TempDir(), "copy")
	if err := os.CopyFS(copied, os.DirFS(root)); err != nil {
		t.Fatal(err)
	}
	dirs := []string{copied, filepath.Join(copied, "sub")}
	if err := Check(t.Context(), copied); err != nil {
		t.Errorf("Check of the copy: %v", err)
	}
	if names, err := Recover(t.Context(), copied); err != nil || len(names) > 0 {
		t.Errorf("Recover of the copy: %q, %v", names, err)
	}
	if a, b := state(t, root), state(t, copied); a != "new old old" || b != a {
		t.Errorf("Recover of the copy leaves %s, and the copy %s", a, b)
	}
	var unfinished *UnfinishedError
	if err := Half(dirs); !errors.As(err, &unfinished) {
		t.Fatalf("Half returns %v", err)
	}
	if unfinished.Journal != "" || !slices.Equal(unfinished.New, []string{filepath.Join(copied, "a.txt")}) ||
		!slices.Equal(unfinished.Old, []string{filepath.Join(copied, "sub", "b.txt"), filepath.Join(copied, "sub", "c.txt")}) {
		t.Errorf("Half says %v", unfinished)
	}
	if names, err := Recover(t.Context(), root); err != nil || len(names) != 3 {
		t.Errorf("Recover: %q, %v", names, err)
	}
	if a, b := state(t, root), state(t, copied); a != "new new new" || b != "new old old" {
		t.Errorf("Recover leaves %s, and the copy %s", a, b)
	}
	if err := Half([]string{root, filepath.Join(root, "sub")}); err != nil {
		t.Errorf("Half of what was recovered: %v", err)
	}
}

// A journal does not apply to another directory of the same name.
func TestSwapped(t *testing.T) {
	root := half(t)
	if err := os.Rename(root, root+".moved"); err != nil {
		t.Fatal(err)
	}
	if err := os.CopyFS(root, os.DirFS(root+".moved")); err != nil {
		t.Fatal(err)
	}
	if names, err := Recover(t.Context(), root); err != nil || len(names) > 0 || state(t, root) != "new old old" {
		t.Errorf("Recover: %q, %v; %s", names, err, state(t, root))
	}
}

// A journal is found from directories above and below the root.
func TestRelated(t *testing.T) {
	for _, from := range []string{".", "sub", ".."} {
		root := half(t)
		var unfinished *UnfinishedError
		if err := Check(t.Context(), filepath.Join(root, from)); !errors.As(err, &unfinished) {
			t.Errorf("from %s: Check returns %v", from, err)
		}
		if names, err := Recover(t.Context(), filepath.Join(root, from)); err != nil || !slices.Contains(names, filepath.Join(root, "sub", "c.txt")) {
			t.Errorf("from %s: Recover returns %q, %v", from, names, err)
		}
		if got := state(t, root); got != "new new new" {
			t.Errorf("from %s: %s", from, got)
		}
	}
}

// journalOf returns the name of the journal of a killed writer.
func journalOf(t *testing.T, root string) string {
	t.Helper()
	var unfinished *UnfinishedError
	if err := Check(t.Context(), root); !errors.As(err, &unfinished) {
		t.Fatalf("Check returns %v", err)
	}
	return unfinished.Journal
}

// TestForeignJournal has journals that no writer wrote. They are ignored.
func TestForeignJournal(t *testing.T) {
	for _, test := range []struct {
		what   string
		change func(t *testing.T, root, victim string, s *saved)
	}{
		{"a target outside", func(t *testing.T, root, victim string, s *saved) {
			s.Entries[1].Target = "../victim/b.txt"
		}},
		{"an absolute target", func(t *testing.T, root, victim string, s *saved) {
			s.Entries[1].Target = filepath.Join(victim, "b.txt")
		}},
		{"a sum of nothing", func(t *testing.T, root, victim string, s *saved) {
			s.Entries[2].Was = ""
			if err := os.Remove(filepath.Join(root, "sub", "c.txt")); err != nil {
				t.Fatal(err)
			}
		}},
		{"a name that is not clean", func(t *testing.T, root, victim string, s *saved) {
			s.Entries[1].Target, s.Entries[1].Fresh, s.Entries[1].Old = "sub/../b.txt", "sub/../.closurefix-1.new", "sub/../.closurefix-1.old"
		}},
		{"a directory that became a link", func(t *testing.T, root, victim string, s *saved) {
			sub := filepath.Join(root, "sub")
			if err := errors.Join(os.Rename(sub, victim+".moved"), os.Symlink(victim, sub)); err != nil {
				t.Fatal(err)
			}
		}},
		{"a directory that became a link within", func(t *testing.T, root, victim string, s *saved) {
			sub := filepath.Join(root, "sub")
			if err := errors.Join(os.Rename(sub, filepath.Join(root, "other")), os.Symlink("other", sub)); err != nil {
				t.Fatal(err)
			}
		}},
		{"a file that became a link", func(t *testing.T, root, victim string, s *saved) {
			b := filepath.Join(root, "sub", "b.txt")
			if err := errors.Join(os.Remove(b), os.Symlink(filepath.Join(victim, "b.txt"), b)); err != nil {
				t.Fatal(err)
			}
		}},
		{"a file that became a device", func(t *testing.T, root, victim string, s *saved) {
			b := filepath.Join(root, "sub", "b.txt")
			if err := errors.Join(os.Remove(b), os.Symlink("/dev/zero", b)); err != nil {
				t.Fatal(err)
			}
		}},
	} {
		foreign(t, test.what, test.change)
	}
}

// foreign changes a journal and its directory, and recovers them.
func foreign(t *testing.T, what string, change func(t *testing.T, root, victim string, s *saved)) {
	t.Helper()
	root := half(t)
	victim := filepath.Join(filepath.Dir(root), "victim")
	if err := os.MkdirAll(victim, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"b.txt", "c.txt"} {
		if err := os.WriteFile(filepath.Join(victim, name), []byte("old sub/"+name), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	name := journalOf(t, root)
	var s saved
	text, err := os.ReadFile(name)
	if err == nil {
		err = json.Unmarshal(text, &s)
	}
	if err != nil {
		t.Fatal(err)
	}
	change(t, root, victim, &s)
	if text, err = json.Marshal(s); err == nil {
		err = os.WriteFile(name, text, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Recover(t.Context(), root); err == nil {
		t.Errorf("%s: Recover takes it", what)
	}
	for _, name := range []string{"b.txt", "c.txt"} {
		if text, err := os.ReadFile(filepath.Join(victim, name)); err != nil || string(text) != "old sub/"+name {
			t.Errorf("%s: %s became %q (%v)", what, name, text, err)
		}
	}
	if err := os.Remove(name); err != nil {
		t.Fatal(err)
	}
}

// A file in the root is never used as a journal, not even if the cache directory is in the
// root.
func TestShippedJournal(t *testing.T) {
	root := half(t)
	name := journalOf(t, root)
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(name); err != nil {
		t.Fatal(err)
	}
	cache, err := homeDir()
	if err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{root, filepath.Join(root, "cache", filepath.Base(cache))} {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		for _, base := range []string{".closurefix-commit", filepath.Base(name)} {
			if err := os.WriteFile(filepath.Join(dir, base), text, 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	try := func() {
		t.Helper()
		if err := Check(t.Context(), root); err != nil {
			t.Errorf("Check: %v", err)
		}
		if names, err := Recover(t.Context(), root); err != nil || len(names) > 0 {
			t.Errorf("Recover: %q, %v", names, err)
		}
	}
	try()
	for _, v := range []string{"HOME", "XDG_CACHE_HOME", "LocalAppData", "home"} {
		t.Setenv(v, filepath.Join(root, "cache"))
	}
	try()
	elsewhere := filepath.Join(root, "elsewhere")
	f := File{Name: filepath.Join(root, names[1]), Old: []byte("old " + names[1]), New: []byte("new")}
	var bad *FileError
	if err := Files(t.Context(), root, []File{f}, nil); !errors.As(err, &bad) || !strings.Contains(err.Error(), "must be outside") {
		t.Errorf("Files: %v", err)
	}
	t.Setenv("XDG_CACHE_HOME", elsewhere)
	if err := Files(t.Context(), root, []File{f}, nil); err == nil {
		t.Error("Files has its journal among the files")
	}
	if _, err := os.Stat(elsewhere); err == nil {
		t.Errorf("%s was made", elsewhere)
	}
	if got := state(t, root); got != "new old old" {
		t.Errorf("the files became %s", got)
	}
}
