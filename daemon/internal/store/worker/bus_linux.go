package worker

import (
	"errors"
	"io"

	"github.com/godbus/dbus/v5"

	"github.com/bento-cred/bento-cred/internal/dbusenv"
)

// bus is the guards' own connection to the session bus. It is not the library's, which
// speaks through a release of godbus that knows neither match rules nor deadlines.
type bus struct{ conn *dbus.Conn }

// connect connects, if that has not been done. A connection that broke is Lost, and
// stays so: the library's is broken too then, and cannot be mended in this process.
func (b *bus) connect() error {
	if b.conn != nil {
		if !b.conn.Connected() {
			return &CallError{Lost, "the D-Bus session bus went away"}
		}
		return nil
	}
	address := dbusenv.Address()
	if address == dbusenv.Nowhere {
		return &CallError{Absent, "there is no D-Bus session bus here"}
	}
	conn, err := dbus.Connect(address)
	if err != nil {
		return faultf(Absent, "connecting to the D-Bus session bus: %v", err)
	}
	b.conn = conn
	return nil
}

// owner returns the unique name of the program that has a well-known name, or "".
func (b *bus) owner(name string) (string, error) {
	var unique string
	err := b.conn.BusObject().Call("org.freedesktop.DBus.GetNameOwner", 0, name).Store(&unique)
	if err != nil && codeOf(busError(err)) == Absent {
		return "", nil
	}
	return unique, busError(err)
}

// busError turns an error of a call on the bus into a CallError.
func busError(err error) error {
	if err == nil {
		return nil
	}
	if code, known := systemFault(err); errors.Is(err, dbus.ErrClosed) || errors.Is(err, io.EOF) || known && code == Lost {
		return &CallError{Lost, "the D-Bus session bus went away"}
	}
	var answer dbus.Error
	if errors.As(err, &answer) {
		if code, known := nameFault(answer.Name); known {
			return &CallError{code, err.Error()}
		}
	}
	return &CallError{Failed, err.Error()}
}
