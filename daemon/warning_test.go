package daemon_test

import (
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/bento-cred/bento-cred/internal/cloudtest"
	"github.com/bento-cred/bento-cred/ipc"
)

// told returns the warnings that a program gets with a token of the context.
func (l lease) told() []string {
	l.t.Helper()
	served, err := l.client.Credential(l.t.Context(), ipc.Request{Selection: ipc.Selection{Context: l.name}})
	if err != nil {
		l.t.Error(err)
	}
	return served.Warnings
}

// TestOneWarningADay is one for each context, whoever asks and whatever the clock does.
func TestOneWarningADay(t *testing.T) {
	t.Parallel()
	h, c := newCare(t, lasting, cloudtest.Config{})
	l, other := h.rent("default"), h.rent("other")
	if got := l.told(); len(got) != 0 {
		t.Errorf("with 10 days left: %q", got)
	}
	c.move(3*days + 12*time.Hour)
	var (
		all  sync.WaitGroup
		told atomic.Int32
	)
	for range 10 {
		own := l
		own.client = h.dial()
		all.Go(func() { told.Add(int32(len(own.told()))) })
	}
	if all.Wait(); told.Load() != 1 {
		t.Errorf("ten at once were warned %d times, want once", told.Load())
	}
	if got := other.told(); len(got) != 1 || !strings.Contains(got[0], "expires in 6 days; run: bento-cred renew other") {
		t.Errorf("of another context: %q", got)
	}
	steps := []struct {
		name  string
		move  time.Duration
		again bool // a new daemon
		want  int
	}{
		{name: "at once", want: 0},
		{name: "after a restart", again: true, want: 0},
		{name: "23 hours later", move: 23 * time.Hour, want: 0},
		{name: "after a day", move: 2 * time.Hour, want: 1},
		{name: "after that", want: 0},
		{name: "set back by a week", move: -7*days + 12*time.Hour, want: 0}, // there are 12 days
		{name: "and on again", move: 7 * days, want: 0},
		{name: "set back by two days", move: -2 * days, want: 1}, // what was told is to come
		{name: "and that is it", want: 0},
	}
	for _, step := range steps {
		c.move(step.move)
		if step.again {
			h.restart()
			l.client = h.Client
		}
		if got := l.told(); len(got) != step.want {
			t.Errorf("%s: warned of %q, want %d", step.name, got, step.want)
		}
	}
}

// TestWhatIsWarnedOf is what the settings say, and all of it is shown to who looks.
func TestWhatIsWarnedOf(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		settings string
		left     time.Duration
		want     string // "" for nothing
	}{
		"8 days":               {lasting, 8 * days, ""},
		"a week":               {lasting, 7*days - time.Hour, "expires in 6 days"},
		"a day":                {lasting, 20*time.Hour + time.Minute, "expires in 20 hours"},
		"an hour":              {lasting, 30*time.Minute + 30*time.Second, "expires in 30 minutes"},
		"two days, when asked": {strings.Replace(lasting, "[health]\n", "[health]\nwarn = [\"36h\"]\n", 1), 2 * days, ""},
		"a day and a bit":      {strings.Replace(lasting, "[health]\n", "[health]\nwarn = [\"36h\"]\n", 1), 25*time.Hour + time.Minute, "expires in 1 day;"},
		"nothing, when asked":  {strings.Replace(lasting, "[health]\n", "[health]\nwarn = []\n", 1), time.Hour, ""},
		"over":                 {lasting, -time.Minute, "has expired; run: bento-cred login --context"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h, c := newCare(t, test.settings, cloudtest.Config{})
			l := h.rent("default")
			c.move(10*days - test.left)
			got := strings.Join(l.warnings(), "\n")
			if test.want == "" && got != "" || !strings.Contains(got, test.want) {
				t.Errorf("warned of %q, want %q", got, test.want)
			}
		})
	}
}
