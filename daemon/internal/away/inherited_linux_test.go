package away_test

import (
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/bento-cred/bento-cred/daemon/internal/away"
	"github.com/bento-cred/bento-cred/internal/noticetest"
)

// TestTheLockIsNotInherited: a program that the daemon starts would hold it for as long as
// it runs, and each sleep would be late.
func TestTheLockIsNotInherited(t *testing.T) {
	t.Parallel()
	b := noticetest.NewBus(t)
	f := newLogind(t, b, nil)
	w := newWatcher(t, away.Config{System: at(b.Address)}, away.Wanted{Sleep: true}, nil)
	w.holds(1)
	pipe, err := os.Readlink(filepath.Join("/proc/self/fd", strconv.Itoa(int(f.lock(0).Fd()))))
	if err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	ends := 0
	for _, entry := range entries {
		if target, err := os.Readlink(filepath.Join("/proc/self/fd", entry.Name())); err != nil || target != pipe {
			continue
		}
		ends++
		fd, err := strconv.Atoi(entry.Name())
		if err != nil {
			t.Fatal(err)
		}
		if flags, err := unix.FcntlInt(uintptr(fd), unix.F_GETFD, 0); err != nil || flags&unix.FD_CLOEXEC == 0 {
			t.Errorf("flags %#x, %v", flags, err)
		}
	}
	if ends != 2 {
		t.Errorf("%d ends of the pipe are open, want the test's and the lock", ends)
	}
}
