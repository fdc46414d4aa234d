package process

import (
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
func (m Mark) End() {
	asked := make(map[int]bool) // the go command tidies up at the first time, and dies at the second
	start := time.Now()
	for {
		pids := m.find()
		waited := time.Since(start)
		if len(pids) == 0 || waited > 2*grace {
			return
		}
		for _, pid := range pids {
			if waited > grace || !asked[pid] {
				end(pid, waited > grace)
				asked[pid] = true
			}
		}
		time.Sleep(20 * time.Millisecond)
	}
}
