package notice_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/bento-cred/bento-cred/daemon/internal/notice"
	"github.com/bento-cred/bento-cred/internal/noticetest"
)

// newDesk returns a Desk that is closed with the test.
func newDesk(t *testing.T, config notice.Config) *notice.Desk {
	t.Helper()
	d := notice.New(config)
	t.Cleanup(d.Close)
	return d
}

// mustShow shows a notice.
func mustShow(t *testing.T, d *notice.Desk, n notice.Notice) {
	t.Helper()
	if err := d.Show(t.Context(), n); err != nil {
		t.Fatalf("Show(%q) = %v", n.Key, err)
	}
}

// expiring is a notice with a button.
func expiring(key, title string) notice.Notice {
	return notice.Notice{
		Key: key, Title: title, Text: "Renew it <soon> & well.",
		Actions: []notice.Action{{ID: "default", Label: "Renew"}},
	}
}

// TestServer holds a Desk against a real server and against the fake, which so is held
// to what the real one does.
func TestServer(t *testing.T) {
	t.Parallel()
	const escaped = "Renew it &lt;soon&gt; &amp; well."
	tests := map[string]struct {
		start func(*testing.T, *noticetest.Bus) noticetest.Server
		text  string // what the server is told
	}{
		"dunst":                 {func(t *testing.T, b *noticetest.Bus) noticetest.Server { return noticetest.NewDunst(t, b, "full") }, escaped},
		"dunst, without markup": {func(t *testing.T, b *noticetest.Bus) noticetest.Server { return noticetest.NewDunst(t, b, "no") }, "Renew it <soon> & well."},
		"fake": {func(t *testing.T, b *noticetest.Bus) noticetest.Server {
			return noticetest.NewFake(t, b, "actions", "body", "body-markup")
		}, escaped},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := noticetest.NewBus(t)
			s := test.start(t, b)
			testServer(t, s, newDesk(t, notice.Config{Address: at(b.Address), Timeout: 10 * time.Second}), test.text)
		})
	}
}

func testServer(t *testing.T, s noticetest.Server, d *notice.Desk, text string) {
	t.Helper()
	upIs := func(number int) {
		t.Helper()
		noticetest.Eventually(t, "the notices are up that should be", func() bool { return s.Up() == number })
	}
	// One takes the place of the other, by its key.
	mustShow(t, d, expiring("prod", "7 days left"))
	upIs(1)
	mustShow(t, d, expiring("prod", "1 day left"))
	upIs(1)
	mustShow(t, d, expiring("staging", "another"))
	upIs(2)
	if err := d.Withdraw(t.Context(), "staging"); err != nil {
		t.Errorf("Withdraw = %v", err)
	}
	upIs(1)

	// A click is told, once and by key.
	s.Click()
	select {
	case got := <-d.Actions():
		if got != (notice.Chosen{Key: "prod", Action: "default"}) {
			t.Errorf("chosen is %+v", got)
		}
	case <-time.After(10 * time.Second):
		t.Fatal("nobody told of the click")
	}

	// One that was closed is not replaced but shown anew.
	if s.Up() > 0 { // a server may leave it up after the click
		s.Dismiss()
	}
	upIs(0)
	mustShow(t, d, expiring("prod", "1 hour left"))
	upIs(1)
	s.Dismiss()
	upIs(0)
	want := [2]string{"1 hour left", text}
	if got := s.History(); !slices.Contains(got, want) {
		t.Errorf("shown were %q, want %q among them", got, want)
	}

	// What is down is no trouble to take down.
	for _, key := range []string{"prod", "staging", "never shown"} {
		if err := d.Withdraw(t.Context(), key); err != nil {
			t.Errorf("Withdraw(%q) = %v", key, err)
		}
	}
	select {
	case got := <-d.Actions():
		t.Errorf("chosen is %+v, which nobody did", got)
	default:
	}
}

