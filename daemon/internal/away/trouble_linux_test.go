package away_test

import (
	"context"
	"os"
	"runtime"
	"syscall"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"

	"github.com/bento-cred/bento-cred/daemon/internal/away"
	"github.com/bento-cred/bento-cred/internal/noticetest"
)

// TestNothingIsLeft is not parallel: it counts what the process has.
func TestNothingIsLeft(t *testing.T) {
	b := noticetest.NewBus(t)
	f := newLogind(t, b, nil)
	silent := noticetest.NewBus(t)
	silent.Daemon.Signal(t, syscall.SIGSTOP)
	goroutines, descriptors := runtime.NumGoroutine(), numDescriptors(t)
	for number := range 5 {
		both := newWatcher(t, away.Config{System: at(b.Address), Session: at(b.Address)}, away.Wanted{Sleep: true, Screen: true}, nil)
		hanging := newWatcher(t, away.Config{System: at(silent.Address), Session: at("disabled:")}, away.Wanted{Screen: true}, nil)
		both.listens(onSystem, 1)
		both.listens(onSession, 1)
		lock := f.lock(number)
		f.emit(ours, session+".Lock")
		both.next()
		f.emit(ours, session+".Lock") // it is asked whose that is, or not any more
		both.end()
		hanging.end()
		isLetGo(t, lock)
		_ = lock.Close()
	}
	noticetest.Eventually(t, "no goroutine is left", func() bool { return runtime.NumGoroutine() <= goroutines })
	noticetest.Eventually(t, "no descriptor is left", func() bool { return numDescriptors(t) <= descriptors })
}

// numDescriptors returns how many descriptors are open.
func numDescriptors(t *testing.T) int {
	t.Helper()
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	return len(entries)
}

// TestNothingWanted returns at once.
func TestNothingWanted(t *testing.T) {
	t.Parallel()
	if !away.Supported() {
		t.Error("not supported")
	}
	asked := func() string { t.Error("looked for a bus"); return "" }
	never := func(away.Reason) { t.Error("called") }
	for name, test := range map[string]struct {
		config away.Config
		wanted away.Wanted
	}{
		"nothing":                      {away.Config{System: asked, Session: asked}, away.Wanted{}},
		"the zero value":               {away.Config{}, away.Wanted{}},
		"no buses":                     {away.Config{}, away.Wanted{Sleep: true, Screen: true}},
		"no screen, and no system bus": {away.Config{Session: asked}, away.Wanted{Sleep: true}},
	} {
		t.Run(name, func(*testing.T) { away.Watch(context.Background(), test.config, test.wanted, never) })
	}
}

// TestLogindDoesNotGiveALock: what it says counts all the same.
func TestLogindDoesNotGiveALock(t *testing.T) {
	t.Parallel()
	tests := map[string]func(t *testing.T) func(int) *dbus.Error{
		"does not answer": func(t *testing.T) func(int) *dbus.Error {
			return func(int) *dbus.Error { <-t.Context().Done(); return dbus.NewError("org.example.Late", nil) }
		},
		"refuses": func(*testing.T) func(int) *dbus.Error {
			return func(int) *dbus.Error { return dbus.NewError("org.freedesktop.DBus.Error.AccessDenied", nil) }
		},
	}
	for name, answer := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := noticetest.NewBus(t)
			f := newLogind(t, b, answer(t))
			w := newWatcher(t, away.Config{System: at(b.Address)}, away.Wanted{Sleep: true, Screen: true}, nil)
			noticetest.Eventually(t, "it asks for a lock", func() bool { return f.timesAsked() == 1 })
			for range 2 {
				f.sleep(true)
				if got := w.next(); got != away.Sleeps {
					t.Errorf("told %q", got)
				}
				f.sleep(false)
			}
			f.emit(ours, session+".Lock")
			if got := w.next(); got != away.Locked {
				t.Errorf("told %q", got)
			}
			noticetest.Eventually(t, "it asks again after each sleep", func() bool { return f.timesAsked() >= 2 })
		})
	}
}

// TestLogindAnswersTheSecondTime: one that was not answered in time asks again.
func TestLogindAnswersTheSecondTime(t *testing.T) {
	t.Parallel()
	b := noticetest.NewBus(t)
	late := make(chan struct{})
	f := newLogind(t, b, func(number int) *dbus.Error {
		if number == 0 {
			<-late
		}
		return nil
	})
	w := newWatcher(t, away.Config{System: at(b.Address)}, away.Wanted{Sleep: true}, nil)
	w.holds(1)
	if got := f.timesAsked(); got != 2 {
		t.Errorf("asked %d times, want 2", got)
	}
	close(late) // nobody awaits that lock any more
	isLetGo(t, f.lock(1))
	if !isHeld(t, f.lock(0)) {
		t.Error("the lock is let go")
	}
}

