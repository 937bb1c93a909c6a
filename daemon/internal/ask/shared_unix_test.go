//go:build unix

package ask_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/bento-cred/bento-cred/daemon/internal/ask"
)

// result is what an Ask returned.
type result struct {
	yes bool
	err error
}

// ask asks in another goroutine.
func (s *stage) ask(ctx context.Context, key string, q ask.Question) <-chan result {
	done := make(chan result, 1)
	go func() {
		yes, err := s.Ask(ctx, key, q)
		done <- result{yes, err}
	}()
	return done
}

// want waits for the result of an Ask.
func want(t *testing.T, done <-chan result, yes bool, err error) {
	t.Helper()
	select {
	case got := <-done:
		if got.yes != yes || !errors.Is(got.err, err) {
			t.Errorf("Ask = %v, %v; want %v, %v", got.yes, got.err, yes, err)
		}
	case <-time.After(20 * time.Second):
		t.Fatal("Ask does not return")
	}
}

func TestOneDialogForAll(t *testing.T) {
	t.Parallel()
	s := newStage(t, "CONFIRM wait", func(c *ask.Config) { c.Remember = time.Hour }) // for who comes late
	var all []<-chan result
	for range 10 {
		all = append(all, s.ask(t.Context(), "key", question()))
	}
	s.awaits(1, "CONFIRM")
	time.Sleep(50 * time.Millisecond) // most of them wait by now
	s.answer("OK")
	for _, done := range all {
		want(t, done, true, nil)
	}
	if started := s.count("START"); started != 1 {
		t.Errorf("%d dialogs were shown", started)
	}
	// Without RememberNo, the next one is asked.
	s.answer("ERR 99 no")
	want(t, s.ask(t.Context(), "other", question()), false, nil)
	s.answer("OK")
	want(t, s.ask(t.Context(), "other", question()), true, nil)
}

// TestOneDialogAtATime has several questions wait for the first one's answer.
func TestOneDialogAtATime(t *testing.T) {
	t.Parallel()
	s := newStage(t, "CONFIRM wait", nil)
	var all []<-chan result
	for _, key := range []string{"a", "b", "c"} {
		all = append(all, s.ask(t.Context(), key, question()))
	}
	ctx, cancel := context.WithCancel(t.Context())
	s.awaits(1, "CONFIRM")
	impatient := s.ask(ctx, "d", question())
	time.Sleep(50 * time.Millisecond)
	cancel()
	want(t, impatient, false, context.Canceled)
	if started := s.count("START"); started != 1 {
		t.Errorf("%d dialogs are shown at once", started)
	}
	s.answer("OK")
	for _, done := range all {
		want(t, done, true, nil)
	}
	if s.count("START") != 3 || s.count("OVERLAP") != 0 {
		t.Errorf("%d dialogs were shown, %d over another; want 3, one at a time", s.count("START"), s.count("OVERLAP"))
	}
}

func TestTooManyQuestions(t *testing.T) {
	t.Parallel()
	s := newStage(t, "CONFIRM wait", nil)
	ctx, cancel := context.WithCancel(t.Context())
	var refused int
	var mu sync.Mutex
	var all sync.WaitGroup
	for n := range 60 {
		all.Go(func() {
			_, err := s.Ask(ctx, strings.Repeat("k", n), question())
			mu.Lock()
			defer mu.Unlock()
			if errors.Is(err, ask.ErrNoWay) {
				if refused++; refused == 10 {
					cancel()
				}
			}
		})
	}
	all.Wait()
	cancel()
	if refused != 10 {
		t.Errorf("%d of 60 are refused, want 10", refused)
	}
}

