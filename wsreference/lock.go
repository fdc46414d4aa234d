package wsreference

import (
	"context"
	"net"
	"sync"
	"sync/atomic"
)

// lock is a mutex. A wait for it ends with a context or with the connection.
// Waiters get it in the order of their calls. Without contention acquire and
// release take one atomic operation each.
type lock struct {
	state atomic.Int32

	mu    sync.Mutex // guards queue
	queue []chan struct{}
}

// The states of a lock.
const (
	lockFree    = 0
	lockHeld    = 1
	lockWaiters = 2 // held, and the owner must look at the queue when it is done
)

// tryAcquire takes the lock if it is free.
func (l *lock) tryAcquire() bool { return l.state.CompareAndSwap(lockFree, lockHeld) }

// held reports whether somebody has the lock.
func (l *lock) held() bool { return l.state.Load() != lockFree }

// acquire takes the lock. It fails with ctx's error, or with net.ErrClosed
// when closed is closed, but only if it had to wait.
func (l *lock) acquire(ctx context.Context, closed <-chan struct{}) error {
	if l.tryAcquire() {
		return nil
	}
	return l.wait(ctx, closed)
}

func (l *lock) wait(ctx context.Context, closed <-chan struct{}) error {
	l.mu.Lock()
	if l.state.Swap(lockWaiters) == lockFree {
		// The queue is empty: an owner with waiters hands over instead of freeing.
		l.mu.Unlock()
		return nil
	}
	turn := make(chan struct{})
	l.queue = append(l.queue, turn)
	l.mu.Unlock()

	var err error
	select {
	case <-turn:
		return nil
	case <-ctx.Done():
		err = ctx.Err()
	case <-closed:
		err = net.ErrClosed
	}

	l.mu.Lock()
	for i, c := range l.queue {
		if c == turn {
			l.queue = append(l.queue[:i], l.queue[i+1:]...)
			l.mu.Unlock()
			return err
		}
	}
	l.mu.Unlock()
	l.release() // our turn came meanwhile: pass it on
	return err
}

// release gives the lock to the first waiter, or frees it.
func (l *lock) release() {
	if !l.state.CompareAndSwap(lockHeld, lockFree) {
		l.handOver()
	}
}

func (l *lock) handOver() {
	l.mu.Lock()
	if len(l.queue) == 0 {
		l.state.Store(lockFree)
	} else {
		close(l.queue[0])
		l.queue = l.queue[1:]
	}
	l.mu.Unlock()
}
