package notice_test

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"

	"github.com/bento-cred/bento-cred/daemon/internal/notice"
	"github.com/bento-cred/bento-cred/internal/noticetest"
)

// TestServerRestarted: a new server counts from 1 again, and what has an old number is
// somebody else's now.
func TestServerRestarted(t *testing.T) {
	t.Parallel()
	b := noticetest.NewBus(t)
	d := newDesk(t, notice.Config{Address: at(b.Address)})
	first := noticetest.NewFake(t, b, "actions")
	mustShow(t, d, expiring("prod", "a"))
	mustShow(t, d, expiring("staging", "a"))
	first.Leave()
	if err := d.Show(t.Context(), expiring("prod", "b")); !errors.Is(err, notice.ErrNotPossible) {
		t.Errorf("without a server: %v", err)
	}
	if err := d.Withdraw(t.Context(), "staging"); err != nil {
		t.Errorf("Withdraw without a server = %v", err)
	}
	second := noticetest.NewFake(t, b)
	other := b.Connect().Object(noticetest.Service, noticetest.Path)
	hints := map[string]dbus.Variant{}
	if err := other.Call(noticetest.Service+".Notify", 0, "other", uint32(0), "", "", "", []string{}, hints, int32(0)).Err; err != nil {
		t.Fatal(err)
	}
	mustShow(t, d, expiring("prod", "c"))
	if got := second.Last(); got.Replaces != 0 || got.ID != 2 || len(got.Actions) != 0 {
		t.Errorf("told %+v; want a new notice, without buttons", got)
	}
}

// TestNotPossible is quick about it, and leaves no bus behind.
func TestNotPossible(t *testing.T) {
	t.Parallel()
	b := noticetest.NewBus(t)
	gone := noticetest.NewBus(t)
	gone.Daemon.Kill()
	broken := noticetest.NewBus(t)
	broken.Write("n.service", "[D-BUS Service]\nName="+noticetest.Service+"\nExec=/bin/false\n")
	broken.Daemon.Signal(t, syscall.SIGHUP) // it reads what services there are
	for name, address := range map[string]string{
		"no address":               "",
		"nowhere":                  "disabled:",
		"autolaunch":               "autolaunch:",
		"the bus is gone":          gone.Address,
		"no server on the bus":     b.Address,
		"the server does not come": broken.Address,
	} {
		d := newDesk(t, notice.Config{Address: at(address)})
		begun := time.Now()
		if err := d.Show(t.Context(), notice.Notice{Title: "a"}); !errors.Is(err, notice.ErrNotPossible) {
			t.Errorf("%s: Show = %v", name, err)
		}
		if took := time.Since(begun); took > 2*time.Second {
			t.Errorf("%s: it took %s to say so", name, took)
		}
	}
}

// TestServerIsStarted has the bus start the noticetest.Server, as desktops do.
func TestServerIsStarted(t *testing.T) {
	t.Parallel()
	b := noticetest.NewBus(t)
	b.Write("n.service", "[D-BUS Service]\nName="+noticetest.Service+"\nExec=/bin/sh -c 'echo >>"+b.Dir+"/started; sleep 60'\n")
	b.Daemon.Kill()
	b.Start() // it knows the service from its start
	d := newDesk(t, notice.Config{Address: at(b.Address), Timeout: 10 * time.Second})
	result := make(chan error, 1)
	go func() { result <- d.Show(t.Context(), notice.Notice{Title: "a"}) }()
	noticetest.Eventually(t, "the bus starts the server", func() bool {
		_, err := os.Stat(b.Dir + "/started")
		return err == nil
	})
	f := noticetest.NewFake(t, b) // in its stead
	if err := <-result; err != nil || f.Up() != 1 {
		t.Errorf("Show = %v, %d up", err, f.Up())
	}
}

func TestBusRestarted(t *testing.T) {
	t.Parallel()
	b := noticetest.NewBus(t)
	noticetest.NewFake(t, b, "actions")
	d := newDesk(t, notice.Config{Address: at(b.Address)})
	mustShow(t, d, expiring("prod", "a"))
	for range 2 {
		b.Daemon.Kill()
		if err := d.Show(t.Context(), expiring("prod", "b")); err == nil {
			t.Error("shown without a bus")
		}
		if err := d.Withdraw(t.Context(), "prod"); err != nil {
			t.Errorf("Withdraw without a bus = %v", err)
		}
		b.Start()
		f := noticetest.NewFake(t, b, "actions")
		mustShow(t, d, expiring("prod", "c"))
		if f.Last().Replaces != 0 {
			t.Errorf("told %+v, want a new notice", f.Last())
		}
		f.Click()
		if got := <-d.Actions(); got.Key != "prod" {
			t.Errorf("chosen is %+v", got)
		}
	}
}

