package signin_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bento-cred/bento-cred/daemon/internal/signin"
)

func TestTheLastToLeaveEndsTheLogin(t *testing.T) {
	bubble(t, func(t *testing.T, s *scene) {
		l, _ := s.start("default")
		for range 2 {
			s.start("default")
		}
		for range 2 {
			if err := s.Leave(l.ID); err != nil {
				t.Fatal(err)
			}
		}
		time.Sleep(10*time.Second + time.Second/2)
		if n := len(s.pauses(time.Now())); n != 10 {
			t.Errorf("asked %d times in 10 s while one is left, want 10", n)
		}
		if _, err := s.Find(l.ID); err != nil {
			t.Errorf("Find() while one is left: %v", err)
		}
		if err := s.Leave(l.ID); err != nil {
			t.Fatal(err)
		}
		if _, err := s.await(l); !errors.Is(err, context.Canceled) {
			t.Errorf("it ended with %v", err)
		}
		if err := s.Leave(l.ID); !errors.Is(err, signin.ErrUnknown) {
			t.Errorf("Leave() after the last: %v, want ErrUnknown", err)
		}
		if _, err := s.Find(l.ID); !errors.Is(err, signin.ErrUnknown) {
			t.Errorf("Find() after the last: %v, want ErrUnknown", err)
		}
		next, joined := s.start("default")
		if joined || next.ID == l.ID {
			t.Error("a login that was given up was joined")
		}
		before := len(s.pauses(time.Now()))
		time.Sleep(10*time.Second + time.Second/2)
		if n := len(s.pauses(time.Now())) - before; n != 10 {
			t.Errorf("asked %d times in 10 s for the next one, want 10", n)
		}
	})
}

func TestCallersWhoGoWhileThePlanIsMade(t *testing.T) {
	bubble(t, func(t *testing.T, s *scene) {
		var stopped atomic.Bool
		s.plan = func(ctx context.Context) error {
			<-ctx.Done()
			stopped.Store(true)
			return context.Cause(ctx)
		}
		var all sync.WaitGroup
		for _, patience := range []time.Duration{time.Second, 5 * time.Second} {
			all.Go(func() {
				ctx, cancel := context.WithTimeout(t.Context(), patience)
				defer cancel()
				if _, _, err := s.Begin(ctx, "default", s.begin); !errors.Is(err, context.DeadlineExceeded) {
					t.Errorf("Begin() = %v, want the caller's own deadline", err)
				}
			})
		}
		time.Sleep(2 * time.Second)
		if stopped.Load() {
			t.Error("the plan was stopped when the first of two left")
		}
		all.Wait()
		synctest.Wait()
		if !stopped.Load() {
			t.Error("the plan goes on for nobody")
		}
	})
}

func TestAnOutcomeIsKeptForLateCallers(t *testing.T) {
	tests := map[string]struct {
		tell func(int) (answer, error)
		want error
	}{
		"approved": {tell: func(int) (answer, error) { return answer{Done: &outcome{"ada"}}, nil }},
		"denied":   {tell: func(int) (answer, error) { return answer{}, errAsk }, want: errAsk},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, s *scene) {
				l, _ := s.start("default")
				s.says(test.tell)
				if _, err := s.await(l); !errors.Is(err, test.want) {
					t.Fatalf("it ended with %v, want %v", err, test.want)
				}
				time.Sleep(2*time.Minute - time.Second)
				found, err := s.Find(l.ID)
				if err != nil {
					t.Fatalf("Find() within two minutes: %v", err)
				}
				done, _, err := found.Await(t.Context(), time.Second/2)
				if !errors.Is(err, test.want) || (done == nil) != (test.want != nil) {
					t.Errorf("the late caller got %v, %v", done, err)
				}
				time.Sleep(2 * time.Second)
				if _, err := s.Find(l.ID); !errors.Is(err, signin.ErrUnknown) {
					t.Errorf("Find() after two minutes: %v, want ErrUnknown", err)
				}
			})
		})
	}
}

func TestTheDesksEndEndsEveryLogin(t *testing.T) {
	bubble(t, func(t *testing.T, s *scene) {
		first, _ := s.start("first")
		second, _ := s.start("second")
		over, _ := s.start("over")
		if err := s.Leave(over.ID); err != nil {
			t.Fatal(err)
		}
		time.Sleep(3 * time.Second)
		s.end()
		for _, l := range []*login{first, second} {
			if _, err := s.await(l); !errors.Is(err, context.Canceled) {
				t.Errorf("it ended with %v", err)
			}
		}
		synctest.Wait()
		if _, err := s.Find(first.ID); !errors.Is(err, signin.ErrUnknown) {
			t.Errorf("Find() after the end: %v, want ErrUnknown", err)
		}
	})
}