// TestLockThatComesTooLate is given when the computer is on its way to sleep. To keep it
// would only keep the computer awake.
func TestLockThatComesTooLate(t *testing.T) {
	t.Parallel()
	b := noticetest.NewBus(t)
	goAhead := make(chan struct{})
	f := newLogind(t, b, func(number int) *dbus.Error {
		if number == 0 {
			<-goAhead
		}
		return nil
	})
	w := newWatcher(t, away.Config{System: at(b.Address)}, away.Wanted{Sleep: true}, nil)
	noticetest.Eventually(t, "it asks for a lock", func() bool { return f.timesAsked() == 1 })
	f.sleep(true)
	w.next()
	close(goAhead)
	isLetGo(t, f.lock(0))
	f.sleep(false)
	w.holds(1)
	if !isHeld(t, f.lock(1)) {
		t.Error("the lock is not kept")
	}
}

// TestLogindRestarted: the new one is believed, and the old one not any more.
func TestLogindRestarted(t *testing.T) {
	t.Parallel()
	b := noticetest.NewBus(t)
	w := newWatcher(t, away.Config{System: at(b.Address)}, away.Wanted{Sleep: true, Screen: true}, nil)
	w.listens(onSystem, 1)
	first := newLogind(t, b, nil) // it comes late, too
	w.holds(1)
	if _, err := first.conn.ReleaseName(login1); err != nil {
		t.Fatal(err)
	}
	second := newLogind(t, b, nil)
	w.holds(2)
	isLetGo(t, first.lock(0))
	for _, name := range []string{".Lock", ".Unlock"} {
		first.emit(ours, session+name)
	}
	first.sleep(true)
	w.quiet(func() { second.emit(ours, session+".Lock") })
	if !isHeld(t, second.lock(0)) {
		t.Error("the lock is let go")
	}
	second.sleep(true)
	if got := w.next(); got != away.Sleeps {
		t.Errorf("told %q", got)
	}
	isLetGo(t, second.lock(0))
}

// TestBusComesLateAndAgain starts a bus late, kills it and starts it again.
func TestBusComesLateAndAgain(t *testing.T) {
	t.Parallel()
	b := noticetest.NewBus(t)
	b.Daemon.Kill()
	w := newWatcher(t, away.Config{System: at(b.Address), Session: at(b.Address)}, away.Wanted{Sleep: true, Screen: true}, nil)
	noticetest.Eventually(t, "it looked for the buses", func() bool { return w.times("nobody tells") == 2 })
	for number := 1; number <= 2; number++ {
		b.Start()
		f := newLogind(t, b, nil)
		w.listens(onSystem, number)
		w.listens(onSession, number)
		w.holds(number)
		lock := f.lock(0)
		f.sleep(true)
		if got := w.next(); got != away.Sleeps {
			t.Errorf("told %q", got)
		}
		f.sleep(false)
		next := f.lock(1)
		b.Daemon.Kill()
		isLetGo(t, lock)
		isLetGo(t, next)
	}
}

// TestBusThatHangs neither holds up the end nor is given up for good.
func TestBusThatHangs(t *testing.T) {
	t.Parallel()
	b := noticetest.NewBus(t)
	f := newLogind(t, b, nil)
	b.Daemon.Signal(t, syscall.SIGSTOP)
	config := away.Config{System: at(b.Address), Session: at(b.Address)}
	short := newWatcher(t, config, away.Wanted{Sleep: true, Screen: true}, nil)
	long := newWatcher(t, config, away.Wanted{Sleep: true, Screen: true}, nil)
	time.Sleep(100 * time.Millisecond) // both hang by now
	short.end()
	noticetest.Eventually(t, "it does not wait for ever", func() bool { return long.times("nobody tells") == 2 })
	b.Daemon.Signal(t, syscall.SIGCONT)
	long.listens(onSystem, 1)
	long.holds(1)
	f.sleep(true)
	long.next()
}

// TestEndWhileItIsTold: the lock is held for as long as leave takes, whatever ends meanwhile,
// and leave is not called again.
func TestEndWhileItIsTold(t *testing.T) {
	t.Parallel()
	b := noticetest.NewBus(t)
	f := newLogind(t, b, nil)
	saver := b.Connect()
	own(t, saver, "org.gnome.ScreenSaver")
	told, goOn := make(chan struct{}), make(chan struct{})
	config := away.Config{System: at(b.Address), Session: at(b.Address)}
	w := newWatcher(t, config, away.Wanted{Sleep: true, Screen: true}, func(away.Reason) {
		close(told) // twice would panic
		<-goOn
	})
	w.holds(1)
	w.listens(onSession, 1)
	f.sleep(true)
	<-told
	f.emit(ours, session+".Lock")
	if err := saver.Emit("/", "org.gnome.ScreenSaver.ActiveChanged", true); err != nil {
		t.Fatal(err)
	}
	time.Sleep(100 * time.Millisecond) // both wait for their turn by now
	w.stop()
	select {
	case <-w.done:
		t.Error("Watch returns while leave is called")
	case <-time.After(100 * time.Millisecond):
	}
	if !isHeld(t, f.lock(0)) {
		t.Error("the computer sleeps while leave is called")
	}
	close(goOn)
	w.end()
	isLetGo(t, f.lock(0))
}