func TestWhatTheServerIsTold(t *testing.T) {
	t.Parallel()
	full := []string{"actions", "body", "body-markup", "persistence"}
	button := []notice.Action{{ID: "renew", Label: "Renew\nnow"}, {ID: "default", Label: ""}}
	tests := map[string]struct {
		capabilities []string
		notice       notice.Notice
		title, text  string
		actions      []string
		urgency      byte
	}{
		"all it can do": {
			full,
			notice.Notice{Title: "a <b>", Text: "c & <d>", Actions: button},
			"a <b>", "c &amp; &lt;d&gt;",
			[]string{"renew", "Renew now", "default", ""},
			1,
		},
		"no markup, no buttons": {
			[]string{"body"},
			notice.Notice{Title: "a", Text: "c & <d>\ne", Actions: button, Urgent: true},
			"a", "c & <d>\ne",
			[]string{},
			2,
		},
		"what no bus carries": {
			nil,
			notice.Notice{Key: "k", Title: "a\x00\xff\n", Text: "\x1b"},
			"a \uFFFD ", " ",
			[]string{},
			1,
		},
		"too long": {
			nil,
			notice.Notice{Title: strings.Repeat("ä", 1<<20), Text: strings.Repeat("ö", 1<<20)},
			strings.Repeat("ä", 199) + "…", strings.Repeat("ö", 999) + "…",
			[]string{},
			1,
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := noticetest.NewBus(t)
			f := noticetest.NewFake(t, b, test.capabilities...)
			mustShow(t, newDesk(t, notice.Config{Address: at(b.Address)}), test.notice)
			got := f.Last()
			if got.App != "bento-cred" || got.Expires != -1 || got.Replaces != 0 || got.Icon == "" {
				t.Errorf("told %+v", got)
			}
			if got.Title != test.title || got.Text != test.text || !slices.Equal(got.Actions, test.actions) {
				t.Errorf("told %q, %q, %q; want %q, %q, %q", got.Title, got.Text, got.Actions, test.title, test.text, test.actions)
			}
			if hint := got.Hints["urgency"]; len(got.Hints) != 1 || hint.Value() != test.urgency {
				t.Errorf("hints %v, want the urgency %d as one byte", got.Hints, test.urgency)
			}
		})
	}
}

// TestOnlyTheServerIsBelieved has another program on the bus say that a button was
// pressed, and the server say so of what is no button.
//
// VULNERABILITY: any program on the session bus can send a signal of that name.
// ATTACK: one that may use the bus but not the daemon's socket has a token renewed.
// THIS TEST VERIFIES that only the server that shows the notice is believed.
func TestOnlyTheServerIsBelieved(t *testing.T) {
	t.Parallel()
	b := noticetest.NewBus(t)
	f := noticetest.NewFake(t, b, "actions")
	d := newDesk(t, notice.Config{Address: at(b.Address)})
	mustShow(t, d, expiring("prod", "a"))
	n := f.Last()

	liar := noticetest.NewStranger(t, b)
	liar.Tell(n.Sender, "ActionInvoked", n.ID, "default")
	if err := liar.Conn.Emit(noticetest.Path, noticetest.Service+".ActionInvoked", n.ID, "default"); err != nil {
		t.Fatal(err)
	}
	// What comes from one program arrives in order, so that a call in between says that
	// the lies have arrived.
	if err := liar.Conn.BusObject().Call("org.freedesktop.DBus.GetId", 0).Err; err != nil {
		t.Fatal(err)
	}
	f.Tell(n.Sender, "ActionInvoked", n.ID, "never offered")
	f.Tell(n.Sender, "ActionInvoked", n.ID+1, "default")
	f.Tell(n.Sender, "ActionInvoked", "default", n.ID)
	f.Tell(n.Sender, "ActionInvoked", n.ID)
	f.Tell(n.Sender, "ActivationToken", n.ID, "default")
	// It closes the notice first, as some do, and is believed nevertheless.
	f.Tell(n.Sender, "NotificationClosed", n.ID, uint32(2))
	f.Tell(n.Sender, "ActionInvoked", n.ID, "default")
	if got := <-d.Actions(); got != (notice.Chosen{Key: "prod", Action: "default"}) {
		t.Errorf("chosen is %+v", got)
	}
	select {
	case got := <-d.Actions():
		t.Errorf("%+v was believed, too", got)
	case <-time.After(200 * time.Millisecond):
	}
}

// TestClosedNoticeIsNotReplaced: its number is the server's again.
func TestClosedNoticeIsNotReplaced(t *testing.T) {
	t.Parallel()
	b := noticetest.NewBus(t)
	f := noticetest.NewFake(t, b, "actions")
	d := newDesk(t, notice.Config{Address: at(b.Address)})
	mustShow(t, d, expiring("prod", "a"))
	f.Dismiss()
	f.Tell(f.Last().Sender, "ActionInvoked", f.Last().ID, "default")
	<-d.Actions() // so that what was told before it is known as well
	mustShow(t, d, expiring("prod", "b"))
	if got := f.Last(); got.Replaces != 0 {
		t.Errorf("told %+v, want a new notice", got)
	}
}

// at returns what finds the bus at address.
func at(address string) func() string { return func() string { return address } }
