package lifetime_test

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/bento-cred/bento-cred/daemon/internal/lifetime"
	"github.com/bento-cred/bento-cred/internal/credential"
)

const day = 24 * time.Hour

// noon is any moment.
var noon = time.Date(2026, 3, 28, 12, 0, 0, 0, time.UTC)

// rounds is how often a property is tried.
const rounds = 20_000

// anyDuration returns a duration up to about three years, the short ones as likely as
// the long.
func anyDuration(r *rand.Rand) time.Duration {
	return time.Duration(r.Int64N(1 << (1 + r.IntN(56))))
}

func TestLeft(t *testing.T) {
	berlin := time.FixedZone("CET", 3600)
	tests := map[string]struct {
		token       credential.Token
		left, total time.Duration
		known       bool
	}{
		"never expires":         {token: credential.Token{Created: noon}},
		"fresh":                 {credential.Token{Created: noon, Expires: noon.Add(day)}, day, day, true},
		"not known when made":   {credential.Token{Expires: noon.Add(day)}, day, 0, true},
		"half":                  {credential.Token{Created: noon.Add(-day), Expires: noon.Add(day)}, day, 2 * day, true},
		"over":                  {credential.Token{Created: noon.Add(-day), Expires: noon.Add(-1)}, 0, day - 1, true},
		"this moment":           {credential.Token{Created: noon.Add(-day), Expires: noon}, 0, day, true},
		"another zone":          {credential.Token{Created: noon.In(berlin), Expires: noon.In(berlin).Add(day)}, day, day, true},
		"expired when made":     {credential.Token{Created: noon.Add(2 * day), Expires: noon.Add(day)}, day, 0, true},
		"made in our future":    {credential.Token{Created: noon.Add(time.Hour), Expires: noon.Add(3 * time.Hour)}, 3 * time.Hour, 2 * time.Hour, true},
		"centuries from now on": {credential.Token{Created: noon, Expires: noon.AddDate(5000, 0, 0)}, 1<<63 - 1, 1<<63 - 1, true},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			left, total, known := lifetime.Left(test.token, noon)
			if left != test.left || total != test.total || known != test.known {
				t.Errorf("Left() = %s, %s, %v; want %s, %s, %v", left, total, known, test.left, test.total, test.known)
			}
		})
	}
}

func TestStage(t *testing.T) {
	usual := []time.Duration{7 * day, day, time.Hour}
	tests := map[string]struct {
		left  time.Duration
		warn  []time.Duration
		stage time.Duration
		due   bool
	}{
		"long before":     {8 * day, usual, 0, false},
		"just before":     {7*day + 1, usual, 0, false},
		"at the first":    {7 * day, usual, 7 * day, true},
		"between":         {2 * day, usual, 7 * day, true},
		"at the second":   {day, usual, day, true},
		"within the last": {time.Minute, usual, time.Hour, true},
		"expired":         {0, usual, time.Hour, true},
		"never told":      {0, nil, 0, false},
		"any order":       {2 * time.Hour, []time.Duration{time.Hour, 7 * day, day}, day, true},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			stage, due := lifetime.Stage(test.left, test.warn)
			if stage != test.stage || due != test.due {
				t.Errorf("Stage() = %s, %v; want %s, %v", stage, due, test.stage, test.due)
			}
		})
	}
}

// TestStageIsTheSmallestCrossed holds it against the definition.
func TestStageIsTheSmallestCrossed(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range rounds {
		warn := make([]time.Duration, r.IntN(6))
		for i := range warn {
			warn[i] = anyDuration(r)
		}
		left := anyDuration(r)
		crossed := slices.DeleteFunc(slices.Clone(warn), func(threshold time.Duration) bool { return threshold < left })
		stage, due := lifetime.Stage(left, warn)
		if due != (len(crossed) > 0) || due && stage != slices.Min(crossed) {
			t.Fatalf("Stage(%s, %v) = %s, %v", left, warn, stage, due)
		}
	}
}

func TestRenewalDue(t *testing.T) {
	month := credential.Token{Created: noon, Expires: noon.Add(30 * day)}
	short := credential.Token{Created: noon, Expires: noon.Add(day)}
	tests := map[string]struct {
		token credential.Token
		after time.Duration // the time that is now, from noon
		due   bool
		at    time.Duration // from noon; -1 where there is none
	}{
		"a month, fresh":          {month, 0, false, 27 * day},
		"a month, just before":    {month, 27*day - 1, false, 27 * day},
		"a month, in the window":  {month, 27 * day, true, 27 * day},
		"a month, last moment":    {month, 30*day - 1, true, 27 * day},
		"a month, expired":        {month, 30 * day, false, -1},
		"a day, fresh":            {short, 0, false, 16 * time.Hour},
		"a day, two thirds":       {short, 16 * time.Hour, true, 16 * time.Hour},
		"never expires":           {credential.Token{Created: noon}, 90 * day, false, -1},
		"not known when made":     {credential.Token{Expires: noon.Add(day)}, 0, true, -2 * day},
		"the clock before it all": {month, -400 * day, false, 27 * day},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			want := noon.Add(test.at)
			if test.at == -1 {
				want = time.Time{}
			}
			due, at := lifetime.RenewalDue(test.token, 3*day, noon.Add(test.after))
			if due != test.due || !at.Equal(want) {
				t.Errorf("RenewalDue() = %v, %s; want %v, %s", due, at, test.due, want)
			}
		})
	}
}

// TestRenewalIsNotWithoutEnd renews a token of any lifetime with any window as soon as
// it is due: no two renewals are closer than two thirds of a life, none comes too late.
func TestRenewalIsNotWithoutEnd(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for range rounds {
		life, window := 3+anyDuration(r), anyDuration(r)
		fresh := credential.Token{Created: noon, Expires: noon.Add(life)}
		_, at := lifetime.RenewalDue(fresh, window, noon)
		if at.Sub(noon) < life-life/3 || at.After(fresh.Expires) {
			t.Fatalf("a token of %s, window %s, is renewed after %s", life, window, at.Sub(noon))
		}
		now := noon.Add(anyDuration(r) % (2 * life))
		due, again := lifetime.RenewalDue(fresh, window, now)
		if want := !now.Before(at) && now.Before(fresh.Expires); due != want {
			t.Fatalf("a token of %s, window %s, after %s: due %v, want %v", life, window, now.Sub(noon), due, want)
		}
		if now.Before(fresh.Expires) && !again.Equal(at) {
			t.Fatalf("the moment moves with the clock: %s and %s", at, again)
		}
	}
}

func TestWords(t *testing.T) {
	tests := map[time.Duration]string{
		-time.Hour: "less than a minute", 0: "less than a minute", time.Minute - 1: "less than a minute",
		time.Minute: "1 minute", 2 * time.Minute: "2 minutes", time.Hour - 1: "59 minutes",
		time.Hour: "1 hour", 2*time.Hour - 1: "1 hour", day - 1: "23 hours",
		day: "1 day", 2 * day: "2 days", 7*day - 1: "6 days", 365 * day: "365 days",
	}
	for left, want := range tests {
		if got := lifetime.Words(left); got != want {
			t.Errorf("Words(%s) = %q, want %q", left, got, want)
		}
	}
}
