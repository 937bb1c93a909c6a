package store_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/bento-cred/bento-cred/daemon/internal/store"
	"github.com/bento-cred/bento-cred/daemon/internal/store/storetest"
	"github.com/bento-cred/bento-cred/internal/credential"
)

// noPassphrase is for keychains that ask their owner themselves.
var noPassphrase credential.Secret

func TestSecretService(t *testing.T) {
	t.Parallel()
	d := newDesktop(t)
	d.keyring()
	storetest.TestStore(t, func(t *testing.T) store.Store { return openReady(t, d.config(store.SecretService)) })
}

func TestSecretServiceIsChosenAndRemembered(t *testing.T) {
	t.Parallel()
	d := newDesktop(t)
	daemon, gone := d.keyring()
	config := d.config(store.Auto)
	k := openReady(t, config)
	if r := k.Report(); r.Backend != store.SecretService || r.Choice.Backend != store.SecretService || r.Choice.ID == "" {
		t.Fatalf("Report = %+v", r)
	}
	put(t, k, "prod", "value")
	// Another program of the kind keeps its items in the same collection.
	other := config
	other.Service, other.Dir = "someone-else", filepath.Join(t.TempDir(), "other")
	stranger := openReady(t, other)
	put(t, stranger, "theirs", "x")
	if names, err := k.List(t.Context()); err != nil || strings.Join(names, " ") != "prod" {
		t.Errorf("List = %q, %v", names, err)
	}

	// What was chosen is not there at the next start: no other store is taken.
	end(daemon, gone)
	k = reopen(t, k, config)
	if names, err := k.List(t.Context()); !errors.Is(err, store.ErrAbsent) {
		t.Errorf("List without the remembered keychain = %q, %v; want ErrAbsent", names, err)
	}
	if _, err := os.Stat(filepath.Join(config.Dir, "items.keyfile")); err == nil {
		t.Error("a file store was made in its place")
	}
	d.keyring()
	wantValue(t, k, "prod", "value")
}

// TestSecretServiceLocked: the library lists a locked collection as an empty one, or
// stands still in a prompt that nobody sees (bugs 3, 6 and 8).
func TestSecretServiceLocked(t *testing.T) {
	t.Parallel()
	d := newDesktop(t)
	d.keyring()
	config := d.config(store.SecretService)
	k := openReady(t, config)
	put(t, k, "prod", "value")
	d.lock()
	wantLocked := func(k *store.Keychain) {
		t.Helper()
		begun := time.Now()
		_, getErr := k.Get(t.Context(), "prod")
		_, listErr := k.List(t.Context())
		for call, err := range map[string]error{
			"Get": getErr, "List": listErr,
			"Put": k.Put(t.Context(), "prod", []byte("x")), "Delete": k.Delete(t.Context(), "prod"),
		} {
			if !errors.Is(err, store.ErrLocked) {
				t.Errorf("%s = %v, want ErrLocked", call, err)
			}
		}
		if took := time.Since(begun); took > 8*time.Second {
			t.Errorf("four calls took %s, so one of them waited for a prompt", took)
		}
		if r := k.Report(); r.State != store.Locked || !strings.Contains(r.Problem, "unlock") {
			t.Errorf("Report = %+v", r)
		}
	}
	wantLocked(k)
	k = reopen(t, k, config)
	wantLocked(k)
	// There is no display, so no prompt can be shown.
	if err := k.Unlock(t.Context(), noPassphrase); !errors.Is(err, store.ErrDenied) {
		t.Errorf("Unlock without a display = %v, want ErrDenied", err)
	}
	d.unlock()
	wantValue(t, k, "prod", "value")
}

// TestSecretServiceLockedAtFirst: a user with a locked keychain is not given another.
func TestSecretServiceLockedAtFirst(t *testing.T) {
	t.Parallel()
	d := newDesktop(t)
	d.keyring()
	d.lock()
	config := d.config(store.Auto)
	k := open(t, config)
	if r := k.Report(); r.State != store.Locked || r.Backend != store.SecretService || r.Choice != (store.Choice{}) {
		t.Errorf("Report = %+v, want it to wait for the Secret Service", r)
	}
	d.unlock()
	put(t, k, "prod", "value")
	if r := k.Report(); r.Choice.Backend != store.SecretService {
		t.Errorf("Report = %+v", r)
	}
}

