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

const (
	page     = "https://cloud.example/page"
	lifetime = 10 * time.Minute
)

var errAsk = errors.New("the login was denied")

// outcome is the result of a login under test.
type outcome struct{ who string }

type (
	desk   = signin.Desk[outcome]
	login  = signin.Login[outcome]
	plan   = signin.Plan[outcome]
	answer = signin.Answer[outcome]
)

// endpoint is one that answers as it is told, and notes when it was asked.
type endpoint struct {
	mu    sync.Mutex
	asked []time.Time                 // guarded by mu
	tell  func(n int) (answer, error) // guarded by mu; n counts from 1
	begun atomic.Int32                // plans made
	plan  func(context.Context) error // before a plan is made; nil: nothing
	life  time.Duration               // of the plans; if 0, lifetime
	hold  func(context.Context, int)  // while it is asked; nil: nothing
}

// pending answers that nobody approved the login yet.
func pending(int) (answer, error) { return answer{Word: "pending"}, nil }

func (e *endpoint) begin(ctx context.Context) (plan, error) {
	e.begun.Add(1)
	if e.plan != nil {
		if err := e.plan(ctx); err != nil {
			return plan{}, err
		}
	}
	life := e.life
	if life == 0 {
		life = lifetime
	}
	return plan{Page: page, Endpoint: "https://cloud.example", Lifetime: life, Ask: e.ask}, nil
}

func (e *endpoint) ask(ctx context.Context) (answer, error) {
	e.mu.Lock()
	e.asked = append(e.asked, time.Now())
	n, tell := len(e.asked), e.tell
	e.mu.Unlock()
	if e.hold != nil {
		e.hold(ctx, n)
	}
	if ctx.Err() != nil {
		return answer{}, context.Cause(ctx)
	}
	return tell(n)
}

// says has the endpoint answer otherwise from now on.
func (e *endpoint) says(tell func(int) (answer, error)) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.tell = tell
}

// pauses returns the times between the questions, the first counted from began.
func (e *endpoint) pauses(began time.Time) []time.Duration {
	e.mu.Lock()
	defer e.mu.Unlock()
	var all []time.Duration
	for _, when := range e.asked {
		all = append(all, when.Sub(began))
		began = when
	}
	return all
}

// scene is a desk in a bubble of fake time, with an endpoint.
type scene struct {
	*desk
	*endpoint
	t      *testing.T
	end    context.CancelFunc // ends the desk
	jumped atomic.Int64       // how far the wall clock is ahead of the timers
}

// bubble runs f with a scene in a bubble. When f returns the desk is ended: a goroutine
// of it that goes on makes the bubble fail.
func bubble(t *testing.T, f func(t *testing.T, s *scene)) {
	t.Helper()
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, end := context.WithCancel(t.Context())
		s := &scene{t: t, end: end, endpoint: &endpoint{tell: pending}}
		s.desk = signin.NewDesk[outcome](ctx, func() time.Time { return time.Now().Add(time.Duration(s.jumped.Load())) })
		f(t, s)
		end()
		synctest.Wait()
	})
}

// start begins a login that must begin.
func (s *scene) start(key string) (*login, bool) {
	s.t.Helper()
	begun, joined, err := s.Begin(s.t.Context(), key, s.begin)
	if err != nil {
		s.t.Fatal(err)
	}
	return begun, joined
}

// await waits for the end of a login, however long that takes.
func (s *scene) await(l *login) (*outcome, error) {
	s.t.Helper()
	done, _, err := l.Await(s.t.Context(), 24*time.Hour)
	if done == nil && err == nil {
		s.t.Fatal("the login does not end")
	}
	return done, err
}

// approve has the endpoint give the result from now on.
func (s *scene) approve() {
	s.says(func(int) (answer, error) { return answer{Done: &outcome{"ada"}}, nil })
}

func TestTenCallersShareOneLogin(t *testing.T) {
	bubble(t, func(t *testing.T, s *scene) {
		s.plan = func(context.Context) error { time.Sleep(time.Second); return nil } // all of them come meanwhile
		var (
			all     sync.WaitGroup
			began   atomic.Int32
			results [10]*outcome
		)
		for i := range results {
			all.Go(func() {
				l, joined, err := s.Begin(t.Context(), "default", s.begin)
				if err != nil || l.Page != page {
					t.Errorf("Begin() = %v, %v", l, err)
					return
				}
				if !joined {
					began.Add(1)
				}
				results[i], _, _ = l.Await(t.Context(), time.Hour)
			})
		}
		time.Sleep(10 * time.Second)
		s.approve()
		all.Wait()
		if began.Load() != 1 || s.begun.Load() != 1 {
			t.Errorf("%d callers were told that they began it, and %d plans were made; want 1 and 1", began.Load(), s.begun.Load())
		}
		for i, got := range results {
			if got == nil || got != results[0] {
				t.Errorf("caller %d got %v, want what the first got, %v", i, got, results[0])
			}
		}
	})
}

func TestLoginsOfTwoKeysAreTwo(t *testing.T) {
	bubble(t, func(t *testing.T, s *scene) {
		first, _ := s.start("first")
		second, joined := s.start("second")
		if joined || first.ID == second.ID || s.begun.Load() != 2 {
			t.Errorf("the second joined the first: %v, %d plans", joined, s.begun.Load())
		}
	})
}

func TestALateCallerJoinsUntilTheEnd(t *testing.T) {
	bubble(t, func(t *testing.T, s *scene) {
		first, joined := s.start("default")
		if joined {
			t.Error("the first caller joined")
		}
		time.Sleep(5 * time.Minute)
		late, joined := s.start("default")
		if !joined || late.ID != first.ID || !late.Deadline.Equal(first.Deadline) {
			t.Errorf("joined %v, id %q; want the login under way, %q", joined, late.ID, first.ID)
		}
		s.approve()
		if done, err := s.await(late); err != nil || done.who != "ada" {
			t.Errorf("Await() = %v, %v", done, err)
		}
		next, joined := s.start("default")
		if joined || next.ID == first.ID {
			t.Error("a login that is over was joined")
		}
	})
}

func TestAPlanThatFailsIsToldToAll(t *testing.T) {
	bubble(t, func(t *testing.T, s *scene) {
		s.plan = func(context.Context) error { time.Sleep(time.Second); return errAsk }
		var all sync.WaitGroup
		var again atomic.Int32
		for range 10 {
			all.Go(func() {
				if _, _, err := s.Begin(t.Context(), "default", s.begin); !errors.Is(err, errAsk) {
					t.Errorf("Begin() = %v, want what the plan said", err)
				}
				// Whoever was told begins anew, and must not meet the login that failed.
				good := func(context.Context) (plan, error) {
					again.Add(1)
					return plan{Page: page, Lifetime: lifetime, Ask: s.ask}, nil
				}
				if _, _, err := s.Begin(t.Context(), "default", good); err != nil {
					t.Errorf("Begin() after that: %v", err)
				}
			})
		}
		all.Wait()
		if s.begun.Load() != 1 || again.Load() != 1 {
			t.Errorf("%d plans failed and %d were made after, want 1 and 1", s.begun.Load(), again.Load())
		}
	})
}
