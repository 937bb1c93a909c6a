package away_test

import (
	"errors"
	"io"
	"os"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"

	"github.com/bento-cred/bento-cred/internal/noticetest"
)

// The names of org.freedesktop.login1(5), as a test writes them.
const (
	login1      = "org.freedesktop.login1"
	managerPath = dbus.ObjectPath("/org/freedesktop/login1")
	manager     = login1 + ".Manager"
	session     = login1 + ".Session"
	property    = "org.freedesktop.DBus.Properties"

	ours     = managerPath + "/session/_31"
	another  = managerPath + "/session/c2"
	theirs   = managerPath + "/session/_33"
	unknown  = managerPath + "/session/_34"
	strange  = managerPath + "/session/_35" // what it is asked, it answers with nonsense
	ourUID   = 4711
	theirUID = 4712
)

// fakeLogind is a logind in a few lines. Its delay locks are pipes, as logind's are.
type fakeLogind struct {
	t    *testing.T
	conn *dbus.Conn
	// answer is what it does when asked for the delay lock of that number, from 0, before
	// it gives one; nil gives one at once. An error is its answer.
	answer func(number int) *dbus.Error

	mu    sync.Mutex // guards what is below
	asked [][4]string
	locks []*os.File // the ends of the pipes that end when the locks are let go
}

// newLogind starts a logind on a bus.
func newLogind(t *testing.T, b *noticetest.Bus, answer func(int) *dbus.Error) *fakeLogind {
	t.Helper()
	f := &fakeLogind{t: t, conn: b.Connect(), answer: answer}
	if err := f.conn.Export(f, managerPath, manager); err != nil {
		t.Fatal(err)
	}
	users := map[dbus.ObjectPath]any{
		ours: user{ourUID, "/"}, another: user{ourUID, "/"}, theirs: user{theirUID, "/"}, strange: "root",
	}
	for path, value := range users {
		if err := f.conn.Export(fakeSession{value}, path, property); err != nil {
			t.Fatal(err)
		}
	}
	if reply, err := f.conn.RequestName(login1, dbus.NameFlagDoNotQueue); err != nil || reply != dbus.RequestNameReplyPrimaryOwner {
		t.Fatalf("owning the name: %v, %v", reply, err)
	}
	return f
}

// user is logind's property User.
type user struct {
	UID  uint32
	Path dbus.ObjectPath
}

// fakeSession is a session that has one property, and many signals.
type fakeSession struct{ user any }

// Get is a method of org.freedesktop.DBus.Properties.
func (s fakeSession) Get(of, name string) (dbus.Variant, *dbus.Error) {
	if of != session || name != "User" {
		return dbus.Variant{}, dbus.NewError("org.freedesktop.DBus.Error.UnknownProperty", nil)
	}
	return dbus.MakeVariant(s.user), nil
}

// Inhibit is a method of logind's. It sends the answer itself, to know when it is gone and
// the lock is the asker's alone; the empty one that the library sends then comes too late.
func (f *fakeLogind) Inhibit(m dbus.Message, sender dbus.Sender, what, who, why, mode string) *dbus.Error {
	f.mu.Lock()
	number := len(f.asked)
	f.asked = append(f.asked, [4]string{what, who, why, mode})
	f.mu.Unlock()
	if f.answer != nil {
		if err := f.answer(number); err != nil {
			return err
		}
	}
	reader, writer, err := os.Pipe()
	if err != nil {
		return dbus.MakeFailedError(err)
	}
	fd := dbus.UnixFD(writer.Fd())
	f.conn.Send(&dbus.Message{Type: dbus.TypeMethodReply, Headers: map[dbus.HeaderField]dbus.Variant{
		dbus.FieldDestination: dbus.MakeVariant(string(sender)),
		dbus.FieldReplySerial: dbus.MakeVariant(m.Serial()),
		dbus.FieldSignature:   dbus.MakeVariant(dbus.SignatureOf(fd)),
	}, Body: []any{fd}}, make(chan *dbus.Call, 1))
	_ = writer.Close()
	f.mu.Lock()
	defer f.mu.Unlock()
	f.locks = append(f.locks, reader)
	return nil
}

// emit sends a signal to whoever subscribed to it.
func (f *fakeLogind) emit(path dbus.ObjectPath, name string, body ...any) {
	f.t.Helper()
	if err := f.conn.Emit(path, name, body...); err != nil {
		f.t.Fatal(err)
	}
}

// sleep says that the computer goes to sleep, or has woken up.
func (f *fakeLogind) sleep(begins bool) {
	f.t.Helper()
	f.emit(managerPath, manager+".PrepareForSleep", begins)
}

// lockedHint says what a desktop told.
func (f *fakeLogind) lockedHint(path dbus.ObjectPath, hint any) {
	f.t.Helper()
	f.emit(path, property+".PropertiesChanged", session,
		map[string]dbus.Variant{"LockedHint": dbus.MakeVariant(hint)}, []string{})
}

// lock returns the lock of that number when it is given.
func (f *fakeLogind) lock(number int) *os.File {
	f.t.Helper()
	var lock *os.File
	noticetest.Eventually(f.t, "a delay lock is taken", func() bool {
		f.mu.Lock()
		defer f.mu.Unlock()
		if number >= len(f.locks) {
			return false
		}
		lock = f.locks[number]
		return true
	})
	f.t.Cleanup(func() { _ = lock.Close() })
	return lock
}

// timesAsked returns how often it was asked for a lock.
func (f *fakeLogind) timesAsked() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.asked)
}

// requests returns what it was asked.
func (f *fakeLogind) requests() [][4]string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.asked)
}

// isHeld reports whether somebody holds a lock.
func isHeld(t *testing.T, lock *os.File) bool {
	t.Helper()
	if err := lock.SetReadDeadline(time.Now().Add(20 * time.Millisecond)); err != nil {
		t.Error(err)
	}
	_, err := lock.Read(make([]byte, 1))
	if err == nil || !errors.Is(err, io.EOF) && !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("looking at the lock: %v", err)
	}
	return errors.Is(err, os.ErrDeadlineExceeded)
}

// isLetGo waits until nobody holds a lock.
func isLetGo(t *testing.T, lock *os.File) {
	t.Helper()
	noticetest.Eventually(t, "the delay lock is let go", func() bool { return !isHeld(t, lock) })
}
