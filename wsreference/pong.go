package wsreference

import (
	"context"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// maxPongs is how many pongs may be owed. A peer that pings faster than it
	// reads costs no more memory than this.
	maxPongs = 16

	// pongPatience is how long a full queue waits for a pong to be sent before
	// writing counts as blocked.
	pongPatience = time.Second
)

// pongQueue holds the answers owed to the peer's pings, oldest first.
//
// No pong is dropped while writing makes progress: put waits for room. When
// no pong has been sent for pongPatience, writing counts as blocked, and put
// drops the oldest pong without waiting until one is sent again. Only the
// newest ping must be answered (RFC 6455, section 5.5.3). Two ends that ping
// each other without end can therefore not block each other for longer.
type pongQueue struct {
	owed atomic.Bool // some are in the queue

	mu      sync.Mutex // guards what follows
	queue   []pongPayload
	blocked bool
	room    chan struct{} // not nil while put waits: closed when a pong has been sent
}

type pongPayload struct {
	n int
	b [maxControlPayload]byte
}

// put adds a pong with payload p. It may wait as the type says, at most until
// ctx or the connection ends.
func (q *pongQueue) put(ctx context.Context, p []byte, closed <-chan struct{}) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for len(q.queue) == maxPongs && !q.blocked && q.wait(ctx, closed) {
	}
	if len(q.queue) == maxPongs {
		q.drop()
	}
	q.queue = append(q.queue, pongPayload{})
	last := &q.queue[len(q.queue)-1]
	last.n = copy(last.b[:], p)
	q.owed.Store(true)
}

// wait waits until a pong has been sent, and reports whether one has. The caller
// holds mu, which wait gives up meanwhile.
func (q *pongQueue) wait(ctx context.Context, closed <-chan struct{}) bool {
	room := make(chan struct{})
	q.room = room
	q.mu.Unlock()
	timer := time.NewTimer(pongPatience)
	defer timer.Stop()
	patient := true
	select {
	case <-room:
	case <-ctx.Done():
	case <-closed:
	case <-timer.C:
		patient = false
	}
	q.mu.Lock()
	if q.room != room {
		return true
	}
	q.room = nil
	q.blocked = !patient
	return false
}

// take removes the oldest pong, and appends its payload to b. It reports
// false if none is owed.
func (q *pongQueue) take(b []byte) ([]byte, bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.queue) == 0 {
		return b, false
	}
	b = append(b, q.queue[0].b[:q.queue[0].n]...)
	q.drop()
	q.owed.Store(len(q.queue) > 0)
	return b, true
}

// sent records that the pong last taken has been sent, and wakes put.
func (q *pongQueue) sent() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.blocked = false
	if q.room != nil {
		close(q.room)
		q.room = nil
	}
}

// clear removes all pongs.
func (q *pongQueue) clear() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.queue = nil
	q.owed.Store(false)
}

// drop removes the oldest pong.
func (q *pongQueue) drop() {
	q.queue = q.queue[:copy(q.queue, q.queue[1:])]
}
