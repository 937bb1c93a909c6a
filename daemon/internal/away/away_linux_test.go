package away_test

import (
	"context"
	"log/slog"
	"os"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"
	"go.uber.org/goleak"

	"github.com/bento-cred/bento-cred/daemon/internal/away"
	"github.com/bento-cred/bento-cred/internal/noticetest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	login1  = "org.freedesktop.login1"
	mine    = dbus.ObjectPath("/org/freedesktop/login1/session/_31")
	theirs  = dbus.ObjectPath("/org/freedesktop/login1/session/_32")
	nowhere = "unix:path=/nonexistent/bus"
)

// watch watches until the test ends, and returns where the reasons come.
func watch(t *testing.T, system, session string, wanted away.Wanted) chan away.Reason {
	t.Helper()
	reasons := make(chan away.Reason, 16)
	watchWith(t, system, session, wanted, func(why away.Reason) { reasons <- why })
	return reasons
}

func watchWith(t *testing.T, system, session string, wanted away.Wanted, leave func(away.Reason)) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		away.Watch(ctx, away.Config{
			System: func() string { return system }, Session: func() string { return session },
			UID: os.Getuid(), Log: slog.New(slog.DiscardHandler),
		}, wanted, leave)
	}()
	t.Cleanup(func() {
		cancel()
		select {
		case <-done:
		case <-time.After(20 * time.Second):
			t.Error("Watch does not end")
		}
	})
}

// expect waits for a reason.
func expect(t *testing.T, reasons <-chan away.Reason, want away.Reason) {
	t.Helper()
	select {
	case got := <-reasons:
		if got != want {
			t.Errorf("told %q, want %q", got, want)
		}
	case <-time.After(20 * time.Second):
		t.Fatalf("%q is not told", want)
	}
}

// none makes sure that nothing is told.
func none(t *testing.T, reasons <-chan away.Reason, when string) {
	t.Helper()
	select {
	case got := <-reasons:
		t.Errorf("%s: told %q", when, got)
	case <-time.After(200 * time.Millisecond):
	}
}

// TestSleep: the computer waits with its sleep until leave has returned, and the next time,
// too.
func TestSleep(t *testing.T) {
	t.Parallel()
	bus := noticetest.NewBus(t)
	l := newLogind(t, bus)
	reasons, goOn := make(chan away.Reason), make(chan struct{})
	watchWith(t, bus.Address, nowhere, away.Wanted{Sleep: true}, func(why away.Reason) {
		reasons <- why
		<-goOn
	})
	for night := 1; night <= 2; night++ {
		noticetest.Eventually(t, "a delay lock is held", func() bool { return l.locks() == night })
		time.Sleep(1100 * time.Millisecond) // for our own end of it to be closed
		l.emit(t, "/org/freedesktop/login1", login1+".Manager.PrepareForSleep", true)
		expect(t, reasons, away.Sleeps)
		if l.released() {
			t.Error("the computer may sleep before leave has returned")
		}
		goOn <- struct{}{}
		noticetest.Eventually(t, "the computer may sleep", l.released)
		l.emit(t, "/org/freedesktop/login1", login1+".Manager.PrepareForSleep", false)
	}
}

