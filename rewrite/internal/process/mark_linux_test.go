package process

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// TestRunEndsStrays ends processes that have left the process group, some of which ignore
// signals: when the context is done, and at once.
func TestRunEndsStrays(t *testing.T) {
	for _, how := range []string{"cancelled", "killed"} {
		dir := t.TempDir()
		ctx, cancel := context.WithCancel(t.Context())
		kill := make(chan struct{})
		done := make(chan error, 1)
		go func() {
			done <- Run(WithKill(ctx, kill), Command{
				Dir: dir, Env: os.Environ(),
				Args: []string{"sh", "-c", `trap "" INT; setsid sh -c 'trap "" INT; echo $$ >stray.tmp; mv stray.tmp stray; exec sleep 600' & wait; exec sleep 600`},
			})
		}()
		pid := readPid(t, filepath.Join(dir, "stray"))
		cancel()
		if how == "killed" {
			close(kill)
		}
		if err := <-done; !errors.Is(err, context.Canceled) {
			t.Errorf("%s: the error is %v, want that of the context", how, err)
		}
		for i := 0; !errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) && !zombie(pid); i++ {
			if i == 1000 {
				t.Fatalf("%s: process %d is still there", how, pid)
			}
			time.Sleep(5 * time.Millisecond)
		}
	}
}
