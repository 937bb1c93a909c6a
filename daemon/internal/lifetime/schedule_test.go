package lifetime

import (
	"math/rand/v2"
	"strings"
	"testing"
	"time"
)

// start is any moment.
var start = time.Date(2026, 3, 28, 12, 0, 0, 0, time.UTC)

// want checks what s says at a time.
func want(t *testing.T, s Schedule, now time.Time, wait time.Duration) {
	t.Helper()
	got, ever := s.Next(now)
	if got != wait || !ever {
		t.Errorf("%s after the start: Next() = %s, %v; want %s", now.Sub(start), got, ever, wait)
	}
}

func TestScheduleWithoutFailures(t *testing.T) {
	s := New(time.Hour, nil)
	want(t, s, start, 0)
	s = s.Succeeded(start)
	want(t, s, start, time.Hour)
	want(t, s, start.Add(time.Minute), 59*time.Minute)
	want(t, s, start.Add(time.Hour), 0)
	want(t, s, start.Add(12*time.Hour), 0) // suspended meanwhile, or the clock was set
	want(t, s, start.Add(-1), 0)           // the clock was set back
	want(t, s.Succeeded(start.Add(-day)), start.Add(-day), time.Hour)
	want(t, s.Every(10*time.Minute), start.Add(time.Minute), 9*time.Minute)
	want(t, s.Every(time.Minute), start.Add(time.Hour), 0)
}

func TestScheduleThatIsNeverDue(t *testing.T) {
	for name, s := range map[string]Schedule{
		"zero value":   {},
		"interval 0":   New(0, nil),
		"turned off":   New(time.Hour, nil).Succeeded(start).Every(0),
		"after asking": New(0, nil).Failed(start),
	} {
		for _, now := range []time.Time{start, start.Add(1000 * day), start.Add(-1000 * day)} {
			if wait, ever := s.Next(now); ever || wait != 0 {
				t.Errorf("%s: Next() = %s, %v", name, wait, ever)
			}
		}
	}
	want(t, Schedule{}.Every(time.Hour), start, 0)
}

func TestScheduleBacksOff(t *testing.T) {
	const s, m, h = time.Second, time.Minute, time.Hour
	tests := map[time.Duration][]time.Duration{
		h:       {30 * s, m, 2 * m, 4 * m, 8 * m, 16 * m, 32 * m, h, h, h},
		7 * day: {30 * s, m, 2 * m, 4 * m, 8 * m, 16 * m, 32 * m, 64 * m},
		m:       {30 * s, m, 2 * m, 4 * m, 5 * m, 5 * m},
		s:       {s, 2 * s, 4 * s, 8 * s, 16 * s, 32 * s, 64 * s, 128 * s, 256 * s, 5 * m, 5 * m},
	}
	for interval, pauses := range tests {
		schedule, now := New(interval, nil), start
		for i, pause := range pauses {
			schedule = schedule.Failed(now)
			if got, _ := schedule.Next(now); got != pause {
				t.Errorf("every %s, failure %d: the pause is %s, want %s", interval, i+1, got, pause)
			}
			now = now.Add(pause)
			want(t, schedule, now, 0)
		}
		schedule = schedule.Succeeded(now)
		want(t, schedule, now, interval)
		schedule = schedule.Failed(now)
		want(t, schedule, now, pauses[0])
	}
}

// TestScheduleProperties drives schedules of any interval through successes, failures
// and clocks that jump, and looks at what holds whatever happened.
func TestScheduleProperties(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	jump := func() time.Duration { return time.Duration(r.Int64N(int64(40*day))) - 20*day }
	for range 500 {
		interval := time.Second + time.Duration(r.Int64N(int64(7*day)))
		s, now, failures := New(interval, r.Float64), start.Add(jump()), 0
		for range 100 {
			if r.IntN(3) == 0 {
				s, failures = s.Failed(now), failures+1
			} else {
				s, failures = s.Succeeded(now), 0
			}
			base := s
			base.spread = 1
			pause := base.pause()
			if failures == 0 && pause != interval || pause > max(interval, leastCap) || pause < min(interval, firstRetry) {
				t.Fatalf("every %s, %d failures: pause %s", interval, failures, pause)
			}
			wait, ever := s.Next(now)
			if !ever || float64(wait) < 0.899*float64(pause) || float64(wait) > 1.101*float64(pause) {
				t.Fatalf("every %s, %d failures: waits %s, want %s give or take a tenth", interval, failures, wait, pause)
			}
			// It is due at the moment it named, and not before.
			if early, _ := s.Next(now.Add(wait - 1)); early != 1 {
				t.Fatalf("a nanosecond before, it waits %s", early)
			}
			if late, _ := s.Next(now.Add(wait)); late != 0 {
				t.Fatalf("when due, it waits %s", late)
			}
			// Wherever the clock jumps, nobody waits longer than one pause.
			elsewhere := now.Add(jump())
			after, _ := s.Next(elsewhere)
			if after < 0 || after > wait || after > 0 && (elsewhere.Before(now) || elsewhere.After(now.Add(wait))) {
				t.Fatalf("%s after it was asked for: waits %s of %s", elsewhere.Sub(now), after, wait)
			}
			now = elsewhere
		}
	}
}

// TestJitterSpreads has many machines that begin at one moment.
func TestJitterSpreads(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	var early, late int
	for range 1000 {
		wait, _ := New(time.Hour, r.Float64).Succeeded(start).Next(start)
		switch {
		case wait < 57*time.Minute:
			early++
		case wait > 63*time.Minute:
			late++
		}
	}
	if early < 150 || late < 150 {
		t.Errorf("of 1000, %d are due well before the hour and %d well after; want about 250 each", early, late)
	}
}

// TestManyFailures must not run over.
func TestManyFailures(t *testing.T) {
	s := New(7*day, func() float64 { return 0.999999 })
	for range 100_000 {
		s = s.Failed(start)
	}
	if wait, _ := s.Next(start); wait < 7*day || wait > 8*day {
		t.Errorf("waits %s", wait)
	}
}

// TestNoMonotonicReadingIsKept: times with one would be compared by a clock that stands
// still while the machine sleeps.
func TestNoMonotonicReadingIsKept(t *testing.T) {
	now := time.Now()
	const reading = " m=" // as String shows it
	if !strings.Contains(now.String(), reading) {
		t.Fatal("the time has no monotonic reading to begin with")
	}
	if s := New(time.Hour, nil).Succeeded(now); strings.Contains(s.asked.String(), reading) || !s.asked.Equal(now) {
		t.Errorf("kept %v", s.asked)
	}
}
