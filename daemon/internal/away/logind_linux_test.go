package away_test

import (
	"io"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"

	"github.com/bento-cred/bento-cred/internal/noticetest"
)

// logind is a login manager that does as little as systemd's has to for us.
type logind struct {
	conn *dbus.Conn

	mu    sync.Mutex
	held  []*os.File // guarded by mu; our ends of the delay locks
	mute  bool       // guarded by mu; it takes nobody's lock
	asked int        // guarded by mu
}

// Inhibit is the manager's method.
func (l *logind) Inhibit(what, _, _, mode string) (dbus.UnixFD, *dbus.Error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.asked++
	if l.mute || what != "sleep" || mode != "delay" {
		return 0, dbus.NewError("org.freedesktop.DBus.Error.AccessDenied", nil)
	}
	ours, lock, err := os.Pipe()
	if err != nil {
		return 0, dbus.MakeFailedError(err)
	}
	l.held = append(l.held, ours)
	fd := dbus.UnixFD(lock.Fd())
	time.AfterFunc(time.Second, func() { _ = lock.Close() }) // the library sends it and keeps ours open
	return fd, nil
}

// released reports whether the last lock was let go of.
func (l *logind) released() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	last := l.held[len(l.held)-1]
	_ = last.SetReadDeadline(time.Now().Add(10 * time.Millisecond))
	_, err := last.Read(make([]byte, 1))
	return err == io.EOF
}

func (l *logind) locks() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.held)
}

// user are a session's properties.
type user struct{ uid uint32 }

// Get is a method of org.freedesktop.DBus.Properties.
func (u user) Get(_, _ string) (dbus.Variant, *dbus.Error) {
	return dbus.MakeVariant(struct {
		UID  uint32
		Path dbus.ObjectPath
	}{u.uid, "/org/freedesktop/login1/user/x"}), nil
}

// newLogind puts a login manager on a bus, with a session of ours and one of somebody else.
func newLogind(t *testing.T, bus *noticetest.Bus) *logind {
	t.Helper()
	conn, err := dbus.Connect(bus.Address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	l := &logind{conn: conn}
	for _, export := range []struct {
		methods any
		path    dbus.ObjectPath
		name    string
	}{
		{l, "/org/freedesktop/login1", login1 + ".Manager"},
		{user{uint32(os.Getuid())}, mine, "org.freedesktop.DBus.Properties"},
		{user{uint32(os.Getuid()) + 1}, theirs, "org.freedesktop.DBus.Properties"},
	} {
		if err := conn.Export(export.methods, export.path, export.name); err != nil {
			t.Fatal(err)
		}
	}
	if reply, err := conn.RequestName(login1, dbus.NameFlagDoNotQueue); err != nil || reply != dbus.RequestNameReplyPrimaryOwner {
		t.Fatalf("taking the name: %v, %v", reply, err)
	}
	return l
}

func (l *logind) emit(t *testing.T, path dbus.ObjectPath, name string, values ...any) {
	t.Helper()
	if err := l.conn.Emit(path, name, values...); err != nil {
		t.Fatal(err)
	}
}
