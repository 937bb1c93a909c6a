package away_test

import (
	"strings"
	"testing"

	"github.com/godbus/dbus/v5"

	"github.com/bento-cred/bento-cred/daemon/internal/away"
	"github.com/bento-cred/bento-cred/internal/noticetest"
)

// TestOnlyTheirOwnerIsBelieved has another program on the bus say what logind and screen
// savers say, to everybody and to the watch itself.
//
// VULNERABILITY: a signal that is sent to one connection needs no subscription, and any user
// may send one on the system bus.
// ATTACK: another user locks the daemon again and again, or has it let go of its delay lock.
// THIS TEST VERIFIES that only who owns the name is believed.
func TestOnlyTheirOwnerIsBelieved(t *testing.T) {
	t.Parallel()
	b := noticetest.NewBus(t)
	f := newLogind(t, b, nil)
	saver, liar := b.Connect(), b.Connect()
	own(t, saver, "org.gnome.ScreenSaver")
	w := newWatcher(t, away.Config{System: at(b.Address), Session: at(b.Address)}, away.Wanted{Sleep: true, Screen: true}, nil)
	w.listens(onSystem, 1)
	w.listens(onSession, 1)
	w.holds(1)

	var everybody []string
	if err := liar.BusObject().Call("org.freedesktop.DBus.ListNames", 0).Store(&everybody); err != nil {
		t.Fatal(err)
	}
	lie := func(from *dbus.Conn, path dbus.ObjectPath, of, member string, body ...any) {
		t.Helper()
		if err := from.Emit(path, of+"."+member, body...); err != nil {
			t.Fatal(err)
		}
		for _, name := range everybody {
			if strings.HasPrefix(name, ":") {
				from.Send(signalTo(name, path, of, member, body...), make(chan *dbus.Call, 1))
			}
		}
		// The bus has passed on what it was sent before it answers.
		if err := from.BusObject().Call("org.freedesktop.DBus.GetId", 0).Err; err != nil {
			t.Fatal(err)
		}
	}
	lie(liar, managerPath, manager, "PrepareForSleep", true)
	lie(liar, ours, session, "Lock")
	lie(liar, ours, property, "PropertiesChanged", session, map[string]dbus.Variant{"LockedHint": dbus.MakeVariant(true)}, []string{})
	lie(liar, "/", "org.gnome.ScreenSaver", "ActiveChanged", true)
	lie(liar, "/org/freedesktop/DBus", "org.freedesktop.DBus", "NameOwnerChanged", login1, "", liar.Names()[0])
	lie(liar, managerPath, manager, "PrepareForSleep", true)
	// One who owns a name is not the owner of another.
	lie(saver, managerPath, manager, "PrepareForSleep", true)
	lie(saver, "/", "org.mate.ScreenSaver", "ActiveChanged", true)
	lie(f.conn, "/", "org.gnome.ScreenSaver", "ActiveChanged", true)

	w.quiet(func() { f.emit(ours, session+".Lock") })
	w.quiet(func() {
		if err := saver.Emit("/", "org.gnome.ScreenSaver.ActiveChanged", true); err != nil {
			t.Fatal(err)
		}
	})
	if !isHeld(t, f.lock(0)) || f.timesAsked() != 1 {
		t.Error("the delay lock is another one")
	}
}

// signalTo is a signal to one connection.
func signalTo(to string, path dbus.ObjectPath, of, member string, body ...any) *dbus.Message {
	message := &dbus.Message{Type: dbus.TypeSignal, Headers: map[dbus.HeaderField]dbus.Variant{
		dbus.FieldDestination: dbus.MakeVariant(to),
		dbus.FieldPath:        dbus.MakeVariant(path),
		dbus.FieldInterface:   dbus.MakeVariant(of),
		dbus.FieldMember:      dbus.MakeVariant(member),
	}, Body: body}
	if len(body) > 0 {
		message.Headers[dbus.FieldSignature] = dbus.MakeVariant(dbus.SignatureOf(body...))
	}
	return message
}
