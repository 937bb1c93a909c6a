package lifetime

import "time"

const (
	// firstRetry is how long after a failure the next try comes. Most failures are a
	// network that comes back within a minute.
	firstRetry = 30 * time.Second
	// leastCap is the least that the pause between tries grows to. An interval shorter
	// than this would otherwise go on at its full pace against a server in trouble.
	leastCap = 5 * time.Minute
	// jitter is how much of a pause is left to chance, to either side, so that the
	// machines of one office, switched on in one morning, do not ask as one.
	jitter = 0.1
)

// Schedule says when a thing is next to be asked for: every so often, and after a
// failure sooner at first, then at growing pauses. It is a value, which its owner
// replaces with what Succeeded and Failed return. The zero Schedule is never due.
//
// It holds when the thing was asked for, not when it is due: so that a changed interval
// holds for the pause under way, and a clock that was set back behind that moment shows.
type Schedule struct {
	interval time.Duration
	random   func() float64
	asked    time.Time // wall clock; zero where it was not asked for yet
	failures int       // since it last succeeded
	spread   float64   // what the pause under way is multiplied by
}

// New returns a Schedule of something that was not asked for yet, and is due at once.
// An interval of 0 is never due. The numbers random returns, from 0 to less than 1,
// spread the pauses; nil leaves them as they are.
//
// To go on where an earlier run of the program left off, tell it when that was with
// Succeeded.
func New(interval time.Duration, random func() float64) Schedule {
	return Schedule{interval: interval, random: random}
}

// Every returns s with another interval.
func (s Schedule) Every(interval time.Duration) Schedule {
	s.interval = interval
	return s
}

// Succeeded returns s after an answer at the time now.
func (s Schedule) Succeeded(now time.Time) Schedule {
	s.failures = 0
	return s.begin(now)
}

// Failed returns s after a try at the time now that brought no answer.
func (s Schedule) Failed(now time.Time) Schedule {
	s.failures++
	return s.begin(now)
}

// begin returns s with a pause that begins now.
func (s Schedule) begin(now time.Time) Schedule {
	s.asked = now.Round(0)
	s.spread = 1
	if s.random != nil {
		s.spread += jitter * (2*s.random() - 1)
	}
	return s
}

// Next returns how long after now the thing is due, 0 where it is due already, and
// reports whether it ever will be. It is due as well when the clock was set back behind
// the time it was last asked for, so that no clock makes the wait longer than one pause.
func (s Schedule) Next(now time.Time) (wait time.Duration, ever bool) {
	if s.interval <= 0 {
		return 0, false
	}
	if s.asked.IsZero() {
		return 0, true
	}
	passed := now.Round(0).Sub(s.asked)
	if passed < 0 {
		return 0, true
	}
	return max(0, s.pause()-passed), true
}

// pause returns how long after it was asked for the thing is due again. Without a
// failure that is the interval. After one it is firstRetry, or the interval where that
// is shorter, and doubles with each further one up to the interval, or to leastCap where
// that is longer.
func (s Schedule) pause() time.Duration {
	pause := s.interval
	if s.failures > 0 {
		pause = min(s.interval, firstRetry)
		most := max(s.interval, leastCap)
		for range s.failures - 1 {
			if pause >= most {
				break
			}
			pause = min(2*pause, most)
		}
	}
	return time.Duration(float64(pause) * s.spread)
}
