package server

import (
	"context"
	"sync"
	"time"
)

// activity counts the conversations, so that a daemon on demand can leave when it
// has been of no use for a while. It sets one timer when the last peer leaves, and
// none while anybody is there.
type activity struct {
	mu      sync.Mutex
	count   int           // guarded by mu
	changed chan struct{} // holds a word when count came from or went to 0
}

func (a *activity) begin() { a.add(1) }

func (a *activity) end() { a.add(-1) }

func (a *activity) add(n int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	before := a.count
	a.count += n
	if before == 0 || a.count == 0 {
		select {
		case a.changed <- struct{}{}:
		default: // one is waiting to be read already
		}
	}
}

func (a *activity) idle() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.count == 0
}

// waitIdle returns nil when the count has been 0 for d without a break.
func (a *activity) waitIdle(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-timer.C:
			if a.idle() {
				return nil
			}
		case <-a.changed:
			timer.Stop()
			if a.idle() {
				timer.Reset(d)
			}
		}
	}
}
