package worker

import (
	"errors"
	"io"
	"strings"
	"syscall"

	librarybus "github.com/godbus/dbus"
)

// busFault returns what an error from the bus means. The library speaks through an old
// release of godbus, whose errors are of a type of its own.
func busFault(err error) (Code, bool) {
	if errors.Is(err, librarybus.ErrClosed) || errors.Is(err, io.EOF) {
		return Lost, true
	}
	var answer librarybus.Error
	if !errors.As(err, &answer) {
		return OK, false
	}
	return nameFault(answer.Name)
}

// nameFault returns what an error of this D-Bus name means.
func nameFault(name string) (Code, bool) {
	switch name {
	case "org.freedesktop.Secret.Error.IsLocked":
		return Locked, true
	case "org.freedesktop.DBus.Error.ServiceUnknown", "org.freedesktop.DBus.Error.NameHasNoOwner":
		return Absent, true
	case "org.freedesktop.DBus.Error.NoReply", "org.freedesktop.DBus.Error.Disconnected",
		"org.freedesktop.Secret.Error.NoSession":
		return Lost, true
	}
	return Absent, strings.HasPrefix(name, "org.freedesktop.DBus.Error.Spawn.")
}

// systemFault returns what an error of the kernel means: of its key service, or of the
// socket of a bus that has just died.
func systemFault(err error) (Code, bool) {
	var number syscall.Errno
	if !errors.As(err, &number) {
		return OK, false
	}
	switch number {
	case syscall.EDQUOT:
		return TooLarge, true
	case syscall.EACCES, syscall.EPERM:
		return Denied, true
	case syscall.ENOSYS:
		return Absent, true
	case syscall.EPIPE, syscall.ECONNRESET, syscall.ENOTCONN:
		return Lost, true
	}
	return OK, false
}
