package daemon_test

import (
	"errors"
	"testing"
	"time"

	"github.com/bento-cred/bento-cred/internal/cloudtest"
	"github.com/bento-cred/bento-cred/internal/credential"
	"github.com/bento-cred/bento-cred/ipc"
	"github.com/bento-cred/bento-cred/ipc/management"
)

const year = 365 * days

// TestClockThatJumps sets the daemon's clock by years, to and fro, as a dead battery and
// then NTP do; the cloud's clock is right all along. Nothing that was kept is lost, what is
// said follows the clock, and it is over when the clock is right again.
func TestClockThatJumps(t *testing.T) {
	t.Parallel()
	c := &clock{}
	h := furnish(t, func(h *house) {
		h.config.Now = c.now
		h.writeConfig(lasting + "renew = \"auto\"\nwindow = \"3d\"\n")
		h.cloud = cloudtest.New(t, cloudtest.Config{Tokens: []cloudtest.Token{{
			Value: goodToken, Name: "ci", Developer: true,
			Created: time.Now().Add(-10 * days), Expires: time.Now().Add(20 * days),
		}}})
	})
	h.admit("default")
	if err := h.UseContext(t.Context(), "default"); err != nil {
		t.Fatal(err)
	}
	steps := []struct {
		when  string
		by    time.Duration
		ended bool // the token has, by this clock
	}{
		{"in twenty years", 20 * year, true},
		{"twenty years ago", -40 * year, false},
		{"right again", 20 * year, false},
		{"at the end of the epoch's 32 bits", 13 * year, true},
		{"right again", -13 * year, false},
	}
	for n, step := range steps {
		c.move(step.by)
		err := h.served("default")
		if step.ended != errors.Is(err, ipc.LoginRequired) || !step.ended && err != nil {
			t.Errorf("%s: the token: %v, want that it has expired: %v", step.when, err, step.ended)
		}
		shown := h.token("default")
		if shown.Expired != step.ended {
			t.Errorf("%s: shown as expired: %v", step.when, shown.Expired)
		}
		// What is kept by a clock that is behind takes the place of what an earlier one kept.
		name := "kept-" + string(rune('a'+n))
		h.admit(name)
		h.admit(name)
		h.restart()
		if contexts, err := h.Contexts(t.Context()); err != nil || len(contexts) != n+2 {
			t.Errorf("%s: %d contexts after a restart, %v; want %d", step.when, len(contexts), err, n+2)
		}
	}
	if made := asked(h.cloud, "POST "+pathTokens); made != 0 {
		t.Errorf("%d tokens were made by a clock that was wrong", made)
	}
	if len(h.cloud.Tokens()) != 1 {
		t.Errorf("the cloud has %d tokens", len(h.cloud.Tokens()))
	}
	if err := h.served("default"); err != nil {
		t.Errorf("at the end: %v", err)
	}
}

// admit logs in to the context called name; the cloud tells when the token expires.
func (h *house) admit(name string) {
	h.t.Helper()
	_, err := h.Login(h.t.Context(), management.Login{
		Context: name, Endpoint: h.cloud.URL(), Token: credential.NewSecret(goodToken), Replace: true,
	})
	if err != nil {
		h.t.Fatal(err)
	}
}

// TestWakingUp has the wall clock go on for a night while every timer stood still, which is
// what sleep looks like from within: what expired meanwhile is not given out, and the cloud
// is asked about the others in the round that was due anyway, without a nudge.
func TestWakingUp(t *testing.T) {
	t.Parallel()
	c := &clock{}
	h := furnish(t, func(h *house) {
		h.config.Now = c.now
		h.writeConfig(seldom)
		h.cloud = cloudtest.New(t, cloudtest.Config{Now: c.now, Tokens: []cloudtest.Token{
			{Value: goodToken, Developer: true, Expires: time.Now().Add(30 * days)},
			{Value: "made-up-token-ends", Developer: true, Expires: time.Now().Add(time.Hour)},
		}})
	})
	h.admit("lasts")
	_, err := h.Login(t.Context(), management.Login{
		Context: "ends", Endpoint: h.cloud.URL(), Token: credential.NewSecret("made-up-token-ends"),
	})
	if err != nil {
		t.Fatal(err)
	}
	begun, err := h.StartLogin(t.Context(), management.BrowserLogin{Context: "waits", Endpoint: h.cloud.URL()})
	if err != nil {
		t.Fatal(err)
	}
	before := asked(h.cloud, "GET "+pathUser)
	c.move(8 * time.Hour)
	woke := time.Now()
	if err := h.served("ends"); !errors.Is(err, ipc.LoginRequired) {
		t.Errorf("a token that expired at night: %v", err)
	}
	if err := h.served("lasts"); err != nil {
		t.Errorf("a token that did not: %v", err)
	}
	if _, _, err := (waiting{t: t, client: h.Client, Approval: begun}).outcome(); !errors.Is(err, ipc.TimedOut) {
		t.Errorf("a login that nobody approved: %v, want timed out", err)
	}
	for asked(h.cloud, "GET "+pathUser) == before && time.Since(woke) < time.Minute {
		time.Sleep(100 * time.Millisecond)
	}
	if took := time.Since(woke); took > 35*time.Second {
		t.Errorf("the cloud was asked %v after waking up, want within a round", took)
	}
}
