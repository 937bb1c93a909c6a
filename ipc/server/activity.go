package server

import (
	"context"
	"sync"
	"time"
)

// activity counts the conversations, so that a daemon on demand can leave when it has been of
// no use for a while. Nobody is told when one begins or ends: who waits looks when it could be
// time, and again when it could be time after all.
type activity struct {
	mu    sync.Mutex
	count int       // guarded by mu
	since time.Time // guarded by mu; when count came to be 0
}

func (a *activity) begin() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.count++
}

func (a *activity) end() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.count--
	if a.count == 0 {
		a.since = time.Now()
	}
}

// idle returns for how long the count has been 0.
func (a *activity) idle() time.Duration {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.count > 0 {
		return 0
	}
	return time.Since(a.since)
}

// waitIdle returns nil when the count has been 0 for d, without a break, since it was called.
func (a *activity) waitIdle(ctx context.Context, d time.Duration) error {
	began := time.Now()
	timer := time.NewTimer(d)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-timer.C:
		}
		idle := min(a.idle(), time.Since(began))
		if idle >= d {
			return nil
		}
		timer.Reset(d - idle)
	}
}
