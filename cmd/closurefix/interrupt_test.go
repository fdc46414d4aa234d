//go:build unix

package main

import (
	"bufio"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
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
	if testing.Short() {
		t.Skip("waits for processes")
	}
	phases := []struct {
		name string
		args []string
		hang string // part of the command line of a tool of the go command; "": none does
		deaf bool   // the tool is no good at listening
	}{
		{name: "load", args: []string{"-fix"}, hang: "/cgo ", deaf: true},
		{name: "escape", args: []string{"-escape"}, hang: "-m=2"},
		{name: "vet", args: []string{"-fix", "-test"}, hang: "/vet "},
		{name: "link", args: []string{"-fix", "-test"}, hang: "/link "},
		{name: "test", args: []string{"-fix", "-test", "-v"}},
		{name: "bench", args: []string{"-fix", "-bench", "."}},
	}
	signals := [][]os.Signal{{os.Interrupt}, {syscall.SIGHUP}, {syscall.SIGQUIT}, {syscall.SIGTERM}, {os.Interrupt, os.Interrupt}}
	for round := range *interrupts {
		for i, phase := range phases {
			sent := signals[(round+i)%len(signals)]
			if sent[0] == syscall.SIGHUP && signal.Ignored(syscall.SIGHUP) { // as below nohup
				sent = []os.Signal{syscall.SIGTERM}
			}
			t.Run(fmt.Sprintf("%s %v", phase.name, sent), func(t *testing.T) { interrupt(t, phase.args, phase.hang, phase.deaf, sent) })
		}
	}
}

var interrupts = flag.Int("interrupts", 1, "how many times TestInterrupt interrupts each phase; 5 send each of its signals to each")

