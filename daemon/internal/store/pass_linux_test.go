package store_test

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/bento-cred/bento-cred/daemon/internal/store"
	"github.com/bento-cred/bento-cred/daemon/internal/store/storetest"
	"github.com/bento-cred/bento-cred/internal/realpart"
)

// passwordStore is a password store of pass, with a gpg key of its own.
type passwordStore struct {
	t   *testing.T
	dir string // short, for gpg-agent's socket
	env []string
}

// gpgPassphrase is that of the key, where it has one.
const gpgPassphrase = "made up"

// newPasswordStore makes a key with a passphrase, which may be empty, and a password
// store for it.
func newPasswordStore(t *testing.T, passphrase string) *passwordStore {
	t.Helper()
	realpart.Need(t, "pass", "gpg", "gpgconf")
	dir, err := os.MkdirTemp("/tmp", "bc")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	p := &passwordStore{t: t, dir: dir, env: []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + dir, "GNUPGHOME=" + dir, "PASSWORD_STORE_DIR=" + dir + "/store",
		"XDG_RUNTIME_DIR=" + dir + "/none", "DBUS_SESSION_BUS_ADDRESS=disabled:", "GOCOVERDIR=" + dir, "TMPDIR=" + dir,
	}}
	t.Cleanup(p.killAgent)
	p.configure("")
	key := []string{"--batch", "--pinentry-mode", "loopback", "--passphrase", passphrase}
	p.run("gpg", append(key, "--quick-gen-key", "t <t@example.invalid>", "ed25519", "sign", "never")...)
	var fingerprint string
	for line := range strings.Lines(p.run("gpg", "--list-keys", "--with-colons")) {
		if fields := strings.Split(line, ":"); fields[0] == "fpr" && fingerprint == "" {
			fingerprint = fields[9]
		}
	}
	p.run("gpg", append(key, "--quick-add-key", fingerprint, "cv25519", "encr", "never")...)
	p.run("pass", "init", fingerprint)
	p.killAgent() // which knows the passphrase now
	return p
}

// run runs a program and returns its output, which a daemon it leaves behind may not
// hold open.
func (p *passwordStore) run(program string, args ...string) string {
	p.t.Helper()
	out, err := os.Create(filepath.Join(p.dir, "output"))
	if err != nil {
		p.t.Fatal(err)
	}
	defer func() { _ = out.Close() }()
	command := exec.Command(program, args...)
	command.Env, command.Stdout, command.Stderr = p.env, out, out
	runErr := command.Run()
	text, err := os.ReadFile(out.Name())
	if err != nil || runErr != nil {
		p.t.Fatalf("%s: %v: %s", program, errors.Join(runErr, err), text)
	}
	return string(text)
}

// killAgent ends the gpg-agent of this key, which then knows no passphrase.
func (p *passwordStore) killAgent() { p.run("gpgconf", "--kill", "all") }

// pinentry has gpg-agent ask a program that answers each question in one way.
func (p *passwordStore) pinentry(answer string) {
	p.t.Helper()
	script := "#!/bin/sh\necho OK\nwhile read -r line; do case \"$line\" in\n" +
		"GETPIN*) " + answer + ";;\nBYE*) echo OK; exit;;\n*) echo OK;;\nesac; done\n"
	path := filepath.Join(p.dir, "pinentry")
	if err := os.WriteFile(path, []byte(script), 0o700); err != nil {
		p.t.Fatal(err)
	}
	p.configure("pinentry-program " + path)
	p.killAgent()
}

// configure sets gpg-agent up, with a passphrase that costs no seconds to check.
func (p *passwordStore) configure(line string) {
	p.t.Helper()
	config := filepath.Join(p.dir, "gpg-agent.conf")
	if err := os.WriteFile(config, []byte("s2k-count 65536\n"+line+"\n"), 0o600); err != nil {
		p.t.Fatal(err)
	}
}

func (p *passwordStore) config(backend store.Backend) store.Config {
	p.t.Helper()
	config := store.Config{Backend: backend, Dir: filepath.Join(p.t.TempDir(), "store"), Worker: workerConfig(p.t)}
	config.Worker.Env = p.env
	return config
}

func TestPass(t *testing.T) {
	t.Parallel()
	p := newPasswordStore(t, "")
	storetest.TestStore(t, func(t *testing.T) store.Store { return openReady(t, p.config(store.Pass)) })
}

func TestPassIsChosen(t *testing.T) {
	t.Parallel()
	p := newPasswordStore(t, "")
	config := p.config(store.Auto)
	k := openReady(t, config)
	if r := k.Report(); r.Backend != store.Pass {
		t.Fatalf("Report = %+v", r)
	}
	put(t, k, "prod", "value")
	names, err := filepath.Glob(filepath.Join(p.dir, "store", "*", "*"))
	if err != nil || len(names) != 2 {
		t.Errorf("entries = %q, %v; want the marker and one item", names, err)
	}
	for _, name := range names {
		if filepath.Base(filepath.Dir(name)) != "bento-cred" {
			t.Errorf("%q is not under our folder", name)
		}
	}
	// pass is gone at the next start, and nothing takes its place.
	config.Worker.Env = append(config.Worker.Env, "PATH="+t.TempDir())
	k = reopen(t, k, config)
	if err := k.Ready(t.Context()); !errors.Is(err, store.ErrAbsent) {
		t.Errorf("Ready without pass = %v, want ErrAbsent", err)
	}
}

