//go:build unix

package main

import (
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

// TestInterrupt interrupts -fix -test while a test of the module runs: nothing may
// be left of it, neither on disk nor among the processes.
func TestInterrupt(t *testing.T) {
	program, err := exec.LookPath("closurefix")
	if err != nil {
		t.Fatal(err)
	}
	dir, temp := t.TempDir(), t.TempDir()
	const source = `package m

import "fmt"

func prepare(err *error) (func(), error) {
	defer fmt.Print()
	return func() {
		if *err != nil {
			fmt.Print(*err)
		}
	}, nil
}

func Use() (err error) {
	done, err := prepare(&err)
	if err != nil {
		return err
	}
	defer done()
	return nil
}
`
	for name, text := range map[string]string{
		"go.mod": "module example.com/m\n\ngo 1.26\n",
		"m.go":   source,
		"m_test.go": `package m

import (
	"os"
	"strconv"
	"testing"
	"time"
)

func TestLong(*testing.T) {
	os.WriteFile("pid.tmp", []byte(strconv.Itoa(os.Getpid())), 0o644)
	os.Rename("pid.tmp", "pid")
	time.Sleep(time.Hour)
}
`,
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.Command(program, "-fix", "-test", "-v")
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "PWD="+dir, "TMPDIR="+temp, "GOFLAGS=")
	var stderr strings.Builder
	cmd.Stderr = &stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- cmd.Wait() }()
	pid := 0
	for pid == 0 {
		select {
		case err := <-done:
			t.Fatalf("it ended before the test ran: %v\n%s", err, stderr.String())
		case <-time.After(10 * time.Millisecond):
		}
		if text, err := os.ReadFile(filepath.Join(dir, "pid")); err == nil {
			if pid, err = strconv.Atoi(string(text)); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	var exit *exec.ExitError
	if err := <-done; !errors.As(err, &exit) || exit.ExitCode() != exitError {
		t.Errorf("it ends with %v, want exit code %d", err, exitError)
	}
	if want := "closurefix: interrupted; nothing was written"; !strings.Contains(stderr.String(), want) {
		t.Errorf("it says %q, want %q", stderr.String(), want)
	}
	if text, err := os.ReadFile(filepath.Join(dir, "m.go")); err != nil || string(text) != source {
		t.Errorf("m.go was changed: %v\n%s", err, text)
	}
	if left, err := os.ReadDir(temp); err != nil || len(left) > 0 {
		t.Errorf("temporary files are left: %v %v", left, err)
	}
	// A process that was killed stays in the table until somebody asks for it.
	for range 1000 {
		if errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) {
			return
		}
		state, err := exec.Command("ps", "-o", "stat=", "-p", strconv.Itoa(pid)).Output()
		if err == nil && strings.HasPrefix(strings.TrimSpace(string(state)), "Z") {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Errorf("the process of the test, %d, is still there", pid)
}
