// Package lifetime is the arithmetic of a token's life: how much of it is left, when a
// person is to be told, when it is to be renewed, and when the cloud is next to be
// asked about it. It has no clock and starts nothing; now comes in.
//
// All of it is reckoned in wall-clock time. A token expires at a moment on a calendar,
// and the cloud knows nothing of how long this process has been running. Go's time.Now
// carries a second reading besides, of a monotonic clock, and Sub, Before and After use
// that one where both times have it. On Linux the monotonic clock stands still while a
// laptop is suspended: after a night with the lid closed it says that a minute has
// passed, and a token that expired at three would still be handed out at eight. It
// also does not notice when somebody, or NTP, sets the clock. So the monotonic reading
// is taken off every time that comes in here, with Round(0), and a clock that jumped is
// something the arithmetic expects: forwards past a moment, that moment has come;
// backwards, what was planned by the old clock is worth nothing and is done at once.
//
// The timers of the runtime run on the monotonic clock too. Whoever waits for a moment
// that this package names therefore sleeps in short steps, of a minute say, and asks
// again with a fresh now, instead of setting one timer for the whole of it.
package lifetime

import (
	"strconv"
	"time"

	"github.com/bento-cred/bento-cred/internal/credential"
)

const day = 24 * time.Hour

// Left returns how much of t's life is left at the time now, 0 where it is over, and
// how long that life is in all. The total is 0 where nobody knows when t was made. It
// is known only of a token that has an expiry; what is left may be more than the total
// where the clock here is behind the cloud's.
func Left(t credential.Token, now time.Time) (left, total time.Duration, known bool) {
	if t.Expires.IsZero() {
		return 0, 0, false
	}
	expires := t.Expires.Round(0)
	left = max(0, expires.Sub(now.Round(0)))
	if !t.Created.IsZero() {
		total = max(0, expires.Sub(t.Created.Round(0)))
	}
	return left, total, true
}

// Stage returns the last of the thresholds in warn that has been crossed when so much
// is left, which is the smallest of those, and reports whether there is one. The
// thresholds may be in any order.
func Stage(left time.Duration, warn []time.Duration) (stage time.Duration, due bool) {
	for _, threshold := range warn {
		if left <= threshold && (!due || threshold < stage) {
			stage, due = threshold, true
		}
	}
	return stage, due
}

// RenewalDue reports whether t is to be renewed at the time now, and returns since or
// from when. That is window before its expiry, but not before two thirds of its life
// are over: a token that lives for a day would else be due again as soon as it is made,
// where the window is three. A token without an expiry, or past it, is not due, and has
// no such moment.
//
// This is about time alone. That the cloud refuses a token, or that another has taken
// its place, is for the caller to know.
func RenewalDue(t credential.Token, window time.Duration, now time.Time) (due bool, at time.Time) {
	left, total, known := Left(t, now)
	if !known || left == 0 {
		return false, time.Time{}
	}
	if total > 0 {
		window = min(window, total/3)
	}
	return left <= window, t.Expires.Round(0).Add(-window)
}

// Words returns left as it stands in a sentence: in the largest unit there is one of,
// and rounded down, so that nobody is promised time that is not there.
func Words(left time.Duration) string {
	switch {
	case left >= day:
		return count(left/day, "day")
	case left >= time.Hour:
		return count(left/time.Hour, "hour")
	case left >= time.Minute:
		return count(left/time.Minute, "minute")
	}
	return "less than a minute"
}

// count returns number with its unit, in the plural where that is due.
func count(number time.Duration, unit string) string {
	if number != 1 {
		unit += "s"
	}
	return strconv.FormatInt(int64(number), 10) + " " + unit
}
