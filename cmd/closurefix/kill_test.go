//go:build unix

package main

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

var (
	kills      = flag.Int("kills", 6, "how often TestKilled kills a run of -fix")
	recoveries = flag.Int("recoveries", 2, "how often TestKilled kills the completion of a killed run")
)

// A victim is a module that runs of -fix rewrite while they are killed.
type victim struct {
	dir, home string
	old, new  map[string]string // the files before and after, by name

	stopped, between, completed, interrupted int // how often what was done
}

// newVictim writes a module of 31 files, and finds out what -fix makes of it.
func newVictim(t *testing.T) *victim {
	t.Helper()
	v := &victim{dir: t.TempDir(), home: t.TempDir(), old: make(map[string]string), new: make(map[string]string)}
	v.old["m.go"] = "package m\n\n" + prep
	for i := range 30 {
		v.old[fmt.Sprintf("u%d.go", i)] = "package m\n\n" + strings.ReplaceAll(user, "use()", fmt.Sprintf("use%d()", i))
	}
	put(t, v.dir, "go.mod", hostileMod)
	v.reset(t)
	if err := v.start(t).Wait(); err != nil {
		t.Fatal(err)
	}
	for name := range v.old {
		text, err := os.ReadFile(filepath.Join(v.dir, name))
		if err != nil || string(text) == v.old[name] {
			t.Fatalf("%s is not rewritten: %v", name, err)
		}
		v.new[name] = string(text)
	}
	return v
}

// reset writes the old files.
func (v *victim) reset(t *testing.T) {
	t.Helper()
	for name, text := range v.old {
		put(t, v.dir, name, text)
	}
}

// start starts a run.
func (v *victim) start(t *testing.T) *exec.Cmd {
	t.Helper()
	cmd := exec.Command("closurefix", "-fix")
	cmd.Dir = v.dir
	cmd.Env = append(os.Environ(), "PWD="+v.dir, "XDG_CACHE_HOME="+v.home, "HOME="+v.home, "GOCACHE="+goCache(t), "GOFLAGS=")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return cmd
}

// kill starts a run and sends it a signal some time after it has begun to write, or lets it
// end if it is faster.
func (v *victim) kill(t *testing.T, sig os.Signal, begun func() bool, most time.Duration) {
	t.Helper()
	cmd := v.start(t)
	done := make(chan struct{})
	go func() {
		cmd.Wait()
		close(done)
	}()
	for !begun() {
		select {
		case <-done:
			return
		default:
		}
	}
	time.Sleep(rand.N(most))
	cmd.Process.Signal(sig)
	<-done
}

// state returns how many files are new, and fails if one is neither old nor new.
func (v *victim) state(t *testing.T) (n int) {
	t.Helper()
	for name := range v.old {
		text, err := os.ReadFile(filepath.Join(v.dir, name))
		switch {
		case err != nil:
			t.Fatal(err)
		case string(text) == v.new[name]:
			n++
		case string(text) != v.old[name]:
			t.Fatalf("%s holds %q", name, text)
		}
	}
	return n
}

// journals returns the number of journals whose names have the ending.
func (v *victim) journals(ending string) int {
	found, _ := filepath.Glob(filepath.Join(v.home, "closurefix", "*"+ending))
	return len(found)
}

// temps returns the number of temporary files.
func (v *victim) temps() int {
	found, _ := filepath.Glob(filepath.Join(v.dir, ".closurefix-*"))
	return len(found)
}

// interrupt asks a run to end. It restores the old files, or has written all new ones.
func (v *victim) interrupt(t *testing.T) {
	t.Helper()
	v.kill(t, os.Interrupt, func() bool { return v.temps() > 0 }, 20*time.Millisecond)
	if n := v.state(t); n > 0 && n < len(v.old) || v.temps() > 0 || v.journals("") > 0 {
		t.Fatalf("interrupted, it leaves %d of %d files new, %d temporary files, %d journals", n, len(v.old), v.temps(), v.journals(""))
	}
	v.interrupted++
}

// recover runs -fix after a run was killed, and kills the first one, too, if some of these
// are still to be killed.
func (v *victim) recover(t *testing.T) {
	t.Helper()
	half := v.state(t)
	if half > 0 && half < len(v.old) {
		v.between++
	}
	if v.journals(".commit") > 0 && v.completed < *recoveries {
		v.kill(t, os.Kill, func() bool { return v.state(t) > half || v.temps() < len(v.old) }, time.Millisecond)
		v.state(t)
		v.completed++
	}
	if err := v.start(t).Wait(); err != nil {
		t.Fatalf("with %d of %d files new: %v", half, len(v.old), err)
	}
	if n := v.state(t); n != len(v.old) {
		t.Fatalf("%d of %d files are new", n, len(v.old))
	}
	if v.temps() > 0 || v.journals("") > 0 {
		t.Fatalf("%d temporary files and %d journals are left", v.temps(), v.journals(""))
	}
}

// TestKilled kills runs of -fix while they write, and runs that complete them. Each
// file is whole then, and the next run makes all of them new.
func TestKilled(t *testing.T) {
	if testing.Short() {
		t.Skip("waits for processes")
	}
	v := newVictim(t)
	for n := 0; v.stopped < *kills || v.completed < *recoveries; n++ {
		v.reset(t)
		switch n % 3 {
		case 0:
			v.kill(t, os.Kill, func() bool { return v.temps() > 0 }, 20*time.Millisecond)
		case 1:
			v.kill(t, os.Kill, func() bool { return v.journals(".commit") > 0 }, 3*time.Millisecond)
		case 2:
			v.interrupt(t)
			continue
		}
		v.stopped++
		v.recover(t)
	}
	t.Logf("%d runs killed, %d of them between two files; %d completions killed; %d runs interrupted while they wrote", v.stopped, v.between, v.completed, v.interrupted)
}

// goCache returns the directory of the go command's cache.
func goCache(t *testing.T) string {
	t.Helper()
	out, err := exec.Command("go", "env", "GOCACHE").Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(out))
}
