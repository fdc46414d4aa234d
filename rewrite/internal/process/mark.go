package process

import (
	"context"
	"crypto/rand"
	"time"
)

// A Mark is an environment variable that identifies processes that another package starts,
// and that have no process group. Processes that they start inherit it.
type Mark string

// NewMark returns a new unique mark.
func NewMark() Mark { return Mark("CLOSUREFIX_RUN=" + rand.Text()) }

// End interrupts and then kills all processes with the mark, and returns when none is
// left. It works on Linux only. On other systems it does nothing, and processes end by
// themselves.
func (m Mark) End(ctx context.Context) {
	asked := make(map[int]bool) // the go command cleans up at the first signal, and dies at the second
	patience := time.After(grace)
	for {
		pids := m.find()
		if len(pids) == 0 {
			return
		}
		for _, pid := range pids {
			if !asked[pid] {
				end(pid, false)
				asked[pid] = true
			}
		}
		select {
		case <-time.After(10 * time.Millisecond):
			continue
		case <-patience:
		case <-killed(ctx):
		}
		m.Kill()
		return
	}
}

// Kill kills all processes with the mark. It does not wait for a process that cannot end
// because it is waiting for a disk.
func (m Mark) Kill() {
	for range 20 {
		pids := m.find()
		if len(pids) == 0 {
			return
		}
		for _, pid := range pids {
			end(pid, true)
		}
		time.Sleep(5 * time.Millisecond)
	}
}
