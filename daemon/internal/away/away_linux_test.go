package away_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"

	"github.com/bento-cred/bento-cred/daemon/internal/away"
	"github.com/bento-cred/bento-cred/internal/noticetest"
)

func TestSleep(t *testing.T) {
	t.Parallel()
	b := noticetest.NewBus(t)
	f := newLogind(t, b, nil)
	var w *watcher
	night := 0
	w = newWatcher(t, away.Config{System: at(b.Address)}, away.Wanted{Sleep: true}, func(away.Reason) {
		if !isHeld(t, f.lock(night)) {
			t.Error("the lock is let go before all is done")
		}
	})
	for ; night < 3; night++ {
		lock := f.lock(night)
		w.holds(night + 1)
		if !isHeld(t, lock) {
			t.Error("the lock is not kept")
		}
		f.sleep(true)
		if got := w.next(); got != away.Sleeps {
			t.Errorf("told %q", got)
		}
		isLetGo(t, lock)
		if got := f.timesAsked(); got != night+1 {
			t.Errorf("asked for %d locks before the computer woke up", got)
		}
		f.sleep(false)
	}
	last := f.lock(night)
	w.end()
	isLetGo(t, last)
	f.sleep(true)
	if got := w.number(); got != night {
		t.Errorf("called %d times, want %d", got, night)
	}
	for _, got := range f.requests() {
		if got[0] != "sleep" || got[1] != "bento-cred" || got[2] == "" || got[3] != "delay" {
			t.Errorf("asked for %q", got)
		}
	}
}

// TestScreen has logind say this and that, of which some is that the screen was locked.
func TestScreen(t *testing.T) {
	t.Parallel()
	const lock, unlock, changed = session + ".Lock", session + ".Unlock", property + ".PropertiesChanged"
	type hints = map[string]dbus.Variant
	yes := hints{"LockedHint": dbus.MakeVariant(true)}
	tests := map[string]struct {
		say  func(f *fakeLogind)
		want bool
	}{
		"asked to lock":             {func(f *fakeLogind) { f.emit(ours, lock) }, true},
		"asked to lock another":     {func(f *fakeLogind) { f.emit(another, lock) }, true},
		"asked to unlock":           {func(f *fakeLogind) { f.emit(ours, unlock) }, false},
		"someone else's":            {func(f *fakeLogind) { f.emit(theirs, lock) }, false},
		"whose is not known":        {func(f *fakeLogind) { f.emit(unknown, lock) }, false},
		"whose is nonsense":         {func(f *fakeLogind) { f.emit(strange, lock) }, false},
		"was locked":                {func(f *fakeLogind) { f.lockedHint(ours, true) }, true},
		"was unlocked":              {func(f *fakeLogind) { f.lockedHint(ours, false) }, false},
		"someone else's was locked": {func(f *fakeLogind) { f.lockedHint(theirs, true) }, false},
		"hint is nonsense":          {func(f *fakeLogind) { f.lockedHint(ours, "true") }, false},
		"another property":          {func(f *fakeLogind) { f.emit(ours, changed, session, hints{"Active": yes["LockedHint"]}, []string{}) }, false},
		"of another interface":      {func(f *fakeLogind) { f.emit(ours, changed, login1+".User", yes, []string{}) }, false},
		"no properties":             {func(f *fakeLogind) { f.emit(ours, changed, session) }, false},
		"strange properties":        {func(f *fakeLogind) { f.emit(ours, changed, session, "LockedHint", uint32(1)) }, false},
		"sleep was not asked for":   {func(f *fakeLogind) { f.sleep(true) }, false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := noticetest.NewBus(t)
			f := newLogind(t, b, nil)
			w := newWatcher(t, away.Config{System: at(b.Address)}, away.Wanted{Screen: true}, nil)
			w.listens(onSystem, 1)
			test.say(f)
			if test.want {
				if got := w.next(); got != away.Locked {
					t.Errorf("told %q", got)
				}
			}
			w.quiet(func() { f.emit(ours, lock) })
			if got := f.timesAsked(); got != 0 {
				t.Errorf("asked for %d locks, which nobody wanted", got)
			}
		})
	}
}

// TestScreenSavers has each say that it is active.
func TestScreenSavers(t *testing.T) {
	t.Parallel()
	for _, name := range []string{
		"org.freedesktop.ScreenSaver", "org.gnome.ScreenSaver", "org.cinnamon.ScreenSaver",
		"org.mate.ScreenSaver", "org.xfce.ScreenSaver",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := noticetest.NewBus(t)
			// It may come later than whoever listens to it.
			w := newWatcher(t, away.Config{Session: at(b.Address)}, away.Wanted{Sleep: true, Screen: true}, nil)
			w.listens(onSession, 1)
			saver := b.Connect()
			say := func(path dbus.ObjectPath, member string, body ...any) {
				t.Helper()
				if err := saver.Emit(path, member, body...); err != nil {
					t.Fatal(err)
				}
			}
			say("/ScreenSaver", name+".ActiveChanged", true) // it is nobody yet
			own(t, saver, name)
			say("/", name+".ActiveChanged", true)
			if got := w.next(); got != away.Locked {
				t.Errorf("told %q", got)
			}
			say("/ScreenSaver", name+".ActiveChanged", false)
			say("/ScreenSaver", name+".ActiveChanged")
			say("/ScreenSaver", name+".ActiveChanged", "true")
			say("/ScreenSaver", name+".AuthenticationRequestBegin", true)
			say("/ScreenSaver", "org.example.ScreenSaver.ActiveChanged", true)
			w.quiet(func() { say("/ScreenSaver", name+".ActiveChanged", true) })
		})
	}
}

// TestTheDoubledIsToldOneByOne has all of them tell of the same, at once.
func TestTheDoubledIsToldOneByOne(t *testing.T) {
	t.Parallel()
	system, desktop := noticetest.NewBus(t), noticetest.NewBus(t)
	f := newLogind(t, system, nil)
	saver := desktop.Connect()
	own(t, saver, "org.gnome.ScreenSaver")
	w := newWatcher(t, away.Config{System: at(system.Address), Session: at(desktop.Address)}, away.Wanted{Sleep: true, Screen: true},
		func(away.Reason) { time.Sleep(50 * time.Millisecond) })
	w.listens(onSystem, 1)
	w.listens(onSession, 1)
	f.emit(ours, session+".Lock")
	f.lockedHint(ours, true)
	if err := saver.Emit("/", "org.gnome.ScreenSaver.ActiveChanged", true); err != nil {
		t.Fatal(err)
	}
	f.sleep(true)
	why := map[away.Reason]int{}
	for range 4 {
		why[w.next()]++
	}
	if got, want := fmt.Sprint(why), fmt.Sprint(map[away.Reason]int{away.Locked: 3, away.Sleeps: 1}); got != want {
		t.Errorf("told %s, want %s", got, want)
	}
}

// own has a program on the bus own a name.
func own(t *testing.T, conn *dbus.Conn, name string) {
	t.Helper()
	reply, err := conn.RequestName(name, dbus.NameFlagDoNotQueue)
	if err != nil || reply != dbus.RequestNameReplyPrimaryOwner {
		t.Fatalf("owning %q: %v, %v", name, reply, err)
	}
}