// TestScreen: sessions of ours count, in whichever way it is told, and others' do not.
func TestScreen(t *testing.T) {
	t.Parallel()
	bus, session := noticetest.NewBus(t), noticetest.NewBus(t)
	l := newLogind(t, bus)
	saver := connectSaver(t, session, "org.gnome.ScreenSaver")
	reasons := watch(t, bus.Address, session.Address, away.Wanted{Screen: true})
	changed := func(hint bool) []any {
		return []any{login1 + ".Session", map[string]dbus.Variant{"LockedHint": dbus.MakeVariant(hint)}, []string{}}
	}
	awake(t, reasons, func() { l.emit(t, mine, login1+".Session.Lock") })
	awake(t, reasons, func() { emitSaver(t, saver, "org.gnome.ScreenSaver", true) })

	l.emit(t, mine, login1+".Session.Lock")
	expect(t, reasons, away.Locked)
	l.emit(t, mine, "org.freedesktop.DBus.Properties.PropertiesChanged", changed(true)...)
	expect(t, reasons, away.Locked)
	emitSaver(t, saver, "org.gnome.ScreenSaver", true)
	expect(t, reasons, away.Locked)

	l.emit(t, theirs, login1+".Session.Lock")
	l.emit(t, theirs, "org.freedesktop.DBus.Properties.PropertiesChanged", changed(true)...)
	l.emit(t, "/org/freedesktop/login1/session/none", login1+".Session.Lock")
	l.emit(t, mine, "org.freedesktop.DBus.Properties.PropertiesChanged", changed(false)...)
	l.emit(t, mine, login1+".Session.Lock", "more", 7)
	expect(t, reasons, away.Locked)
	l.emit(t, mine, "org.freedesktop.DBus.Properties.PropertiesChanged", "odd")
	l.emit(t, "/org/freedesktop/login1", login1+".Manager.PrepareForSleep", true)
	emitSaver(t, saver, "org.gnome.ScreenSaver", false)
	none(t, reasons, "another's session, an opening, a sleep that is not wanted")
	impostor := connectSaver(t, session, "org.example.Impostor")
	emitSaver(t, impostor, "org.gnome.ScreenSaver", true)
	none(t, reasons, "who does not own the name")
}

// awake repeats what is to be told until it is: whoever listens may not have begun yet.
func awake(t *testing.T, reasons <-chan away.Reason, tell func()) {
	t.Helper()
	for late := time.Now().Add(20 * time.Second); ; {
		tell()
		select {
		case <-reasons:
			drain(reasons)
			return
		case <-time.After(50 * time.Millisecond):
			if time.Now().After(late) {
				t.Fatal("nothing is ever told")
			}
		}
	}
}

// drain takes what was told meanwhile.
func drain(reasons <-chan away.Reason) {
	for {
		select {
		case <-reasons:
		case <-time.After(300 * time.Millisecond):
			return
		}
	}
}

func connectSaver(t *testing.T, bus *noticetest.Bus, name string) *dbus.Conn {
	t.Helper()
	conn, err := dbus.Connect(bus.Address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	if _, err := conn.RequestName(name, dbus.NameFlagDoNotQueue); err != nil {
		t.Fatal(err)
	}
	return conn
}

func emitSaver(t *testing.T, conn *dbus.Conn, name string, active bool) {
	t.Helper()
	if err := conn.Emit("/org/gnome/ScreenSaver", name+".ActiveChanged", active); err != nil {
		t.Fatal(err)
	}
}

// TestBusThatComesAndGoes: a bus that is there late, or again, is listened to.
func TestBusThatComesAndGoes(t *testing.T) {
	t.Parallel()
	bus := noticetest.NewBus(t)
	bus.Daemon.Kill()
	reasons := watch(t, bus.Address, nowhere, away.Wanted{Screen: true})
	none(t, reasons, "without a bus")
	for range 2 {
		bus.Start()
		l := newLogind(t, bus)
		awake(t, reasons, func() { l.emit(t, mine, login1+".Session.Lock") })
		bus.Daemon.Kill()
	}
}

// TestLogindThatRefuses: without a delay lock, sleep is told of all the same; nobody is
// listened to without one at first, so it is tried again.
func TestLogindThatRefuses(t *testing.T) {
	t.Parallel()
	bus := noticetest.NewBus(t)
	l := newLogind(t, bus)
	l.mute = true
	reasons := watch(t, bus.Address, nowhere, away.Wanted{Sleep: true})
	awake(t, reasons, func() {
		l.emit(t, "/org/freedesktop/login1", login1+".Manager.PrepareForSleep", true)
	})
}

// TestNothingIsWanted: then nobody is asked, and Watch is over.
func TestNothingIsWanted(t *testing.T) {
	t.Parallel()
	asked := func() string { t.Error("a bus is looked for"); return nowhere }
	away.Watch(t.Context(), away.Config{System: asked, Session: asked, Log: slog.New(slog.DiscardHandler)}, away.Wanted{}, nil)
}
