package server

import (
	"sync"
	"sync/atomic"
	"time"
)

// watch has somebody look after time limits, all of them with one timer. A timer for each
// limit of each request would be set and stopped several times in an answer of some
// microseconds, and each time may wake a thread to learn of it. This one is set when a limit
// comes before all others, which on a busy socket is a few times a second, and on a silent one
// never.
type watch struct {
	look func(now time.Time) (next time.Time) // and do what is due; zero: nothing will be

	next  atomic.Int64 // when timer looks, in nanoseconds since the watch began; 0: it does not
	began time.Time

	mu    sync.Mutex
	timer *time.Timer // guarded by mu; nil until it is set for the first time
}

func newWatch(look func(time.Time) time.Time) *watch {
	return &watch{look: look, began: time.Now()}
}

// by has it looked at due, or before.
func (w *watch) by(due time.Time) {
	at := max(1, int64(due.Sub(w.began)))
	if next := w.next.Load(); next != 0 && next <= at {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if next := w.next.Load(); next != 0 && next <= at {
		return // somebody else set it meanwhile
	}
	w.next.Store(at)
	if w.timer == nil {
		w.timer = time.AfterFunc(time.Until(due), w.round)
		return
	}
	w.timer.Reset(time.Until(due))
}

// round looks, and sets the timer for the next time. Whoever comes to have a limit while it
// looks sets the timer, too: then it looks once too often.
func (w *watch) round() {
	w.next.Store(0)
	if next := w.look(time.Now()); !next.IsZero() {
		w.by(next)
	}
}

// stop ends it; nothing is looked after any more.
func (w *watch) stop() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.timer != nil {
		w.timer.Stop()
	}
}