func interrupt(t *testing.T, args []string, hang string, deaf bool, sent []os.Signal) {
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
	if hang == "/cgo " { // to load packages without cgo runs no tool
		files["c.go"] = "package m\n\nimport \"C\"\n\nconst _ = C.int(0)\n"
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
	pid := hanging(t, pidFile, done, &stderr)
	for _, s := range sent {
		if err := cmd.Process.Signal(s); err != nil && !errors.Is(err, os.ErrProcessDone) {
			t.Fatal(err)
		}
		time.Sleep(20 * time.Millisecond) // two of a kind at once are one
	}
	start := time.Now()
	var exit *exec.ExitError
	if err := <-done; !errors.As(err, &exit) || exit.ExitCode() != exitError {
		t.Errorf("it ends with %v, want exit code %d", err, exitError)
	}
	t.Logf("it ended after %v", time.Since(start).Round(10*time.Millisecond))
	if want := "closurefix: interrupted; nothing was written"; len(sent) == 1 && !strings.Contains(stderr.String(), want) {
		t.Errorf("it says %q, want %q", stderr.String(), want)
	}
	if text, err := os.ReadFile(filepath.Join(dir, "m.go")); err != nil || string(text) != source {
		t.Errorf("m.go was changed: %v\n%s", err, text)
	}
	// After a second signal the next run may have to remove them: see TestSweep.
	if left, err := os.ReadDir(temp); err != nil || len(left) > 0 && len(sent) == 1 {
		t.Errorf("temporary files are left: %v %v", left, err)
	}
	gone(t, pid)
}

// hanging waits until a process has written its number to a file and gives that number.
// It fails if the run that started the process ends before.
func hanging(t *testing.T, file string, done <-chan error, stderr *strings.Builder) int {
	t.Helper()
	for {
		select {
		case err := <-done:
			t.Fatalf("it ended before anything hung: %v\n%s", err, stderr)
		case <-time.After(10 * time.Millisecond):
		}
		text, err := os.ReadFile(file)
		if err != nil {
			continue
		}
		pid, err := strconv.Atoi(strings.TrimSpace(string(text)))
		if err != nil {
			t.Fatal(err)
		}
		return pid
	}
}

// gone fails unless a process has ended. One that was killed stays in the table until
// somebody asks for it.
func gone(t *testing.T, pid int) {
	t.Helper()
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

// many writes a module of one package with n prepare functions.
func many(t *testing.T, n int) (dir string) {
	dir = t.TempDir()
	put(t, dir, "go.mod", "module example.com/m\n\ngo 1.26\n")
	var b strings.Builder
	b.WriteString("package m\n")
	for i := range n {
		b.WriteString("\n" + strings.NewReplacer("prepare(", fmt.Sprintf("prepare%d(", i), "use(", fmt.Sprintf("use%d(", i)).Replace(prep+"\n"+user))
	}
	put(t, dir, "m.go", b.String())
	return dir
}

// TestInterruptDeciding presses Ctrl-C while nothing runs that could be ended but the
// program itself.
func TestInterruptDeciding(t *testing.T) {
	program, err := exec.LookPath("closurefix")
	if err != nil {
		t.Fatal(err)
	}
	dir, temp := many(t, 600), t.TempDir()
	for range *interrupts {
		cmd := exec.Command(program, "-v")
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "PWD="+dir, "TMPDIR="+temp, "GOFLAGS=")
		out, err := cmd.StderrPipe()
		if err == nil {
			err = cmd.Start()
		}
		if err != nil {
			t.Fatal(err)
		}
		said := ""
		for lines := bufio.NewScanner(out); lines.Scan(); {
			said += lines.Text() + "\n"
			if strings.Contains(lines.Text(), "type-checked") {
				if err := cmd.Process.Signal(os.Interrupt); err != nil {
					t.Fatal(err)
				}
			}
		}
		var exit *exec.ExitError
		if err := cmd.Wait(); !errors.As(err, &exit) || exit.ExitCode() != exitError || !strings.HasSuffix(said, "closurefix: interrupted; nothing was written\n") {
			t.Errorf("it ends with %v and says %.300q …", err, said)
		}
		if left, err := os.ReadDir(temp); err != nil || len(left) > 0 {
			t.Errorf("temporary files are left: %v %v", left, err)
		}
	}
}

// TestSweep kills a run while a test hangs. The next run removes what it left.
func TestSweep(t *testing.T) {
	program, err := exec.LookPath("closurefix")
	if err != nil {
		t.Fatal(err)
	}
	dir, temp := many(t, 1), t.TempDir()
	put(t, dir, "m_test.go", "package m\n\nimport (\n\t\"fmt\"\n\t\"os\"\n\t\"testing\"\n\t\"time\"\n)\n\nfunc TestLong(*testing.T) {\n\tos.WriteFile(\"tmp\", []byte(fmt.Sprint(os.Getpid())), 0o644)\n\tos.Rename(\"tmp\", \"pid\")\n\ttime.Sleep(time.Hour)\n}\n")
	run := func(args ...string) *exec.Cmd {
		cmd := exec.Command(program, args...)
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "PWD="+dir, "TMPDIR="+temp, "GOFLAGS=")
		return cmd
	}
	cmd := run("-fix", "-test")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var pid int
	for pid == 0 {
		text, _ := os.ReadFile(filepath.Join(dir, "pid"))
		fmt.Sscan(string(text), &pid)
		time.Sleep(10 * time.Millisecond)
	}
	// Neither what looks like ours, nor what somebody uses, is removed.
	for _, name := range []string{"closurefix-1/mine", "closurefix-x/mine"} {
		put(t, temp, name, "")
	}
	others := func() (names []string) {
		entries, err := os.ReadDir(temp)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			if e.Name() != "closurefix-1" && e.Name() != "closurefix-x" {
				names = append(names, e.Name())
			}
		}
		return names
	}
	before := others()
	run().Run()
	if now := others(); len(before) == 0 || !slices.Equal(now, before) {
		t.Errorf("beside a run that had %q, there are %q after another one", before, now)
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	cmd.Wait()
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		t.Error(err)
	}
	gone(t, pid)
	run().Run()
	if now := others(); len(now) > 0 {
		t.Errorf("the next run leaves %q", now)
	}
	for _, name := range []string{"closurefix-1", "closurefix-x"} {
		if _, err := os.Stat(filepath.Join(temp, name)); err != nil {
			t.Error(err)
		}
	}
}