// TestSecretServiceStandsStill stops the service (bug 3: no call has a time-out).
func TestSecretServiceStandsStill(t *testing.T) {
	t.Parallel()
	d := newDesktop(t)
	daemon, _ := d.keyring()
	config := d.config(store.SecretService)
	config.Worker.CallTimeout = 2 * time.Second
	k := openReady(t, config)
	put(t, k, "prod", "before")
	if err := syscall.Kill(daemon.Process.Pid, syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	begun := time.Now()
	if err := k.Put(t.Context(), "prod", []byte("after")); !errors.Is(err, store.ErrLost) {
		t.Errorf("Put = %v, want ErrLost", err)
	}
	if _, err := k.Get(t.Context(), "prod"); !errors.Is(err, store.ErrLost) {
		t.Errorf("Get = %v, want ErrLost", err)
	}
	if took := time.Since(begun); took > 10*time.Second {
		t.Errorf("two calls took %s", took)
	}
	// One who waits for his turn can give up.
	waiting := make(chan error, 1)
	go func() { waiting <- k.Ready(t.Context()) }()
	time.Sleep(100 * time.Millisecond)
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	if _, err := k.Get(ctx, "prod"); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Get = %v, want DeadlineExceeded", err)
	}
	if err := <-waiting; !errors.Is(err, store.ErrLost) {
		t.Errorf("Ready = %v, want ErrLost", err)
	}
	if err := syscall.Kill(daemon.Process.Pid, syscall.SIGCONT); err != nil {
		t.Fatal(err)
	}
	wantValue(t, k, "prod", "before")
	put(t, k, "prod", "again")
	wantValue(t, k, "prod", "again")
}

// TestSecretServiceKilledInMidCall: D-Bus starts a fresh one, which is locked and looks
// empty (bug 6).
func TestSecretServiceKilledInMidCall(t *testing.T) {
	t.Parallel()
	d := newDesktop(t)
	end(d.bus, d.gone)
	d.startBus(d.services(map[string]string{
		"org.freedesktop.secrets": "/usr/bin/gnome-keyring-daemon --start --foreground --components=secrets",
	}))
	daemon, gone := d.keyring()
	k := openReady(t, d.config(store.SecretService))
	put(t, k, "prod", "before")

	if err := syscall.Kill(daemon.Process.Pid, syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	result := make(chan error, 1)
	go func() { result <- k.Put(t.Context(), "prod", []byte("after")) }()
	time.Sleep(200 * time.Millisecond)
	end(daemon, gone)
	if err := <-result; err == nil {
		t.Error("Put = nil, from a keychain that was killed before it answered")
	}
	if names, err := k.List(t.Context()); !errors.Is(err, store.ErrLocked) {
		t.Errorf("List from the fresh one = %q, %v; want ErrLocked", names, err)
	}
	d.unlock()
	wantValue(t, k, "prod", "before")
}

// TestBusRestarts: after that the library answers "connection closed" for ever (bug 5).
func TestBusRestarts(t *testing.T) {
	t.Parallel()
	d := newDesktop(t)
	daemon, gone := d.keyring()
	k := openReady(t, d.config(store.SecretService))
	put(t, k, "prod", "value")
	end(daemon, gone)
	end(d.bus, d.gone)
	if _, err := k.Get(t.Context(), "prod"); !errors.Is(err, store.ErrAbsent) {
		t.Errorf("Get without a bus = %v, want ErrAbsent", err)
	}
	d.startBus("")
	if _, err := k.List(t.Context()); !errors.Is(err, store.ErrAbsent) {
		t.Errorf("List on a new bus without a service = %v, want ErrAbsent", err)
	}
	d.keyring()
	wantValue(t, k, "prod", "value")
	put(t, k, "prod", "again")
	// And once more, with nobody calling while it is away.
	end(d.bus, d.gone)
	d.startBus("")
	d.keyring()
	wantValue(t, k, "prod", "again")
}

// TestBusComesLate: the library decides at its start what there is (bug 2).
func TestBusComesLate(t *testing.T) {
	t.Parallel()
	d := newDesktop(t)
	end(d.bus, d.gone)
	k := open(t, d.config(store.SecretService))
	if err := k.Ready(t.Context()); !errors.Is(err, store.ErrAbsent) {
		t.Errorf("Ready = %v, want ErrAbsent", err)
	}
	d.startBus("")
	d.keyring()
	put(t, k, "prod", "value")
}

// TestNoSecretService falls to the encrypted files, and says why.
func TestNoSecretService(t *testing.T) {
	t.Parallel()
	for name, withBus := range map[string]bool{"a bus without the service": true, "no bus": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDesktop(t)
			if !withBus {
				end(d.bus, d.gone)
			}
			k := openReady(t, d.config(store.Auto))
			r := k.Report()
			if r.Backend != store.File || len(r.Refused) != 3 || r.Protection == "" || r.Dir == "" {
				t.Fatalf("Report = %+v", r)
			}
			for _, refusal := range r.Refused {
				if !strings.Contains(refusal.Reason, store.ErrAbsent.Error()) {
					t.Errorf("%s was refused because %q, want it absent", refusal.Backend, refusal.Reason)
				}
			}
		})
	}
}

// TestCollectionMissing: the library would make it, and wait for a prompt (bug 7).
func TestCollectionMissing(t *testing.T) {
	t.Parallel()
	d := newDesktop(t)
	d.keyring()
	config := d.config(store.SecretService)
	config.Collection = "nowhere"
	k := open(t, config)
	begun := time.Now()
	if err := k.Put(t.Context(), "prod", []byte("x")); !errors.Is(err, store.ErrAbsent) {
		t.Errorf("Put = %v, want ErrAbsent", err)
	}
	if took := time.Since(begun); took > 5*time.Second {
		t.Errorf("Put took %s", took)
	}
}
