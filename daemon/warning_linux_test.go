package daemon_test

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/bento-cred/bento-cred/internal/cloudtest"
	"github.com/bento-cred/bento-cred/internal/noticetest"
)

// newDesktop starts a daemon on a bus with a notification server.
func newDesktop(t *testing.T, settings string, start func(*testing.T, *noticetest.Bus) noticetest.Server) (*house, *clock, noticetest.Server) {
	t.Helper()
	bus := noticetest.NewBus(t)
	server := start(t, bus)
	c := &clock{}
	h := furnish(t, func(h *house) {
		h.cloud = cloudtest.New(t, cloudtest.Config{Now: c.now})
		h.config.Now, h.config.Bus = c.now, func() string { return bus.Address }
		h.writeConfig(settings)
	})
	return h, c, server
}

// fake starts a server without a display.
func fake(t *testing.T, bus *noticetest.Bus) noticetest.Server {
	t.Helper()
	return noticetest.NewFake(t, bus, "actions", "body")
}

// TestNoticesOnADesktop has a token come to its end: each stage is shown once, in one
// place, also by the next daemon; a click renews the token, and the notice goes.
func TestNoticesOnADesktop(t *testing.T) {
	t.Parallel()
	servers := map[string]func(*testing.T, *noticetest.Bus) noticetest.Server{
		"dunst": func(t *testing.T, bus *noticetest.Bus) noticetest.Server {
			t.Helper()
			return noticetest.NewDunst(t, bus, "no")
		},
		"fake": fake,
	}
	for name, start := range servers {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h, c, server := newDesktop(t, lasting, start)
			l := h.rent("default")
			upIs := func(when string, number int) {
				t.Helper()
				h.await(when, func() bool { return server.Up() == number })
			}
			c.move(10*days - 6*days)
			h.round(lasting, 1)
			upIs("the first is up", 1)
			server.Dismiss()
			upIs("it is closed", 0)
			h.round(lasting, 2)
			h.restart()
			l.client = h.Client
			time.Sleep(time.Second)
			upIs("the same is not shown twice", 0)
			c.move(6*days - 20*time.Hour)
			h.round(lasting, 3)
			upIs("the second is up", 1)
			c.move(20*time.Hour - 30*time.Minute)
			h.round(lasting, 4)
			h.await("the third is known", func() bool { return strings.Contains(h.state(), "1h") })
			upIs("the third took its place", 1)
			server.Click()
			h.await("the token is renewed", func() bool { return asked(l.cloud, callCreate) == 1 && len(l.warnings()) == 0 })
			upIs("the notice is gone", 0)
			l.check("after a click")
			var texts []string
			for _, shown := range server.History() {
				texts = append(texts, strings.Join(shown[:], ": "))
			}
			want := `BentoCloud: default: The token "ci" of context "default" expires in `
			if all := strings.Join(texts, "\n"); !strings.Contains(all, want+"5 days") || !strings.Contains(all, want+"29 minutes") {
				t.Errorf("shown were:\n%s", all)
			}
		})
	}
}

// TestAClickThatFails tells so where the click was.
func TestAClickThatFails(t *testing.T) {
	t.Parallel()
	var server *noticetest.Fake
	h, c, _ := newDesktop(t, lasting, func(t *testing.T, bus *noticetest.Bus) noticetest.Server {
		t.Helper()
		server = noticetest.NewFake(t, bus, "actions", "body")
		return server
	})
	l := h.rent("default")
	l.cloud.Fail(callCreate, cloudtest.Oops("trace-3"))
	c.move(9 * days)
	h.round(lasting, 1)
	h.await("the notice is up", func() bool { return server.Up() == 1 })
	server.Click()
	h.await("it says why not", func() bool {
		return server.Up() == 1 && asked(l.cloud, callCreate) == 1 && strings.Contains(server.Last().Text, "trace-3")
	})
	l.check("after that")
}

// TestNoNotices where nobody wants them, or needs them.
func TestNoNotices(t *testing.T) {
	t.Parallel()
	quiet := strings.Replace(lasting, "[health]\n", "[health]\nnotify = false\n", 1)
	for name, settings := range map[string]string{"not wanted": quiet, "renewed by itself": lasting + "renew = \"auto\"\nwindow = \"3d\"\n"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h, c, server := newDesktop(t, settings, fake)
			l := h.rent("default")
			c.move(5 * days)
			h.round(settings, 1)
			time.Sleep(time.Second)
			c.move(4 * days)
			h.round(settings, 2)
			time.Sleep(time.Second)
			if server.Up() != 0 || len(server.History()) != 0 {
				t.Errorf("shown were %q", server.History())
			}
			l.check("after that")
		})
	}
}

// state returns what the daemon keeps beside the store.
func (h *house) state() string {
	h.t.Helper()
	text, err := os.ReadFile(h.config.StateFile)
	if err != nil {
		h.t.Error(err)
	}
	return string(text)
}
