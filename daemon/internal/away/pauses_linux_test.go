package away_test

import (
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bento-cred/bento-cred/daemon/internal/away"
)

// TestPauses counts how often a bus that is not there is looked for: often at first, so that
// a restart is soon over, and seldom later, so that a machine without one is left in peace.
func TestPauses(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		var looks atomic.Int64
		done := make(chan struct{})
		go func() {
			defer close(done)
			nowhere := func() string { looks.Add(1); return "disabled:" }
			away.Watch(ctx, away.Config{System: nowhere}, away.Wanted{Sleep: true}, func(away.Reason) { t.Error("called") })
		}()
		for _, test := range []struct {
			after       time.Duration
			least, most int64
		}{
			{0, 1, 1},
			{10 * time.Second, 3, 6},
			{2 * time.Minute, 6, 10},
			{24 * time.Hour, 1000, 1500},
		} {
			time.Sleep(test.after)
			synctest.Wait()
			if got := looks.Load(); got < test.least || got > test.most {
				t.Errorf("%d looks after another %s, want %d to %d", got, test.after, test.least, test.most)
			}
		}
		begun := time.Now()
		cancel()
		<-done
		if took := time.Since(begun); took != 0 {
			t.Errorf("it ended after %s", took)
		}
	})
}