// TestPassLocked: gpg would wait for the passphrase, however long (no time-out).
func TestPassLocked(t *testing.T) {
	t.Parallel()
	p := newPasswordStore(t, gpgPassphrase)
	p.pinentry("echo D " + gpgPassphrase + "; echo OK")
	config := p.config(store.Pass)
	k := open(t, config)
	if err := k.Ready(t.Context()); !errors.Is(err, store.ErrLocked) {
		t.Fatalf("Ready = %v, want ErrLocked", err)
	}
	if err := k.Unlock(t.Context(), noPassphrase); err != nil {
		t.Fatalf("Unlock = %v", err)
	}
	put(t, k, "prod", "value")

	p.pinentry(`echo "ERR 83886179 Operation cancelled"`)
	k = reopen(t, k, config)
	if err := k.Put(t.Context(), "prod", []byte("x")); !errors.Is(err, store.ErrLocked) {
		t.Errorf("Put = %v, want ErrLocked", err)
	}
	if names, err := k.List(t.Context()); !errors.Is(err, store.ErrLocked) {
		t.Errorf("List = %q, %v; want ErrLocked", names, err)
	}
	if err := k.Unlock(t.Context(), noPassphrase); !errors.Is(err, store.ErrDenied) {
		t.Errorf("Unlock, dismissed = %v, want ErrDenied", err)
	}
	p.pinentry("echo D " + gpgPassphrase + "; echo OK")
	if err := k.Unlock(t.Context(), noPassphrase); err != nil {
		t.Fatalf("Unlock = %v", err)
	}
	wantValue(t, k, "prod", "value")
}

// TestPassPromptLeftOpen: the person who is asked is away.
func TestPassPromptLeftOpen(t *testing.T) {
	t.Parallel()
	p := newPasswordStore(t, gpgPassphrase)
	p.pinentry("sleep 30; echo OK")
	config := p.config(store.Pass)
	config.Worker.PromptTimeout = 2 * time.Second
	k := open(t, config)
	begun := time.Now()
	if err := k.Unlock(t.Context(), noPassphrase); !errors.Is(err, store.ErrLost) {
		t.Errorf("Unlock = %v, want ErrLost", err)
	}
	if took := time.Since(begun); took > 15*time.Second {
		t.Errorf("Unlock took %s", took)
	}
}

// TestPassKeyGone: the secret key was lost, which is not the same as locked.
func TestPassKeyGone(t *testing.T) {
	t.Parallel()
	p := newPasswordStore(t, "")
	k := openReady(t, p.config(store.Pass))
	put(t, k, "prod", "value")
	if err := os.Rename(filepath.Join(p.dir, "private-keys-v1.d"), filepath.Join(p.dir, "gone")); err != nil {
		t.Fatal(err)
	}
	p.killAgent()
	_, err := k.Get(t.Context(), "prod")
	if !errors.Is(err, store.ErrFailed) || !strings.Contains(err.Error(), "No secret key") {
		t.Errorf("Get = %v, want ErrFailed with the words of gpg", err)
	}
}

// TestPassTruncated: pass was killed while it wrote, and gpg encrypted the half.
func TestPassTruncated(t *testing.T) {
	t.Parallel()
	p := newPasswordStore(t, "")
	config := p.config(store.Pass)
	k := openReady(t, config)
	put(t, k, "prod", "value")
	folder := filepath.Join(p.dir, "store", "bento-cred")
	if err := os.WriteFile(filepath.Join(folder, "c.prod~7fffffffffffffff.gpg"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	command := exec.Command("pass", "insert", "-m", "bento-cred/c.new~7fffffffffffffff")
	command.Env, command.Stdin = p.env, strings.NewReader(`{"Key":"c.new~7fffffffffffffff","Data":"QkNW`)
	if err := command.Run(); err != nil {
		t.Fatal(err)
	}
	k = reopen(t, k, config)
	wantValue(t, k, "prod", "value")
	if names, err := k.List(t.Context()); err != nil || strings.Join(names, " ") != "prod" {
		t.Errorf("List = %q, %v", names, err)
	}
	if entries, err := os.ReadDir(folder); err != nil || len(entries) != 2 {
		t.Errorf("%d entries at rest, %v; want 2", len(entries), err)
	}
}

// TestReportDoesNotWait: status must answer while the keychain asks its owner.
func TestReportDoesNotWait(t *testing.T) {
	t.Parallel()
	p := newPasswordStore(t, gpgPassphrase)
	p.pinentry("sleep 30; echo OK")
	k := open(t, p.config(store.Pass))
	result := make(chan error, 1)
	go func() { result <- k.Unlock(t.Context(), noPassphrase) }()
	time.Sleep(500 * time.Millisecond)
	begun := time.Now()
	if r := k.Report(); r.State != store.Locked {
		t.Errorf("Report = %+v, want it locked", r)
	}
	if took := time.Since(begun); took > time.Second {
		t.Errorf("Report took %s", took)
	}
	// And closing the store does not wait for a person who is away.
	begun = time.Now()
	if err := k.Close(); err != nil {
		t.Error(err)
	}
	if took := time.Since(begun); took > 10*time.Second {
		t.Errorf("Close took %s", took)
	}
	if err := <-result; !errors.Is(err, store.ErrClosed) {
		t.Errorf("Unlock = %v, want ErrClosed", err)
	}
}
