package signin_test

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/bento-cred/bento-cred/daemon/internal/signin"
)

// repeated returns n times d.
func repeated(d time.Duration, n int) []time.Duration { return slices.Repeat([]time.Duration{d}, n) }

func TestPollsComeFurtherApart(t *testing.T) {
	bubble(t, func(t *testing.T, s *scene) {
		began := time.Now()
		l, _ := s.start("default")
		if _, err := s.await(l); !errors.Is(err, signin.ErrDeadline) {
			t.Fatalf("it ended with %v, want ErrDeadline", err)
		}
		want := slices.Concat(repeated(time.Second, 60), repeated(4*time.Second, (600-60)/4))
		if diff := cmp.Diff(want, s.pauses(began)); diff != "" {
			t.Errorf("the pauses, -want +got:\n%s", diff)
		}
		if passed := time.Since(began); passed != lifetime || !l.Deadline.Equal(began.Add(lifetime)) {
			t.Errorf("it ended after %v, with the deadline %v; want %v", passed, l.Deadline, lifetime)
		}
	})
}

// TestTroubleIsWaitedOut has the endpoint fail for a while; the pauses grow and, when it
// is back, are what they were.
func TestTroubleIsWaitedOut(t *testing.T) {
	bubble(t, func(t *testing.T, s *scene) {
		const trouble = "no route to host"
		s.says(func(n int) (answer, error) {
			if 3 <= n && n < 9 {
				return answer{Trouble: trouble}, nil
			}
			return pending(n)
		})
		began := time.Now()
		l, _ := s.start("default")
		time.Sleep(10 * time.Second) // 1, 1, 1 s, then 2 and 4 s of trouble
		if _, got, err := l.Await(t.Context(), 0); got != trouble || err != nil {
			t.Errorf("Await() in trouble = %q, %v; want %q", got, err, trouble)
		}
		time.Sleep(time.Minute)
		if _, got, err := l.Await(t.Context(), 0); got != "" || err != nil {
			t.Errorf("Await() after the trouble = %q, %v", got, err)
		}
		s.approve()
		if done, err := s.await(l); err != nil || done.who != "ada" {
			t.Errorf("Await() = %v, %v", done, err)
		}
		want := []time.Duration{1, 1, 1, 2, 4, 8, 15, 15, 15, 1, 1, 1}
		for i := range want {
			want[i] *= time.Second
		}
		if diff := cmp.Diff(want, s.pauses(began)[:len(want)]); diff != "" {
			t.Errorf("the pauses, -want +got:\n%s", diff)
		}
	})
}

func TestTroubleAloneEndsAtTheDeadline(t *testing.T) {
	bubble(t, func(t *testing.T, s *scene) {
		s.says(func(int) (answer, error) { return answer{Trouble: "away"}, nil })
		began := time.Now()
		l, _ := s.start("default")
		if _, err := s.await(l); !errors.Is(err, signin.ErrDeadline) || time.Since(began) != lifetime {
			t.Errorf("it ended with %v after %v, want ErrDeadline after %v", err, time.Since(began), lifetime)
		}
	})
}

// TestTheDeadlineIsOfTheWallClock has the clock jump as on a computer that slept: it goes
// on, and the timers did not. What was approved meanwhile is not lost.
func TestTheDeadlineIsOfTheWallClock(t *testing.T) {
	tests := map[string]struct {
		jump     time.Duration
		approved bool
		want     error
		within   time.Duration // of fake time after the jump
	}{
		"slept for hours":             {jump: 8 * time.Hour, want: signin.ErrDeadline, within: 2 * time.Second},
		"slept, approved meanwhile":   {jump: 8 * time.Hour, approved: true, within: 2 * time.Second},
		"slept for less":              {jump: 9 * time.Minute, want: signin.ErrDeadline, within: time.Minute},
		"slept for less and approved": {jump: 9 * time.Minute, approved: true, within: 2 * time.Second},
		"the clock was set back":      {jump: -8 * time.Hour, want: signin.ErrDeadline, within: lifetime},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, s *scene) {
				l, _ := s.start("default")
				time.Sleep(10*time.Second + time.Second/2)
				s.jumped.Store(int64(test.jump))
				if test.approved {
					s.approve()
				}
				jumped := time.Now()
				_, err := s.await(l)
				if !errors.Is(err, test.want) || time.Since(jumped) > test.within {
					t.Errorf("it ended with %v after %v; want %v within %v", err, time.Since(jumped), test.want, test.within)
				}
			})
		})
	}
}

