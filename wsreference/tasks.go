package wsreference

import "sync"

// tasks are the goroutines of a Conn: that of CloseRead, and at most one that
// sends pongs. The mutex keeps any from starting while Close waits for them.
type tasks struct {
	mu    sync.Mutex
	over  bool // no more may start
	group sync.WaitGroup
}

// start runs f in a goroutine, unless wait has been called, and reports
// whether it does.
func (s *tasks) start(f func()) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.over {
		return false
	}
	s.group.Go(f)
	return true
}

// wait lets no more goroutines start, and waits for those there are.
func (s *tasks) wait() {
	s.mu.Lock()
	s.over = true
	s.mu.Unlock()
	s.group.Wait()
}