// TestOutput has a standard output that takes nothing.
func TestOutput(t *testing.T) {
	program, err := exec.LookPath("closurefix")
	if err != nil {
		t.Fatal(err)
	}
	dir := many(t, 1)
	source, err := os.ReadFile(filepath.Join(dir, "m.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{nil, {"-json"}, {"-sarif"}, {"-format", "github"}, {"-diff"}, {"-h"}, {"-version"}, {"-explain", "capture"}} {
		for _, what := range []string{"full", "closed"} {
			cmd := exec.Command(program, args...)
			cmd.Dir = dir
			cmd.Env = append(os.Environ(), "PWD="+dir, "GOFLAGS=")
			var out *os.File
			if what == "full" {
				if out, err = os.OpenFile("/dev/full", os.O_WRONLY, 0); err != nil {
					continue // only Linux has it
				}
			} else {
				var in *os.File
				if in, out, err = os.Pipe(); err != nil {
					t.Fatal(err)
				}
				in.Close()
			}
			var stderr strings.Builder
			cmd.Stdout, cmd.Stderr = out, &stderr
			err = cmd.Run()
			out.Close()
			var exit *exec.ExitError
			if !errors.As(err, &exit) || exit.ExitCode() != exitError || !strings.Contains(stderr.String(), "not all of the output could be written") {
				t.Errorf("%q, %s: it ends with %v and says %q", args, what, err, stderr.String())
			}
		}
	}
	if text, err := os.ReadFile(filepath.Join(dir, "m.go")); err != nil || string(text) != string(source) {
		t.Errorf("m.go became %q, %v", text, err)
	}
}

// TestInterruptBench: the runs that are done when somebody interrupts are printed.
func TestInterruptBench(t *testing.T) {
	if testing.Short() {
		t.Skip("waits for processes")
	}
	program, err := exec.LookPath("closurefix")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for name, text := range map[string]string{
		"go.mod": "module example.com/m\n\ngo 1.26\n",
		"m.go": `package m

var sink error

func prepare(err *error) func() {
	defer recover()
	return func() { sink = *err }
}

func Use() (err error) {
	defer prepare(&err)()
	return nil
}
`,
		"m_test.go": "package m\n\nimport \"testing\"\n\nfunc BenchmarkUse(b *testing.B) {\n\tfor b.Loop() {\n\t\tUse()\n\t}\n}\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.Command(program, "-v", "-fix", "-bench", ".", "-benchtime", "20x", "-count", "100000")
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOFLAGS=", "GOWORK=off", "XDG_CACHE_HOME="+t.TempDir())
	var out strings.Builder
	cmd.Stdout = &out
	stderr, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var said []string
	for lines := bufio.NewScanner(stderr); lines.Scan(); {
		said = append(said, lines.Text())
		if strings.HasPrefix(lines.Text(), "run 3 of ") {
			if err := cmd.Process.Signal(os.Interrupt); err != nil {
				t.Fatal(err)
			}
		}
	}
	var exit *exec.ExitError
	if err := cmd.Wait(); !errors.As(err, &exit) || exit.ExitCode() != exitError {
		t.Errorf("it ends with %v, want exit code %d", err, exitError)
	}
	if !strings.Contains(out.String(), "Use") || !strings.Contains(out.String(), "allocs/op") {
		t.Errorf("the runs that are done are not printed:\n%s", out.String())
	}
	if last := said[len(said)-1]; last != "closurefix: interrupted; nothing was written" {
		t.Errorf("the last line is %q", last)
	}
	if text, err := os.ReadFile(filepath.Join(dir, "m.go")); err != nil || !strings.Contains(string(text), "func prepare(err *error) func() {") {
		t.Errorf("the file was written: %v\n%s", err, text)
	}
}
