package output

import (
	"strconv"
	"time"
)

// When tells in words how far t is from now: "in 29 days", "5 minutes ago".
func When(now, t time.Time) string {
	distance := t.Sub(now)
	switch {
	case distance < 0:
		return amount(-distance) + " ago"
	default:
		return "in " + amount(distance)
	}
}

// Left tells in words that so much time is left: "29 days left".
func Left(d time.Duration) string { return amount(max(0, d)) + " left" }

// amount tells a distance in its largest whole unit.
func amount(d time.Duration) string {
	const day = 24 * time.Hour
	switch {
	case d >= 2*day:
		return count(int(d/day), "day")
	case d >= time.Hour:
		return count(int(d/time.Hour), "hour")
	case d >= time.Minute:
		return count(int(d/time.Minute), "minute")
	default:
		return "less than a minute"
	}
}

func count(n int, unit string) string {
	if n != 1 {
		unit += "s"
	}
	return strconv.Itoa(n) + " " + unit
}
