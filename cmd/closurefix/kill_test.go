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

// TestKilled kills runs of -fix while they write, and runs that complete them. Each
// file is whole then, and the next run makes all of them new.
func TestKilled(t *testing.T) {
	if testing.Short() {
		t.Skip("waits for processes")
	}
	program, err := exec.LookPath("closurefix")
	if err != nil {
		t.Fatal(err)
	}
	dir, home := t.TempDir(), t.TempDir()
	old, new := make(map[string]string), make(map[string]string)
	write := func(text map[string]string) {
		t.Helper()
		for name, text := range text {
			put(t, dir, name, text)
		}
	}
	old["m.go"] = "package m\n\n" + prep
	for i := range 30 {
		old[fmt.Sprintf("u%d.go", i)] = "package m\n\n" + strings.ReplaceAll(user, "use()", fmt.Sprintf("use%d()", i))
	}
	put(t, dir, "go.mod", hostileMod)
	start := func() *exec.Cmd {
		cmd := exec.Command(program, "-fix")
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "PWD="+dir, "XDG_CACHE_HOME="+home, "HOME="+home, "GOCACHE="+goCache(t), "GOFLAGS=")
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		return cmd
	}
	// state returns how many files are new, and fails if one is neither.
	state := func() (n int) {
		t.Helper()
		for name := range old {
			text, err := os.ReadFile(filepath.Join(dir, name))
			switch {
			case err != nil:
				t.Fatal(err)
			case string(text) == new[name]:
				n++
			case string(text) != old[name]:
				t.Fatalf("%s holds %q", name, text)
			}
		}
		return n
	}
	journals := func(ending string) int {
		found, _ := filepath.Glob(filepath.Join(home, "closurefix", "*"+ending))
		return len(found)
	}
	temps := func() int {
		found, _ := filepath.Glob(filepath.Join(dir, ".closurefix-*"))
		return len(found)
	}
	// kill starts a run and sends it a signal some time after it has begun to write, or
	// lets it end if it is faster.
	kill := func(sig os.Signal, begun func() bool, most time.Duration) {
		t.Helper()
		cmd := start()
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
	write(old)
	if err := start().Wait(); err != nil {
		t.Fatal(err)
	}
	for name := range old {
		text, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil || string(text) == old[name] {
			t.Fatalf("%s is not rewritten: %v", name, err)
		}
		new[name] = string(text)
	}
	between, stopped, interrupted, completed := 0, 0, 0, 0
	for n := 0; stopped < *kills || completed < *recoveries; n++ {
		write(old)
		switch n % 3 {
		case 0:
			kill(os.Kill, func() bool { return temps() > 0 }, 20*time.Millisecond)
		case 1:
			kill(os.Kill, func() bool { return journals(".commit") > 0 }, 3*time.Millisecond)
		case 2:
			// Asked to end, it goes back by itself, or is done.
			kill(os.Interrupt, func() bool { return temps() > 0 }, 20*time.Millisecond)
			if n := state(); n > 0 && n < len(old) || temps() > 0 || journals("") > 0 {
				t.Fatalf("interrupted, it leaves %d of %d files new, %d temporary files, %d journals", n, len(old), temps(), journals(""))
			}
			interrupted++
			continue
		}
		stopped++
		half := state()
		if half > 0 && half < len(old) {
			between++
		}
		if journals(".commit") > 0 && completed < *recoveries {
			kill(os.Kill, func() bool { return state() > half || temps() < len(old) }, time.Millisecond)
			state()
			completed++
		}
		if err := start().Wait(); err != nil {
			t.Fatalf("after kill %d, with %d of %d files new: %v", n, half, len(old), err)
		}
		if n := state(); n != len(old) {
			t.Fatalf("%d of %d files are new", n, len(old))
		}
		if temps() > 0 || journals("") > 0 {
			t.Fatalf("%d temporary files and %d journals are left", temps(), journals(""))
		}
	}
	t.Logf("%d runs killed, %d of them between two files; %d completions killed; %d runs interrupted while they wrote", stopped, between, completed, interrupted)
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
