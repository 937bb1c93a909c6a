package store_test

import (
	"errors"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/bento-cred/bento-cred/daemon/internal/store"
	"github.com/bento-cred/bento-cred/internal/realpart"
)

// promptingDesktop is a desktop with a display and a locked keyring that can prompt.
func promptingDesktop(t *testing.T) (*desktop, *exec.Cmd, chan struct{}) {
	t.Helper()
	const prompter = "/usr/lib/gcr/gcr-prompter"
	program := ""
	for _, candidate := range []string{prompter, "/usr/libexec/gcr-prompter", "/usr/lib/x86_64-linux-gnu/gcr/gcr-prompter"} {
		if _, err := os.Stat(candidate); err == nil {
			program = candidate
		}
	}
	if program == "" {
		realpart.Missing(t, "gcr-prompter is not installed")
	}
	d := newDesktop(t, display(t))
	end(d.bus, d.gone)
	d.startBus(d.services(map[string]string{
		"org.gnome.keyring.SystemPrompter":  program,
		"org.gnome.keyring.PrivatePrompter": program,
	}))
	daemon, gone := d.keyring()
	return d, daemon, gone
}

// lockedStore is a store with one value, in a collection that was locked since.
func lockedStore(t *testing.T, d *desktop, promptTimeout time.Duration) *store.Keychain {
	t.Helper()
	config := d.config(store.SecretService)
	config.Worker.PromptTimeout = promptTimeout
	k := openReady(t, config)
	put(t, k, "prod", "value")
	d.lock()
	return k
}

// TestPromptAnswered types the password.
func TestPromptAnswered(t *testing.T) {
	t.Parallel()
	d, _, _ := promptingDesktop(t)
	k := lockedStore(t, d, time.Minute)
	result := make(chan error, 1)
	go func() { result <- k.Unlock(t.Context(), noPassphrase) }()
	d.press("type", loginPassword)
	d.press("key", "Return")
	if err := <-result; err != nil {
		t.Errorf("Unlock = %v", err)
	}
	wantValue(t, k, "prod", "value")
}

// TestPromptDismissed: the library takes that for success, and its ring is of no use
// afterwards (bugs 7 and 8).
func TestPromptDismissed(t *testing.T) {
	t.Parallel()
	d, _, _ := promptingDesktop(t)
	k := lockedStore(t, d, time.Minute)
	result := make(chan error, 1)
	go func() { result <- k.Unlock(t.Context(), noPassphrase) }()
	d.press("key", "Escape")
	if err := <-result; !errors.Is(err, store.ErrDenied) {
		t.Errorf("Unlock = %v, want ErrDenied", err)
	}
	if _, err := k.Get(t.Context(), "prod"); !errors.Is(err, store.ErrLocked) {
		t.Errorf("Get = %v, want ErrLocked", err)
	}
	d.unlock()
	wantValue(t, k, "prod", "value")
}

// TestPromptLeftOpen: the library waits for ever (bug 3).
func TestPromptLeftOpen(t *testing.T) {
	t.Parallel()
	d, _, _ := promptingDesktop(t)
	k := lockedStore(t, d, 3*time.Second)
	begun := time.Now()
	if err := k.Unlock(t.Context(), noPassphrase); !errors.Is(err, store.ErrLost) {
		t.Errorf("Unlock = %v, want ErrLost", err)
	}
	if took := time.Since(begun); took < 2*time.Second || took > 15*time.Second {
		t.Errorf("Unlock took %s, want the time for a prompt, 3 s", took)
	}
	if _, err := k.Get(t.Context(), "prod"); !errors.Is(err, store.ErrLocked) {
		t.Errorf("Get = %v, want ErrLocked", err)
	}
	d.unlock()
	wantValue(t, k, "prod", "value")
}

// TestKeyringDiesUnderPrompt: the library waits for ever (bug 3).
func TestKeyringDiesUnderPrompt(t *testing.T) {
	t.Parallel()
	d, daemon, gone := promptingDesktop(t)
	k := lockedStore(t, d, time.Minute)
	result := make(chan error, 1)
	go func() { result <- k.Unlock(t.Context(), noPassphrase) }()
	eventually(t, "the prompt is shown", func() bool { return d.xdotool("search", "--name", "gcr-prompter") == nil })
	begun := time.Now()
	end(daemon, gone)
	if err := <-result; !errors.Is(err, store.ErrLost) {
		t.Errorf("Unlock = %v, want ErrLost", err)
	}
	if took := time.Since(begun); took > 10*time.Second {
		t.Errorf("Unlock went on for %s", took)
	}
	d.keyring()
	wantValue(t, k, "prod", "value")
}

// TestBusDiesUnderPrompt: the library panics (bug 4).
func TestBusDiesUnderPrompt(t *testing.T) {
	t.Parallel()
	d, _, _ := promptingDesktop(t)
	k := lockedStore(t, d, time.Minute)
	result := make(chan error, 1)
	go func() { result <- k.Unlock(t.Context(), noPassphrase) }()
	eventually(t, "the prompt is shown", func() bool { return d.xdotool("search", "--name", "gcr-prompter") == nil })
	end(d.bus, d.gone)
	if err := <-result; !errors.Is(err, store.ErrLost) {
		t.Errorf("Unlock = %v, want ErrLost", err)
	}
	d.startBus("")
	d.keyring()
	wantValue(t, k, "prod", "value")
}
