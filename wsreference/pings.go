package wsreference

import (
	"encoding/binary"
	"sync"
)

// pings are the pings sent whose pongs are awaited, oldest first.
type pings struct {
	mu      sync.Mutex
	id      uint64
	waiting []waitingPing
}

type waitingPing struct {
	id       uint64
	answered chan struct{}
}

// payload returns the payload of the ping.
func (w waitingPing) payload() (b [8]byte) {
	binary.BigEndian.PutUint64(b[:], w.id)
	return b
}

func (s *pings) add() waitingPing {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.id++
	w := waitingPing{s.id, make(chan struct{})}
	s.waiting = append(s.waiting, w)
	return w
}

func (s *pings) remove(w waitingPing) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, v := range s.waiting {
		if v.id == w.id {
			s.waiting = append(s.waiting[:i], s.waiting[i+1:]...)
			return
		}
	}
}

// answered marks the ping with payload p as answered, and those sent before
// it, which the peer may skip.
func (s *pings) answered(p []byte) {
	if len(p) != 8 {
		return // unsolicited
	}
	id := binary.BigEndian.Uint64(p)
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, w := range s.waiting {
		if w.id == id {
			for _, w := range s.waiting[:i+1] {
				close(w.answered)
			}
			s.waiting = append(s.waiting[:0], s.waiting[i+1:]...)
			return
		}
	}
}
