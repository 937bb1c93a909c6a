package away

import (
	"context"
	"fmt"
	"log/slog"
	"os"

	"github.com/godbus/dbus/v5"
)

// The names of systemd-logind; org.freedesktop.login1(5).
const (
	login1     = "org.freedesktop.login1"
	login1Path = dbus.ObjectPath("/org/freedesktop/login1")
	manager    = login1 + ".Manager"
	session    = login1 + ".Session"
	properties = "org.freedesktop.DBus.Properties"

	signalSleep   = manager + ".PrepareForSleep"
	signalLock    = session + ".Lock"
	signalChanged = properties + ".PropertiesChanged"
)

// logind is systemd's login manager as a source.
type logind struct {
	uid    int
	wanted Wanted
	leave  func(Reason)
	log    *slog.Logger
	delay  *os.File // the lock that has it wait with the sleep; nil: none is held
}

// subscribe implements source.
func (l *logind) subscribe(ctx context.Context, conn *dbus.Conn) error {
	var matches [][]dbus.MatchOption
	from := func(options ...dbus.MatchOption) {
		matches = append(matches, append(options, dbus.WithMatchSender(login1)))
	}
	if l.wanted.Sleep {
		from(dbus.WithMatchInterface(manager), dbus.WithMatchMember("PrepareForSleep"))
	}
	if l.wanted.Screen {
		from(dbus.WithMatchInterface(session), dbus.WithMatchMember("Lock"))
		from(dbus.WithMatchInterface(properties), dbus.WithMatchMember("PropertiesChanged"), dbus.WithMatchArg(0, session))
	}
	for _, match := range matches {
		if err := conn.AddMatchSignalContext(ctx, match...); err != nil {
			return fmt.Errorf("subscribing to logind's signals: %w", err)
		}
	}
	if l.wanted.Sleep {
		l.hold(ctx, conn)
	}
	return nil
}

// hold takes the lock that has logind wait before the computer sleeps. Without it, sleep is
// told of all the same, and what is done first is a race.
func (l *logind) hold(ctx context.Context, conn *dbus.Conn) {
	ctx, cancel := context.WithTimeout(ctx, answerTime)
	defer cancel()
	var fd dbus.UnixFD
	call := conn.Object(login1, login1Path).CallWithContext(ctx, manager+".Inhibit", 0,
		"sleep", "bento-cred", "forgetting the tokens", "delay")
	l.release()
	if err := call.Store(&fd); err != nil {
		l.log.Info("the computer will not wait with its sleep", "error", err)
		return
	}
	l.delay = os.NewFile(uintptr(fd), "delay lock")
}

// release lets the computer sleep.
func (l *logind) release() {
	if l.delay != nil {
		_ = l.delay.Close() // nothing was written to it
		l.delay = nil
	}
}

// close implements source.
func (l *logind) close() { l.release() }

// hear implements source.
func (l *logind) hear(ctx context.Context, conn *dbus.Conn, signal *dbus.Signal) {
	switch signal.Name {
	case signalSleep:
		begins, ok := first[bool](signal)
		switch {
		case ok && begins:
			l.leave(Sleeps)
			l.release()
		case ok:
			l.hold(ctx, conn)
		}
	case signalLock:
		if l.ours(ctx, conn, signal.Path) {
			l.leave(Locked)
		}
	case signalChanged:
		if len(signal.Body) < 2 {
			return
		}
		changed, _ := signal.Body[1].(map[string]dbus.Variant)
		hint, _ := changed["LockedHint"].Value().(bool)
		if hint && l.ours(ctx, conn, signal.Path) {
			l.leave(Locked)
		}
	}
}

// ours reports whether a session is the person's. One that is not told of is not.
func (l *logind) ours(ctx context.Context, conn *dbus.Conn, path dbus.ObjectPath) bool {
	ctx, cancel := context.WithTimeout(ctx, answerTime)
	defer cancel()
	var user dbus.Variant
	if err := conn.Object(login1, path).CallWithContext(ctx, properties+".Get", 0, session, "User").Store(&user); err != nil {
		return false
	}
	fields, _ := user.Value().([]any) // the uid, and the path of the user's object
	if len(fields) == 0 {
		return false
	}
	uid, ok := fields[0].(uint32)
	return ok && int(uid) == l.uid
}

// first returns what a signal begins with.
func first[T any](signal *dbus.Signal) (T, bool) {
	var value T
	if len(signal.Body) == 0 {
		return value, false
	}
	value, ok := signal.Body[0].(T)
	return value, ok
}