func TestWhatTheEndpointSaysEndsTheLogin(t *testing.T) {
	bubble(t, func(t *testing.T, s *scene) {
		l, _ := s.start("default")
		s.says(func(int) (answer, error) { return answer{}, errAsk })
		if _, err := s.await(l); !errors.Is(err, errAsk) {
			t.Errorf("it ended with %v, want what Ask said", err)
		}
		if n := len(s.pauses(time.Now())); n != 1 {
			t.Errorf("asked %d times, want once", n)
		}
	})
}

// TestAForgottenLogin has the endpoint answer by turns; each letter of words is one
// answer, "-" is trouble, and the last one goes on.
func TestAForgottenLogin(t *testing.T) {
	tests := map[string]struct {
		words string
		want  error
		asked int // how many times when it ends; 0: until the deadline
	}{
		"waits":                          {"a", signin.ErrDeadline, 0},
		"changes":                        {"aaab", signin.ErrForgotten, 8},
		"changes at once":                {"ab", signin.ErrForgotten, 6},
		"trouble first":                  {"--ab", signin.ErrForgotten, 8},
		"trouble does not count":         {"ab-b-b-b-b", signin.ErrForgotten, 10},
		"flaps":                          {strings.Repeat("abcd", 200), signin.ErrDeadline, 0},
		"flaps back":                     {strings.Repeat("abbbb", 200), signin.ErrDeadline, 0},
		"four times and back":            {"abbbba", signin.ErrDeadline, 0},
		"says something new every time":  {"*", signin.ErrDeadline, 0},
		"another, then yet another":      {"abbc", signin.ErrForgotten, 8},
		"no word at first, then another": {" b", signin.ErrForgotten, 6},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, s *scene) {
				s.says(func(n int) (answer, error) {
					switch word := string(test.words[min(n, len(test.words))-1]); word {
					case "-":
						return answer{Trouble: "away"}, nil
					case "*":
						return answer{Word: strconv.Itoa(n)}, nil
					default:
						return answer{Word: strings.TrimSpace(word)}, nil
					}
				})
				began := time.Now()
				l, _ := s.start("default")
				_, err := s.await(l)
				if !errors.Is(err, test.want) {
					t.Fatalf("it ended with %v after %v, want %v", err, time.Since(began), test.want)
				}
				if n := len(s.pauses(began)); test.asked != 0 && n != test.asked {
					t.Errorf("asked %d times, want %d", n, test.asked)
				}
			})
		})
	}
}

// TestAQuestionUnderWayIsCutShort has everybody leave while the endpoint is asked.
func TestAQuestionUnderWayIsCutShort(t *testing.T) {
	bubble(t, func(t *testing.T, s *scene) {
		s.hold = func(ctx context.Context, _ int) { <-ctx.Done() }
		l, _ := s.start("default")
		time.Sleep(30 * time.Second)
		if _, trouble, err := l.Await(t.Context(), time.Second); trouble != "" || err != nil {
			t.Errorf("Await() = %q, %v", trouble, err)
		}
		if err := s.Leave(l.ID); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if _, _, err := l.Await(t.Context(), time.Second); !errors.Is(err, context.Canceled) {
			t.Errorf("it ended with %v", err)
		}
	})
}

func TestAwaitEndsWithItsCaller(t *testing.T) {
	bubble(t, func(t *testing.T, s *scene) {
		l, _ := s.start("default")
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		began := time.Now()
		done, trouble, err := l.Await(ctx, time.Hour)
		if done != nil || trouble != "" || err != nil || time.Since(began) != time.Second {
			t.Errorf("Await() = %v, %q, %v after %v; want nothing after a second", done, trouble, err, time.Since(began))
		}
	})
}
