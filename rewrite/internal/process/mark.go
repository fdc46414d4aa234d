package process

import (
	"context"
	"crypto/rand"
	"time"
)

// A Mark is a variable in the environment of processes that are started by others
// than this package, and so have no process group to end them by. Processes that
// they start inherit it.
type Mark string

// NewMark returns a mark that no process has.
func NewMark() Mark { return Mark("CLOSUREFIX_RUN=" + rand.Text()) }

// End ends all processes with the mark, first as Ctrl-C would, and returns when
// none is left. It knows how to find them on Linux alone, and elsewhere does
// nothing: a process is then left to those that started it.
func (m Mark) End(ctx context.Context) {
	asked := make(map[int]bool) // the go command tidies up at the first time, and dies at the second
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

// Kill ends all processes with the mark without asking. One that cannot be ended,
// since it waits for a disk, is left to end by itself.
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
