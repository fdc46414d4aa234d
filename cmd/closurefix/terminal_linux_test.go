package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// A pty is a terminal of our own: what a program writes to inner is read from
// outer.
type pty struct{ outer, inner *os.File }

func openPty(t *testing.T, columns uint16) pty {
	t.Helper()
	outer, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { outer.Close() })
	fd := int(outer.Fd())
	n, err := unix.IoctlGetInt(fd, unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}
	if err := unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0); err != nil {
		t.Fatal(err)
	}
	if err := unix.IoctlSetWinsize(fd, unix.TIOCSWINSZ, &unix.Winsize{Row: 24, Col: columns}); err != nil {
		t.Fatal(err)
	}
	inner, err := os.OpenFile(fmt.Sprintf("/dev/pts/%d", n), os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	return pty{outer, inner}
}

// read closes the inner side and returns all that was written to it, with
// newlines as they were written.
func (p pty) read(t *testing.T) string {
	t.Helper()
	p.inner.Close()
	text, err := io.ReadAll(p.outer)
	if err != nil && !errors.Is(err, syscall.EIO) { // which is how Linux says that the other side is closed
		t.Fatal(err)
	}
	return strings.ReplaceAll(string(text), "\r\n", "\n")
}

// TestTerminal runs the program on a terminal: it has a live line, and diffs have
// colours; and what files are called and hold cannot do more to it.
func TestTerminal(t *testing.T) {
	if testing.Short() {
		t.Skip("waits for processes")
	}
	program, err := exec.LookPath("closurefix")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	const evil = "m\x1b[2J.go" // clears the screen
	for name, text := range map[string]string{
		"go.mod": "module example.com/m\n\ngo 1.26\n",
		evil: `package m

import "fmt"

func prepare(err *error) (func(), error) {
	return func() {
		if *err != nil {
			fmt.Print(*err) // ` + "\a" + `
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
`,
		"m_test.go": "package m\n\nimport \"testing\"\n\nfunc TestUse(*testing.T) { Use() }\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	run := func(env []string, args ...string) (out, err string) {
		t.Helper()
		stdout, stderr := openPty(t, 132), openPty(t, 40)
		cmd := exec.Command(program, args...)
		cmd.Dir = dir
		cmd.Env = append(append(os.Environ(), "PWD="+dir, "GOFLAGS=", "TERM=xterm", "NO_COLOR="), env...)
		cmd.Stdout, cmd.Stderr = stdout.inner, stderr.inner
		done := make(chan error, 1)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		go func() { done <- cmd.Wait() }()
		errs := make(chan string, 1)
		go func() { errs <- stderr.read(t) }()
		out = stdout.read(t)
		var exit *exec.ExitError
		if err := <-done; err != nil && !errors.As(err, &exit) {
			t.Fatal(err)
		}
		return out, <-errs
	}
	want := func(text string, parts ...string) {
		t.Helper()
		for _, part := range parts {
			if !strings.Contains(text, part) {
				t.Errorf("no %q in %q", part, text)
			}
		}
	}

	out, live := run(nil, "-diff", "-test")
	want(out, "\x1b[1m--- \"a/m\\033[2J.go\"\x1b[m\n", "\x1b[31m-\tdone, err := prepare(&err)\x1b[m\n", "\x1b[32m+\terr = prepare()\x1b[m\n", `// \a`)
	want(live, "\rlisting packages\x1b[K", "\rloading 1 package\x1b[K", "\rverifying 1 of 1 rewrite\x1b[K", "\rrunning go vet\x1b[K",
		"\rrunning tests of example.com/m\x1b[K", "\r\x1b[Kclosurefix: tested 1 package over the rewrite\n")
	for line := range strings.SplitSeq(live, "\r") {
		if before, _, ok := strings.Cut(line, "\x1b[K"); ok && len(before) > 39 {
			t.Errorf("%q does not fit a terminal of 40 columns", before)
		}
	}

	out, live = run([]string{"NO_COLOR=1"})
	want(out, `m\x1b[2J.go:5:6: prepare returns a closure`, `in m\x1b[2J.go`+"\n")
	want(live, "\rloading 1 package\x1b[K")
	if strings.Contains(out, "\x1b") {
		t.Errorf("escape sequences in %q", out)
	}
	if out, _ = run([]string{"NO_COLOR=1"}, "-diff"); strings.Contains(out, "\x1b") {
		t.Errorf("colours in spite of NO_COLOR: %q", out)
	}
	if out, live = run([]string{"TERM=dumb"}, "-diff"); strings.Contains(out, "\x1b") || live != "" {
		t.Errorf("a terminal that cannot do it gets %q and %q", out, live)
	}
}
