package daemon_test

import (
	"errors"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"

	"github.com/bento-cred/bento-cred/daemon"
	"github.com/bento-cred/bento-cred/internal/noticetest"
	"github.com/bento-cred/bento-cred/ipc"
)

// TestSleepLocks: where the settings say so, a daemon that is told of sleep is locked.
func TestSleepLocks(t *testing.T) {
	t.Parallel()
	bus := noticetest.NewBus(t)
	conn, err := dbus.Connect(bus.Address)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	if _, err := conn.RequestName("org.freedesktop.login1", dbus.NameFlagDoNotQueue); err != nil {
		t.Fatal(err)
	}
	h := furnish(t, func(h *house) {
		h.config.SystemBus = func() string { return bus.Address }
		h.cloud = newCloud(t)
	})
	h.login("default")
	sleeps := func() {
		if err := conn.Emit("/org/freedesktop/login1", "org.freedesktop.login1.Manager.PrepareForSleep", true); err != nil {
			t.Fatal(err)
		}
	}
	sleeps()
	if _, err := h.Credential(t.Context(), ipc.Request{}); err != nil {
		t.Fatalf("where the settings say nothing: %v", err)
	}
	h.writeConfig("[lock]\nsleep = true\n")
	for late := time.Now().Add(30 * time.Second); ; {
		sleeps()
		select {
		case err := <-h.done:
			if !errors.Is(err, daemon.ErrLocked) {
				t.Errorf("Run: %v, want ErrLocked", err)
			}
			h.writeConfig("")
			h.start()
			if _, err := h.Credential(t.Context(), ipc.Request{}); !errors.Is(err, ipc.Locked) {
				t.Errorf("after the sleep: error %v, want locked", err)
			}
			return
		case <-time.After(50 * time.Millisecond):
			if time.Now().After(late) {
				t.Fatal("it is not locked")
			}
		}
	}
}
