// Package process runs commands that start other processes, as the go command does. When
// the context is done, it ends all of these processes. It first interrupts them, as Ctrl-C
// does, so that they can remove their temporary files. Then it kills them.
package process

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"slices"
	"strings"
	"time"
)

// grace is the time that interrupted processes have to end. A user who presses Ctrl-C does
// not want to wait for a second.
const grace = 400 * time.Millisecond

type killKey struct{}

// WithKill returns a context whose commands are killed at once when kill is closed.
func WithKill(ctx context.Context, kill <-chan struct{}) context.Context {
	return context.WithValue(ctx, killKey{}, kill)
}

// killed returns the channel of WithKill, or a channel that is never closed.
func killed(ctx context.Context) <-chan struct{} {
	kill, _ := ctx.Value(killKey{}).(<-chan struct{})
	return kill
}

// A Command is a program to run. Its standard input is empty.
type Command struct {
	Dir    string
	Env    []string // the complete environment
	Args   []string // the program and its arguments
	Stdout io.Writer
	Stderr io.Writer
}

// Run runs a command and waits for it. When Run returns, all processes in the command's
// process group have ended, if the system has process groups. If ctx is done, other
// processes that the command started have ended too, if a Mark can find them.
//
// The error is that of ctx if ctx is done. It wraps an *exec.ExitError if the program
// failed.
func Run(ctx context.Context, c Command) error {
	cmd := exec.CommandContext(ctx, c.Args[0], c.Args[1:]...)
	cmd.Dir = c.Dir
	mark := NewMark()
	cmd.Env = append(slices.Clone(c.Env), "PWD="+c.Dir, string(mark))
	cmd.Stdout, cmd.Stderr = c.Stdout, c.Stderr
	cmd.WaitDelay = grace
	group(cmd)
	cmd.Cancel = func() error { return interrupt(cmd) }
	if err := cmd.Start(); err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return err
	}
	ended := make(chan struct{})
	go func() {
		select {
		case <-killed(ctx):
			kill(cmd)
		case <-ended:
		}
	}()
	err := cmd.Wait()
	close(ended)
	kill(cmd)
	if ctx.Err() != nil {
		mark.Kill()
		return ctx.Err()
	}
	return err
}

// Go runs the go command and returns its standard output and standard error, also if there
// is an error.
func Go(ctx context.Context, dir string, env []string, args ...string) (stdout, stderr string, err error) {
	return Watch(ctx, io.Discard, dir, env, args...)
}

// Watch is like Go. It also copies standard output to watch as it is printed.
func Watch(ctx context.Context, watch io.Writer, dir string, env []string, args ...string) (stdout, stderr string, err error) {
	var out, errs strings.Builder
	err = Run(ctx, Command{Dir: dir, Env: env, Args: append([]string{"go"}, args...), Stdout: io.MultiWriter(&out, watch), Stderr: &errs})
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		text := strings.TrimSpace(errs.String())
		if text == "" {
			text = exit.Error()
		}
		err = &GoError{Command: args[0], Text: text, Err: err}
	} else if err != nil && ctx.Err() == nil {
		err = fmt.Errorf("go %s: %w", args[0], err)
	}
	return out.String(), errs.String(), err
}

// A GoError is a failure of the go command with its output.
type GoError struct {
	Command string // the subcommand, such as "build"
	Text    string // standard error
	Err     error
}

func (e *GoError) Error() string {
	if strings.HasPrefix(e.Text, "go: ") {
		return e.Text
	}
	return fmt.Sprintf("go %s: %s", e.Command, e.Text)
}

func (e *GoError) Unwrap() error { return e.Err }
