package away_test

import (
	"context"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/bento-cred/bento-cred/daemon/internal/away"
	"github.com/bento-cred/bento-cred/internal/noticetest"
)

// Where somebody listens.
const (
	onSystem  = "system"
	onSession = "session"
)

// at returns an address that stays the same.
func at(address string) func() string { return func() string { return address } }

// watcher is a Watch under test.
type watcher struct {
	t    *testing.T
	stop context.CancelFunc
	done chan struct{} // closed when Watch has returned

	busy   atomic.Bool
	during func(away.Reason) // called while leave is

	mu      sync.Mutex // guards what is below
	left    []away.Reason
	said    []string // what was logged
	fetched int      // how many of left were looked at
}

// newWatcher starts a Watch, which ends with the test. during may be nil.
func newWatcher(t *testing.T, c away.Config, wanted away.Wanted, during func(away.Reason)) *watcher {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	w := &watcher{t: t, stop: cancel, done: make(chan struct{}), during: during}
	c.UID, c.Log = ourUID, slog.New(slog.NewTextHandler(w, &slog.HandlerOptions{Level: slog.LevelDebug}))
	go func() {
		defer close(w.done)
		away.Watch(ctx, c, wanted, w.leave)
	}()
	t.Cleanup(func() { w.end() })
	return w
}

// end ends the watch, which must not take long.
func (w *watcher) end() {
	w.stop()
	select {
	case <-w.done:
	case <-time.After(10 * time.Second):
		w.t.Error("Watch does not return")
	}
}

// leave is what Watch calls.
func (w *watcher) leave(why away.Reason) {
	if w.busy.Swap(true) {
		w.t.Error("called while it is called")
	}
	if w.during != nil {
		w.during(why)
	}
	w.mu.Lock()
	w.left = append(w.left, why)
	w.mu.Unlock()
	w.busy.Store(false)
}

// Write takes what is logged.
func (w *watcher) Write(line []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.said = append(w.said, string(line))
	return len(line), nil
}

// times returns how often a line with these parts was logged.
func (w *watcher) times(parts ...string) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	number := 0
	for _, line := range w.said {
		if !slices.ContainsFunc(parts, func(part string) bool { return !strings.Contains(line, part) }) {
			number++
		}
	}
	return number
}

// listens waits until it listens on a bus, for the time of that number, from 1.
func (w *watcher) listens(on string, number int) {
	w.t.Helper()
	noticetest.Eventually(w.t, "it listens", func() bool {
		return w.times("listening for the person going away", "bus="+on) >= number
	})
}

// holds waits until a delay lock of that number, from 1, is not only given but taken.
func (w *watcher) holds(number int) {
	w.t.Helper()
	noticetest.Eventually(w.t, "it holds the lock", func() bool { return w.times("the computer waits with its sleep") >= number })
}

// number returns how often leave was called.
func (w *watcher) number() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.left)
}

// next waits until leave was called once more, and returns why.
func (w *watcher) next() away.Reason {
	w.t.Helper()
	noticetest.Eventually(w.t, "it is told that the person goes", func() bool { return w.number() > w.fetched })
	w.mu.Lock()
	defer w.mu.Unlock()
	w.fetched++
	return w.left[w.fetched-1]
}

// quiet ensures that leave was called no more often than it was looked at. What a test sent
// comes in order, so it has been heard by the time an event that counts is. What is asked
// about it may be answered a little later, for which there is a moment.
func (w *watcher) quiet(event func()) {
	w.t.Helper()
	event()
	w.next()
	time.Sleep(100 * time.Millisecond)
	if got := w.number(); got != w.fetched {
		w.t.Errorf("called %d times, want %d", got, w.fetched)
	}
}
