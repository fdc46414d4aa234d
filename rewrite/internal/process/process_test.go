//go:build unix

package process

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestRunEndsFamily interrupts a shell whose child ignores interrupts.
func TestRunEndsFamily(t *testing.T) {
	dir := t.TempDir()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() {
		done <- Run(ctx, Command{
			Dir: dir, Env: os.Environ(),
			Args: []string{"sh", "-c", `sh -c 'trap "" INT; echo $$ >child.tmp; mv child.tmp child; sleep 600 & wait; wait' & wait`},
		})
	}()
	pid := readPid(t, filepath.Join(dir, "child"))
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Errorf("the error is %v, want that of the context", err)
	}
	// A killed process stays a zombie until its new parent has seen it.
	for range 1000 {
		if err := syscall.Kill(pid, 0); errors.Is(err, syscall.ESRCH) || zombie(pid) {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
	t.Errorf("process %d is still there", pid)
}

// readPid waits for a file and returns the process ID that it holds.
func readPid(t *testing.T, file string) int {
	t.Helper()
	for {
		text, err := os.ReadFile(file)
		if err != nil {
			time.Sleep(5 * time.Millisecond)
			continue
		}
		pid, err := strconv.Atoi(strings.TrimSpace(string(text)))
		if err != nil {
			t.Fatal(err)
		}
		return pid
	}
}

// zombie reports whether a process has ended and was not waited for.
func zombie(pid int) bool {
	out, err := exec.Command("ps", "-o", "stat=", "-p", strconv.Itoa(pid)).Output()
	return err == nil && strings.HasPrefix(strings.TrimSpace(string(out)), "Z")
}

func TestGoError(t *testing.T) {
	_, _, err := Go(t.Context(), t.TempDir(), os.Environ(), "list", "-no-such-flag")
	var failed *GoError
	if !errors.As(err, &failed) || !strings.Contains(failed.Text, "no-such-flag") {
		t.Errorf("the error is %v, want one with the words of the go command", err)
	}
	var exit *exec.ExitError
	if !errors.As(err, &exit) {
		t.Errorf("%v does not wrap the exit code", err)
	}
}
