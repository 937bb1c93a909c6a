package daemon_test

import (
	"errors"
	"testing"
	"time"

	"github.com/bento-cred/bento-cred/internal/cloudtest"
	"github.com/bento-cred/bento-cred/ipc"
)

// TestARenewalThatCannotBeKept has the disk full at each moment of a renewal.
func TestARenewalThatCannotBeKept(t *testing.T) {
	t.Parallel()
	late := cloudtest.Fault{After: true, Latency: 400 * time.Millisecond}
	tests := map[string]struct {
		slow     string // the call during which the disk becomes full; "" for before all
		noDelete bool   // and what was made cannot be deleted at once
		posts    int    // calls that make a token
	}{
		"before":                      {"", false, 0},
		"while it is made":            {callCreate, false, 1},
		"while it is made, for long":  {callCreate, true, 1},
		"while it is verified":        {callUser, false, 1},
		"while it is verified, too":   {callUser, true, 1},
		"while a deployment is asked": {callDeployment, false, 1},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h, c := newCare(t, lasting, cloudtest.Config{})
			l := h.rent("default")
			if test.noDelete {
				l.cloud.Fail(callDelete, cloudtest.Oops("trace-8"))
			}
			calls := 0
			if test.slow != "" {
				calls = asked(l.cloud, test.slow)
				l.cloud.Fail(test.slow, late)
			}
			ended := make(chan error, 1)
			renew := func() { _, err := l.renew(); ended <- err }
			if test.slow != "" {
				go renew()
				h.await("the call comes", func() bool { return asked(l.cloud, test.slow) > calls })
			}
			mend := h.breakStore()
			if test.slow == "" {
				renew()
			}
			err := <-ended
			if !errors.Is(err, ipc.StoreFailed) || ipc.AsError(err).Hint == "" {
				t.Errorf("error %v, want store_failed with a hint", err)
			}
			if got := asked(l.cloud, callCreate); got != test.posts {
				t.Errorf("%d tokens were made, want %d", got, test.posts)
			}
			l.check("while the disk is full")
			mend()
			l.cloud.Heal()
			l.check("when there is room again")
			c.move(2 * time.Hour)
			h.restart()
			l.client = h.Client
			h.await("nothing is left over", l.settled)
			l.check("with the next daemon")
			if _, err := l.renew(); err != nil {
				t.Errorf("once more: %v", err)
			}
			l.check("when it was renewed once more")
		})
	}
}

// TestAnEndThatCannotBeKept has the disk full when the old token is deleted at the cloud.
func TestAnEndThatCannotBeKept(t *testing.T) {
	t.Parallel()
	h, c := newCare(t, lasting, cloudtest.Config{})
	l := h.rent("default")
	renewed, err := l.renew()
	if err != nil {
		t.Fatal(err)
	}
	mend := h.breakStore()
	c.move(2 * time.Hour)
	h.round(lasting, 1)
	h.await("the old one is deleted", func() bool { _, there := l.of(renewed.Old.UID); return !there })
	l.check("while the disk is full")
	mend()
	c.move(2 * time.Hour)
	h.restart()
	l.client = h.Client
	h.await("it is forgotten", l.settled)
	if got := l.serves(); got != renewed.New.UID {
		t.Errorf("serves %s, want the new token", got)
	}
}