// TestNothingHangs stops the bus, and has a server that does not answer: several that
// show something at once all get their error in time.
func TestNothingHangs(t *testing.T) {
	t.Parallel()
	const timeout = 300 * time.Millisecond
	tests := map[string]func(t *testing.T, b *noticetest.Bus, d *notice.Desk) (mend func()){
		"stopped bus, not connected yet": func(t *testing.T, b *noticetest.Bus, _ *notice.Desk) func() {
			b.Daemon.Signal(t, syscall.SIGSTOP)
			return func() { b.Daemon.Signal(t, syscall.SIGCONT); noticetest.NewFake(t, b) }
		},
		"stopped bus, connected": func(t *testing.T, b *noticetest.Bus, d *notice.Desk) func() {
			noticetest.NewFake(t, b)
			mustShow(t, d, notice.Notice{Title: "a"})
			b.Daemon.Signal(t, syscall.SIGSTOP)
			return func() { b.Daemon.Signal(t, syscall.SIGCONT) }
		},
		"server that does not answer": func(t *testing.T, b *noticetest.Bus, _ *notice.Desk) func() {
			f := noticetest.NewMute(t, b)
			return func() { f.Leave(); noticetest.NewFake(t, b) }
		},
	}
	for name, breakIt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := noticetest.NewBus(t)
			d := newDesk(t, notice.Config{Address: at(b.Address), Timeout: timeout})
			mend := breakIt(t, b, d)
			begun := time.Now()
			var all sync.WaitGroup
			for range 5 {
				all.Go(func() {
					if err := d.Show(t.Context(), notice.Notice{Title: "a"}); !errors.Is(err, context.DeadlineExceeded) {
						t.Errorf("Show = %v", err)
					}
				})
			}
			all.Wait()
			if took := time.Since(begun); took > timeout+2*time.Second {
				t.Errorf("it took %s", took)
			}
			mend()
			noticetest.Eventually(t, "a notice is shown again", func() bool { return d.Show(t.Context(), notice.Notice{Title: "b"}) == nil })
		})
	}
}

// TestLateConnectionsAreLeft: one that timed out is not kept, be it half made or whole.
func TestLateConnectionsAreLeft(t *testing.T) {
	t.Parallel()
	const timeout = 100 * time.Millisecond
	b := noticetest.NewBus(t)
	mute := noticetest.NewMute(t, b)
	if err := newDesk(t, notice.Config{Address: at(b.Address), Timeout: timeout}).Show(t.Context(), notice.Notice{}); err == nil {
		t.Error("shown by a server that does not answer")
	}
	sender, object := <-mute.Asked, b.Connect().BusObject()
	noticetest.Eventually(t, "the desk leaves the bus", func() bool {
		there := true
		err := object.Call("org.freedesktop.DBus.NameHasOwner", 0, string(sender)).Store(&there)
		return err == nil && !there
	})

	silent, err := net.Listen("unix", filepath.Join(b.Dir, "silent"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = silent.Close() }()
	d := newDesk(t, notice.Config{Address: at("unix:path=" + silent.Addr().String()), Timeout: timeout})
	if err := d.Show(t.Context(), notice.Notice{}); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Show on a bus that says nothing = %v", err)
	}
	conn, err := silent.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	if err := conn.SetDeadline(time.Now().Add(10 * time.Second)); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadAll(conn); err != nil {
		t.Errorf("the desk stays connected: %v", err)
	}
}

func TestClose(t *testing.T) {
	t.Parallel()
	b := noticetest.NewBus(t)
	noticetest.NewMute(t, b)
	d := notice.New(notice.Config{Address: at(b.Address), Timeout: time.Minute})
	result := make(chan error, 1)
	go func() { result <- d.Show(t.Context(), notice.Notice{Title: "a"}) }()
	time.Sleep(100 * time.Millisecond) // it hangs by now
	d.Close()
	if err := <-result; !errors.Is(err, notice.ErrClosed) {
		t.Errorf("Show, cut off by Close = %v", err)
	}
	if err := d.Show(t.Context(), notice.Notice{Title: "a"}); !errors.Is(err, notice.ErrClosed) {
		t.Errorf("Show after Close = %v", err)
	}
	if _, open := <-d.Actions(); open {
		t.Error("Actions is not closed")
	}
	d.Close()
}

// TestCloseWithAnActionNobodyTakes must not wait for somebody to.
func TestCloseWithAnActionNobodyTakes(t *testing.T) {
	t.Parallel()
	b := noticetest.NewBus(t)
	f := noticetest.NewFake(t, b, "actions")
	d := notice.New(notice.Config{Address: at(b.Address)})
	mustShow(t, d, expiring("prod", "a"))
	f.Click()
	time.Sleep(100 * time.Millisecond) // it is on offer by now
	mustShow(t, d, expiring("prod", "b"))
	d.Close()
	if got, open := <-d.Actions(); open {
		t.Errorf("chosen is %+v after Close", got)
	}
}
