package daemon_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/bento-cred/bento-cred/internal/cloudtest"
	"github.com/bento-cred/bento-cred/ipc"
)

const days = 24 * time.Hour

// round has a daemon whose settings are like seldom look after its contexts now: each time
// by another change, of the minutes that nothing here is measured in.
func (h *house) round(settings string, minutes int) {
	h.t.Helper()
	h.writeConfig(strings.Replace(settings, `interval = "1h"`, fmt.Sprintf("interval = \"1h%dm\"", minutes), 1))
}

// warnings returns what a person is told of the context.
func (l lease) warnings() []string {
	l.t.Helper()
	shown, err := l.client.Context(l.t.Context(), ipc.Selection{Context: l.name})
	if err != nil {
		l.t.Error(err)
	}
	return shown.Warnings
}

// TestRenewalByItself comes when its time has come, where the settings of the context say
// so, and for no other.
func TestRenewalByItself(t *testing.T) {
	t.Parallel()
	settings := lasting + "renew = \"auto\"\nwindow = \"3d\"\n" +
		"[context.asks]\nrenew = \"ask\"\n[context.off]\nrenew = \"off\"\n[context.early]\nwindow = \"8d\"\n"
	h, c := newCare(t, settings, cloudtest.Config{})
	leases := make(map[string]lease)
	for _, name := range []string{"usual", "early", "asks", "off"} {
		leases[name] = h.rent(name)
	}
	renewed := func(name string) int { return asked(leases[name].cloud, callCreate) }
	tests := []struct {
		left time.Duration // of the first token's life
		want map[string]int
		says map[string]string // among the warnings; "" for none
	}{
		{10 * days, map[string]int{}, map[string]string{"usual": "", "early": "", "asks": "", "off": ""}},
		{6*days + 12*time.Hour, map[string]int{"early": 1}, map[string]string{"usual": "", "early": "", "asks": "run: bento-cred renew asks", "off": "run: bento-cred login --context off"}},
		{2*days + 12*time.Hour, map[string]int{"early": 1, "usual": 1}, map[string]string{"usual": "", "early": "", "asks": "in 2 days", "off": "in 2 days"}},
	}
	now := 10 * days
	for i, test := range tests {
		c.move(now - test.left)
		now = test.left
		h.round(settings, i+1)
		for name, l := range leases {
			h.await(name+" is looked after", func() bool { return renewed(name) >= test.want[name] })
			want := test.says[name]
			told := func() bool {
				list := l.warnings()
				return want == "" && len(list) == 0 || want != "" && len(list) == 1 && strings.Contains(list[0], want)
			}
			if h.await(name+" is warned of", told); renewed(name) != test.want[name] {
				t.Errorf("%s left: %s was renewed %d times, want %d", test.left, name, renewed(name), test.want[name])
			}
		}
	}
	time.Sleep(500 * time.Millisecond) // a round in which nothing is due
	for name, l := range leases {
		if renewed(name) != tests[2].want[name] {
			t.Errorf("%s was renewed %d times at the end", name, renewed(name))
		}
		l.check("at the end")
	}
}

// TestRenewalByItselfThatFails is told of once a person has to know, and tried again.
func TestRenewalByItselfThatFails(t *testing.T) {
	t.Parallel()
	settings := strings.Replace(seldom, `grace = "0s"`, "grace = \"0s\"\nrenew = \"auto\"\nwindow = \"9d\"\n", 1)
	h, c := newCare(t, settings, cloudtest.Config{})
	l := h.rent("default")
	l.cloud.Fail(callCreate, cloudtest.Oops("trace-7"))
	c.move(25 * time.Hour)
	h.round(settings, 1)
	h.await("it is tried", func() bool { return asked(l.cloud, callCreate) == 1 })
	h.await("the try has ended", func() bool { return strings.Contains(h.log.String(), "renewing a token") })
	if list := l.warnings(); len(list) != 0 {
		t.Errorf("with nearly 9 days left: %q; want nothing, for there is time", list)
	}
	c.move(3 * days)
	h.round(settings, 2)
	h.await("it is tried again", func() bool { return asked(l.cloud, callCreate) == 2 })
	h.await("a person is told", func() bool {
		return slices.ContainsFunc(l.warnings(), func(text string) bool {
			return strings.Contains(text, "in 5 days and could not be renewed") && strings.Contains(text, "trace-7")
		})
	})
	l.check("while renewals fail")
	l.cloud.Heal()
	c.move(2 * time.Hour)
	h.round(settings, 3)
	h.await("it is renewed, and nobody warned any more", func() bool {
		return asked(l.cloud, callCreate) == 3 && l.settled() && len(l.warnings()) == 0
	})
	l.check("at the end")
}

// TestWhatIsNotRenewedByItself: a token that is no longer taken is not, one that never
// expires neither; and nobody warns of the latter.
func TestWhatIsNotRenewedByItself(t *testing.T) {
	t.Parallel()
	settings := lasting + "renew = \"auto\"\nwindow = \"3d\"\n"
	h, c := newCare(t, settings, cloudtest.Config{})
	gone, forever := h.rent("gone"), h.loginElsewhere("forever")
	gone.cloud.Revoke(goodToken)
	c.move(2 * time.Hour) // the cloud is asked
	h.round(settings, 1)
	h.await("it is known to be gone", func() bool { return h.served("gone") != nil })
	c.move(9 * days)
	h.round(settings, 2)
	time.Sleep(time.Second)
	if a, b := asked(gone.cloud, callCreate), asked(forever, callCreate); a+b != 0 {
		t.Errorf("%d and %d tokens were made, want none", a, b)
	}
	if list := gone.warnings(); len(list) != 1 || !strings.Contains(list[0], "no longer taken") {
		t.Errorf("of the one that is gone: %q", list)
	}
	if list := (lease{t: t, name: "forever", client: h.Client}).warnings(); len(list) != 0 {
		t.Errorf("of the one that lasts: %q", list)
	}
}
