//go:build !darwin && !windows

package away

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/godbus/dbus/v5"
)

// The names of org.freedesktop.login1(5).
const (
	login1            = "org.freedesktop.login1"
	login1Path        = dbus.ObjectPath("/org/freedesktop/login1")
	interfaceManager  = login1 + ".Manager"
	interfaceSession  = login1 + ".Session"
	interfaceProperty = "org.freedesktop.DBus.Properties"

	signalSleep    = interfaceManager + ".PrepareForSleep"
	signalLock     = interfaceSession + ".Lock"
	signalProperty = interfaceProperty + ".PropertiesChanged"
)

// logind is systemd's login manager, on the system bus.
type logind struct {
	uid    int
	wanted Wanted
	leave  func(Reason)
	log    *slog.Logger

	lock     *delayLock         // nil while there is none
	taking   context.CancelFunc // ends the taking of one; nil before the first
	sleeping bool               // between the two signals of a sleep
}

// names implements source.
func (*logind) names() []string { return []string{login1} }

// rules implements source.
func (d *logind) rules() [][]dbus.MatchOption {
	var rules [][]dbus.MatchOption
	from := func(name, member string, more ...dbus.MatchOption) {
		rules = append(rules, append(more,
			dbus.WithMatchSender(login1), dbus.WithMatchInterface(name), dbus.WithMatchMember(member)))
	}
	if d.wanted.Sleep {
		from(interfaceManager, "PrepareForSleep")
	}
	if d.wanted.Screen {
		from(interfaceSession, "Lock")
		from(interfaceProperty, "PropertiesChanged", dbus.WithMatchArg(0, interfaceSession))
	}
	return rules
}

// met implements source.
func (d *logind) met(l *line, _ string) {
	d.sleeping = false
	d.take(l)
}

// heard implements source.
func (d *logind) heard(l *line, signal *dbus.Signal) {
	if !l.from(login1, signal) {
		return
	}
	switch signal.Name {
	case signalSleep:
		if sleeps, isBool := argument[bool](signal, 0); isBool && d.wanted.Sleep {
			d.sleep(l, sleeps)
		}
	case signalLock:
		d.locked(l, signal.Path)
	case signalProperty:
		of, _ := argument[string](signal, 0)
		changed, _ := argument[map[string]dbus.Variant](signal, 1)
		if hint, _ := changed["LockedHint"].Value().(bool); hint && of == interfaceSession {
			d.locked(l, signal.Path)
		}
	}
}

// ended implements source.
func (d *logind) ended() {
	d.drop()
	d.sleeping = false
}

// sleep is called when the computer goes to sleep, and when it is awake again.
func (d *logind) sleep(l *line, sleeps bool) {
	d.sleeping = sleeps
	if !sleeps {
		d.take(l)
		return
	}
	d.leave(Sleeps)
	d.drop()
}

// take has a delay lock taken, in place of the one there is.
func (d *logind) take(l *line) {
	if !d.wanted.Sleep {
		return
	}
	if d.taking != nil {
		d.taking()
	}
	ctx, cancel := context.WithCancel(l.life)
	d.taking = cancel
	owner := l.owners[login1]
	l.ask(func() func() {
		lock, err := newDelayLock(ctx, l.address, owner)
		return func() {
			switch {
			case lock == nil && ctx.Err() == nil:
				d.log.Debug("the computer will not wait with its sleep", "error", err)
			case lock == nil:
			case ctx.Err() != nil || d.sleeping:
				// Another is on its way, the line is down, or the computer is falling
				// asleep already and would only be kept awake.
				lock.release()
			default:
				d.drop()
				d.lock = lock
				d.log.Debug("the computer waits with its sleep until secrets are put away")
			}
			cancel()
		}
	})
}

// drop lets go of the lock there is.
func (d *logind) drop() {
	if d.lock != nil {
		d.lock.release()
		d.lock = nil
	}
}

// locked is called with a session whose screen was locked.
func (d *logind) locked(l *line, session dbus.ObjectPath) {
	if !d.wanted.Screen {
		return
	}
	object := l.conn.Object(l.owners[login1], session)
	l.ask(func() func() {
		uid, err := userOf(l.life, object)
		return func() {
			switch {
			case err != nil:
				d.log.Debug("a screen was locked, nobody knows whose", "error", err)
			case uid == d.uid:
				d.leave(Locked)
			}
		}
	})
}

// userOf returns whose a session is.
func userOf(ctx context.Context, session dbus.BusObject) (int, error) {
	ctx, cancel := context.WithTimeout(ctx, answerTime)
	defer cancel()
	var value dbus.Variant
	call := session.CallWithContext(ctx, interfaceProperty+".Get", dbus.FlagNoAutoStart, interfaceSession, "User")
	if err := call.Store(&value); err != nil {
		return 0, fmt.Errorf("asking logind whose %q is: %w", session.Path(), err)
	}
	var user struct {
		UID  uint32
		Path dbus.ObjectPath
	}
	if err := value.Store(&user); err != nil {
		return 0, fmt.Errorf("reading whose %q is: %w", session.Path(), err)
	}
	return int(user.UID), nil
}
