//go:build unix

package ask_test

import (
	"context"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/bento-cred/bento-cred/daemon/internal/ask"
)

func TestClose(t *testing.T) {
	t.Parallel()
	s := newStage(t, "CONFIRM wait", nil)
	shown, waits := s.ask(t.Context(), "a", question()), s.ask(t.Context(), "b", question())
	s.awaits(1, "CONFIRM")
	s.Close()
	if living := s.living(); living > 0 {
		t.Errorf("%d processes are left by Close", living)
	}
	want(t, shown, false, ask.ErrClosed)
	want(t, waits, false, ask.ErrClosed)
	want(t, s.ask(t.Context(), "a", question()), false, ask.ErrClosed)
	s.Close()
}

// TestNothingIsLeft is not parallel to others, for it counts goroutines.
func TestNothingIsLeft(t *testing.T) {
	before := runtime.NumGoroutine()
	for _, script := range []string{"", "CONFIRM die", "CONFIRM hang", "CONFIRM stubborn", "CONFIRM parent", "GREETING parent OK", "CONFIRM flood x", "CONFIRM wait"} {
		s := newStage(t, script, func(c *ask.Config) { c.Timeout = time.Minute })
		ctx, cancel := context.WithCancel(t.Context())
		var all sync.WaitGroup
		for range 3 {
			all.Go(func() { _, _ = s.Ask(ctx, "key", question()) }) // what comes of it is told elsewhere
		}
		s.awaits(1, "START")
		time.Sleep(100 * time.Millisecond)
		cancel()
		all.Wait()
		eventually(t, "no process is left of "+script, func() bool { return s.living() == 0 })
	}
	eventually(t, "no goroutine is left", func() bool { return runtime.NumGoroutine() <= before })
}
