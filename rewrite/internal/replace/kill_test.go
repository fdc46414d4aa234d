package replace

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
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
	os.Exit(m.Run())
}

// write plays the process. how is "root killAt failAt hold".
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
		return os.Rename(from, to)
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

// names are the files that the process writes, below its root.
var names = []string{"a.txt", "sub/b.txt", "sub/c.txt"}

// start makes the files and prepares the process.
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

// state returns "old" or "new" for each file, and fails if one is neither.
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

// litter returns the names of what is in root beside the files.
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

// TestKill kills a writer before each change that it makes on disk. Each file is
// whole then, all are old or all new after Recover, and nothing else is left after
// the next writer.
func TestKill(t *testing.T) {
	const allOld, allNew = "old old old", "new new new"
	for _, failAt := range []int{0, 1, 3} {
		between := false
		for killAt := 1; ; killAt++ {
			root, cmd := start(t, killAt, failAt, "")
			if out, err := cmd.CombinedOutput(); cmd.ProcessState == nil {
				t.Fatal(err)
			} else if cmd.ProcessState.Exited() && cmd.ProcessState.ExitCode() != 1 {
				// It came to its end, which means that all steps were tried.
				if killAt < 10 {
					t.Fatalf("failAt=%d: only %d steps: %s", failAt, killAt, out)
				}
				if failAt > 0 && !strings.Contains(string(out), "cannot be replaced: the disk is gone") {
					t.Errorf("failAt=%d: %s", failAt, out)
				}
				want := allNew
				if failAt > 0 {
					want = allOld
				}
				if got := state(t, root); got != want {
					t.Errorf("failAt=%d: %s", failAt, got)
				}
				if left := litter(t, root); len(left) > 0 {
					t.Errorf("failAt=%d: %q are left", failAt, left)
				}
				break
			}
			before := state(t, root)
			mixed := before != allOld && before != allNew
			between = between || mixed
			err := Check(t.Context(), root)
			var unfinished *UnfinishedError
			if errors.As(err, &unfinished) {
				if n := len(unfinished.New) + len(unfinished.Old); n != 3 {
					t.Errorf("failAt=%d killAt=%d: %v", failAt, killAt, err)
				}
			} else if err != nil || mixed {
				t.Errorf("failAt=%d killAt=%d: %s, and Check says %v", failAt, killAt, before, err)
			}
			done, err := Recover(t.Context(), root)
			if err != nil || (len(done) > 0) != (unfinished != nil) {
				t.Errorf("failAt=%d killAt=%d: Recover returns %q, %v; Check %v", failAt, killAt, done, err, unfinished)
			}
			after := state(t, root)
			if after != allOld && after != allNew {
				t.Errorf("failAt=%d killAt=%d: %s, recovered %s", failAt, killAt, before, after)
			}
			if err := Check(t.Context(), root); err != nil {
				t.Errorf("failAt=%d killAt=%d: %v", failAt, killAt, err)
			}
			next := File{Name: filepath.Join(root, names[1])}
			if next.Old, err = os.ReadFile(next.Name); err != nil {
				t.Fatal(err)
			}
			next.New = bytes.Repeat(next.Old, 2)
			if err := Files(t.Context(), root, []File{next}, nil); err != nil {
				t.Errorf("failAt=%d killAt=%d: the next writer: %v", failAt, killAt, err)
			}
			if left := litter(t, root); len(left) > 0 {
				t.Errorf("failAt=%d killAt=%d: %q are left", failAt, killAt, left)
			}
		}
		if !between && failAt != 1 {
			t.Errorf("failAt=%d: it was never killed between two files", failAt)
		}
	}
}

// half leaves a writer killed after the first of three files.
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

// If there is no way back either, the journal stays, and the next one completes
// what was begun.
func TestStuck(t *testing.T) {
	dir, files := tree(t)
	w := writer{}
	w.rename = func(from, to string) error {
		if to == files[1].Name {
			os.Remove(w.Entries[0].Old)
			return errors.New("the disk is gone")
		}
		return os.Rename(from, to)
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

// What somebody changed after the writer died is not touched.
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

// A journal that comes with somebody's source code leads nowhere else.
func TestForeignJournal(t *testing.T) {
	dir := t.TempDir()
	victim := filepath.Join(dir, "victim.txt")
	if err := os.WriteFile(victim, []byte("old"), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, bad := range []entry{
		{Name: victim, Target: victim, Fresh: filepath.Join(dir, "root", ".closurefix-0.new"), Old: filepath.Join(dir, ".closurefix-0.old")},
		{Name: victim, Target: filepath.Join(dir, "root", "a.txt"), Fresh: filepath.Join(dir, "root", ".closurefix-0.new"), Old: victim},
		{Name: victim, Target: filepath.Join(dir, "other.txt"), Fresh: filepath.Join(dir, ".closurefix-0.new"), Old: victim},
	} {
		root := filepath.Join(dir, "root")
		if err := os.MkdirAll(root, 0o755); err != nil {
			t.Fatal(err)
		}
		bad.Was, bad.Is = sum([]byte("old")), sum([]byte("evil"))
		if err := os.WriteFile(filepath.Join(root, ".closurefix-0.new"), []byte("evil"), 0o644); err != nil {
			t.Fatal(err)
		}
		j := journal{root: root, Entries: []entry{bad}}
		if err := j.begin(); err != nil {
			t.Fatal(err)
		}
		for _, commit := range []bool{false, true} {
			if commit {
				if err := j.commit(); err != nil {
					t.Fatal(err)
				}
			}
			if _, err := Recover(t.Context(), root); commit && err == nil {
				t.Errorf("Recover takes %v", bad)
			}
			own := filepath.Join(root, "own.txt")
			if err := os.WriteFile(own, []byte("old"), 0o644); err != nil {
				t.Fatal(err)
			}
			if err := Files(t.Context(), root, []File{{Name: own, Old: []byte("old"), New: []byte("new")}}, nil); err == nil ||
				!strings.Contains(err.Error(), "was not written by closurefix") {
				t.Errorf("Files returns %v for %v", err, bad)
			}
			if text, err := os.ReadFile(victim); err != nil || string(text) != "old" {
				t.Fatalf("%v: the victim holds %q (%v)", bad, text, err)
			}
		}
		if err := os.RemoveAll(root); err != nil {
			t.Fatal(err)
		}
	}
}
