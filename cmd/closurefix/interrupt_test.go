//go:build unix

package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestInterrupt interrupts the program at several points of its work, while a
// process that it started hangs: nothing may be left of it, neither on disk nor
// among the processes.
func TestInterrupt(t *testing.T) {
	for _, test := range []struct {
		name string
		args []string
		hang string // part of the command line of a tool of the go command; "": none does
		deaf bool   // the tool is no good at listening
	}{
		{name: "load", args: []string{"-fix"}, hang: "-p example.com/m/dep ", deaf: true},
		{name: "escape", args: []string{"-escape"}, hang: "-m=2"},
		{name: "vet", args: []string{"-fix", "-test"}, hang: "/vet "},
		{name: "link", args: []string{"-fix", "-test"}, hang: "/link "},
		{name: "test", args: []string{"-fix", "-test", "-v"}},
		{name: "bench", args: []string{"-fix", "-bench", "."}},
	} {
		t.Run(test.name, func(t *testing.T) { interrupt(t, test.args, test.hang, test.deaf) })
	}
}

func interrupt(t *testing.T, args []string, hang string, deaf bool) {
	program, err := exec.LookPath("closurefix")
	if err != nil {
		t.Fatal(err)
	}
	dir, temp := t.TempDir(), t.TempDir()
	const source = `package m

import (
	"fmt"

	"example.com/m/dep"
)

func prepare(err *error) (func(), error) {
	defer fmt.Print()
	return func() {
		if *err != nil {
			fmt.Print(*err, dep.Dep)
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
	tool := filepath.Join(dir, "tool")
	pidFile := filepath.Join(dir, "pid")
	files := map[string]string{
		"go.mod": "module example.com/m\n\ngo 1.26\n",
		"m.go":   source,
		// The directory is different each time, and with it what is compiled.
		"dep/dep.go": fmt.Sprintf("package dep\n\nconst Dep = %q\n", dir),
		"m_test.go": `package m

import (
	"os"
	"strconv"
	"testing"
	"time"
)

func hang() {
	os.WriteFile("pid.tmp", []byte(strconv.Itoa(os.Getpid())), 0o644)
	os.Rename("pid.tmp", "pid")
	time.Sleep(time.Hour)
}

func TestLong(*testing.T) { hang() }

func BenchmarkLong(*testing.B) { hang() }
`,
		"tool": `#!/bin/sh
case "$* " in
*-V=full*) ;;
*"$HANG"*)
	eval "$TRAP"
	echo $$ >` + pidFile + `.tmp && mv ` + pidFile + `.tmp ` + pidFile + `
	exec sleep 3600 ;;
esac
exec "$@"
`,
	}
	for name, text := range files {
		name = filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.Command(program, args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "PWD="+dir, "TMPDIR="+temp, "GOFLAGS=")
	if hang != "" {
		cmd.Env = append(cmd.Env, "GOFLAGS=-toolexec="+tool, "HANG="+hang)
	}
	if deaf {
		cmd.Env = append(cmd.Env, "TRAP=trap '' INT")
	}
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
			t.Fatalf("it ended before anything hung: %v\n%s", err, stderr.String())
		case <-time.After(10 * time.Millisecond):
		}
		if text, err := os.ReadFile(pidFile); err == nil {
			if pid, err = strconv.Atoi(strings.TrimSpace(string(text))); err != nil {
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
	t.Errorf("the process that hung, %d, is still there", pid)
}