// TestRemembered goes by a clock of its own.
func TestRemembered(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	now := time.Now()
	pass := func(d time.Duration) {
		mu.Lock()
		defer mu.Unlock()
		now = now.Add(d)
	}
	s := newStage(t, "CONFIRM wait", func(c *ask.Config) {
		c.Remember, c.RememberNo = time.Hour, time.Minute
		c.Now = func() time.Time {
			mu.Lock()
			defer mu.Unlock()
			return now
		}
	})
	asked := func(number int, yes bool, key string) {
		t.Helper()
		before := s.count("START")
		want(t, s.ask(t.Context(), key, question()), yes, nil)
		if got := s.count("START") - before; got != number {
			t.Errorf("%s: %d dialogs are shown, want %d", key, got, number)
		}
	}
	s.answer("OK")
	asked(1, true, "a")
	s.answer("ERR 99 no")
	asked(0, true, "a")
	asked(1, false, "b")
	asked(0, false, "b")
	pass(time.Minute)
	asked(0, true, "a")
	asked(1, false, "b")
	pass(time.Hour)
	asked(1, false, "a")
	s.answer("OK")
	pass(time.Minute)
	asked(1, true, "a")
	s.Forget()
	asked(1, true, "a")
	asked(0, true, "a")
	// What was remembered is good for whoever cannot be asked, too.
	if yes, err := s.Ask(t.Context(), "a", ask.Question{}); !yes || err != nil {
		t.Errorf("Ask = %v, %v", yes, err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.Ask(ended, "a", question()); !errors.Is(err, context.Canceled) {
		t.Errorf("Ask after its context = %v", err)
	}
}

// TestErrorsAreNotRemembered has the next one asked.
func TestErrorsAreNotRemembered(t *testing.T) {
	t.Parallel()
	s := newStage(t, "CONFIRM wait", func(c *ask.Config) { c.Remember, c.RememberNo = time.Hour, time.Hour })
	s.answer("ERR 83886142 Timeout")
	want(t, s.ask(t.Context(), "key", question()), false, ask.ErrTimedOut)
	s.answer("ERR 1 x")
	want(t, s.ask(t.Context(), "key", question()), false, ask.ErrNoWay)
	s.answer("OK")
	want(t, s.ask(t.Context(), "key", question()), true, nil)
}

// TestForgetMeanwhile: what a person answers to a question from before is for those who
// asked before.
func TestForgetMeanwhile(t *testing.T) {
	t.Parallel()
	s := newStage(t, "CONFIRM wait", func(c *ask.Config) { c.Remember = time.Hour })
	before := s.ask(t.Context(), "key", question())
	s.awaits(1, "CONFIRM")
	s.Forget()
	after := s.ask(t.Context(), "key", question())
	time.Sleep(50 * time.Millisecond)
	s.answer("OK")
	want(t, before, true, nil)
	want(t, after, true, nil)
	if started := s.count("START"); started != 2 {
		t.Errorf("%d dialogs were shown, want 2", started)
	}
	want(t, s.ask(t.Context(), "key", question()), true, nil)
	if started := s.count("START"); started != 2 {
		t.Errorf("%d dialogs were shown after the second answer, want 2", started)
	}
}

// TestWhoAskedFirstLeaves: the others still get their answer.
func TestWhoAskedFirstLeaves(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		environ []string
		shown   int // how often
	}{
		"on a display":  {[]string{"DISPLAY=:test"}, 1},
		"on a terminal": {nil, 2},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStage(t, "CONFIRM wait", func(c *ask.Config) { c.Remember = time.Hour })
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			terminals := []string{device(t), device(t)}
			first := s.ask(ctx, "key", ask.Question{Terminal: terminals[0], Environ: test.environ})
			s.awaits(1, "CONFIRM")
			second := s.ask(t.Context(), "key", ask.Question{Terminal: terminals[1], Environ: test.environ})
			time.Sleep(300 * time.Millisecond) // it waits by now
			cancel()
			want(t, first, false, context.Canceled)
			s.awaits(test.shown, "CONFIRM")
			s.answer("OK")
			want(t, second, true, nil)
			var shown []string
			for _, line := range s.heard() {
				if terminal, found := strings.CutPrefix(line, "OPTION ttyname="); found {
					shown = append(shown, terminal)
				}
			}
			if diff := cmp.Diff(terminals[:test.shown], shown); diff != "" {
				t.Errorf("terminals (-want +got):\n%s", diff)
			}
			want(t, s.ask(t.Context(), "key", question()), true, nil)
			if started := s.count("START"); started != test.shown {
				t.Errorf("%d dialogs were shown, want %d", started, test.shown)
			}
		})
	}
}

// TestAllLeave ends the dialog; who comes then is asked anew.
func TestAllLeave(t *testing.T) {
	t.Parallel()
	s := newStage(t, "CONFIRM wait", func(c *ask.Config) { c.Remember, c.RememberNo = time.Hour, time.Hour })
	cause := errors.New("the shell went away")
	ctx, cancel := context.WithCancelCause(t.Context())
	first, second := s.ask(ctx, "key", question()), s.ask(ctx, "key", question())
	s.awaits(1, "CONFIRM")
	cancel(cause)
	want(t, first, false, cause)
	want(t, second, false, cause)
	eventually(t, "the dialog is gone", func() bool { return s.living() == 0 })
	s.answer("OK")
	want(t, s.ask(t.Context(), "key", question()), true, nil)
	if started := s.count("START"); started != 2 {
		t.Errorf("%d dialogs were shown, want 2", started)
	}
}
