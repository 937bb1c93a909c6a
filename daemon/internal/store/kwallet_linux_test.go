package store_test

import (
	"bytes"
	"crypto/pbkdf2"
	"crypto/rand"
	"crypto/sha512"
	"errors"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/bento-cred/bento-cred/daemon/internal/store"
	"github.com/bento-cred/bento-cred/daemon/internal/store/storetest"
	"github.com/bento-cred/bento-cred/internal/realpart"
)

// kwalletConfig is what a user of one wallet has: no questions about the first use, and
// our program let in.
const kwalletConfig = `[Wallet]
Enabled=true
First Use=false
Use One Wallet=true
Prompt on Open=false
[Auto Allow]
kdewallet=bento-cred
`

// kwallet starts kwalletd with its wallet unlocked, as pam_kwallet does at a login: the
// key comes by a pipe, the environment by a socket.
func (d *desktop) kwallet() (*exec.Cmd, chan struct{}) {
	d.t.Helper()
	realpart.Need(d.t, "kwalletd5")
	reader, writer, err := os.Pipe()
	if err != nil {
		d.t.Fatal(err)
	}
	defer func() { _ = reader.Close() }()
	path := filepath.Join(d.dir, "kwallet.socket")
	_ = os.Remove(path)
	listener, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
	if err != nil {
		d.t.Fatal(err)
	}
	defer func() { _ = listener.Close() }()
	socket, err := listener.File()
	if err != nil {
		d.t.Fatal(err)
	}
	defer func() { _ = socket.Close() }()

	command := exec.Command("kwalletd5", "--pam-login", "3", "4")
	command.Env = append(d.env, "QT_QPA_PLATFORM=offscreen", "PAM_KWALLET5_LOGIN="+path)
	command.ExtraFiles = []*os.File{reader, socket}
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := command.Start(); err != nil {
		d.t.Fatal(err)
	}
	gone := make(chan struct{})
	go func() {
		_ = command.Wait()
		close(gone)
	}()
	d.t.Cleanup(func() { end(command, gone) })
	if _, err := writer.Write(d.kwalletKey()); err != nil {
		d.t.Fatal(err)
	}
	_ = writer.Close()
	conn, err := net.Dial("unix", path)
	if err != nil {
		d.t.Fatal(err)
	}
	if _, err := conn.Write([]byte(strings.Join(d.env, "\n") + "\n")); err != nil {
		d.t.Fatal(err)
	}
	_ = conn.Close()
	d.waitFor("org.kde.kwalletd5")
	bus := d.connect()
	eventually(d.t, "the wallet is open", func() bool {
		var isOpen bool
		call := bus.Object("org.kde.kwalletd5", "/modules/kwalletd5").Call("org.kde.KWallet.isOpen", 0, "kdewallet")
		return call.Store(&isOpen) == nil && isOpen
	})
	return command, gone
}

// kwalletKey makes the key of the wallet from the password and the wallet's salt.
func (d *desktop) kwalletKey() []byte {
	d.t.Helper()
	const size = 56
	path := filepath.Join(d.dir, "share", "kwalletd", "kdewallet.salt")
	salt, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		salt = make([]byte, size)
		if _, err := rand.Read(salt); err != nil {
			d.t.Fatal(err)
		}
		err = errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, salt, 0o600))
	}
	if err != nil {
		d.t.Fatal(err)
	}
	key, err := pbkdf2.Key(sha512.New, loginPassword, salt, 50000, size)
	if err != nil {
		d.t.Fatal(err)
	}
	return key
}

// newKDE is a desktop with a wallet.
func newKDE(t *testing.T) *desktop {
	t.Helper()
	realpart.Need(t, "kwalletd5")
	d := newDesktop(t)
	if err := os.WriteFile(filepath.Join(d.dir, "config", "kwalletrc"), []byte(kwalletConfig), 0o600); err != nil {
		t.Fatal(err)
	}
	return d
}

func TestKWallet(t *testing.T) {
	t.Parallel()
	d := newKDE(t)
	d.kwallet()
	storetest.TestStore(t, func(t *testing.T) store.Store { return openReady(t, d.config(store.KWallet)) })
}

// TestKWalletDies: it keeps what it is told in memory for some seconds, and the library
// does not make it write it down.
func TestKWalletDies(t *testing.T) {
	t.Parallel()
	d := newKDE(t)
	daemon, gone := d.kwallet()
	k := openReady(t, d.config(store.KWallet))
	put(t, k, "prod", "value")
	end(daemon, gone)
	if names, err := k.List(t.Context()); !errors.Is(err, store.ErrAbsent) {
		t.Errorf("List without kwalletd = %q, %v; want ErrAbsent", names, err)
	}
	d.kwallet()
	wantValue(t, k, "prod", "value")
	put(t, k, "prod", "again")
	wantValue(t, k, "prod", "again")
}

// TestKWalletStartedByTheBus after a crash: that one is closed, and the library would wait
// for a dialogue.
func TestKWalletStartedByTheBus(t *testing.T) {
	t.Parallel()
	realpart.Need(t, "kwalletd5")
	d := newDesktop(t, "QT_QPA_PLATFORM=offscreen")
	if err := os.WriteFile(filepath.Join(d.dir, "config", "kwalletrc"), []byte(kwalletConfig), 0o600); err != nil {
		t.Fatal(err)
	}
	end(d.bus, d.gone)
	d.startBus(d.services(map[string]string{"org.kde.kwalletd5": "/usr/bin/kwalletd5"}))
	daemon, gone := d.kwallet()
	k := openReady(t, d.config(store.KWallet))
	put(t, k, "prod", "value")
	end(daemon, gone)
	begun := time.Now()
	if names, err := k.List(t.Context()); !errors.Is(err, store.ErrLocked) {
		t.Errorf("List = %q, %v; want ErrLocked", names, err)
	}
	if took := time.Since(begun); took > 8*time.Second {
		t.Errorf("List took %s", took)
	}
	started, err := os.FindProcess(d.waitFor("org.kde.kwalletd5"))
	if err != nil {
		t.Fatal(err)
	}
	if err := started.Kill(); err != nil { // it would outlive its bus
		t.Error(err)
	}
}

// TestKWalletClosed: the library would show a dialogue, here on no screen, and wait.
func TestKWalletClosed(t *testing.T) {
	t.Parallel()
	d := newKDE(t)
	d.kwallet()
	config := d.config(store.KWallet)
	config.Worker.PromptTimeout = 2 * time.Second
	k := openReady(t, config)
	put(t, k, "prod", "value")
	var result int32
	call := d.connect().Object("org.kde.kwalletd5", "/modules/kwalletd5").
		Call("org.kde.KWallet.close", 0, "kdewallet", true)
	if err := call.Store(&result); err != nil {
		t.Fatal(err)
	}
	begun := time.Now()
	if _, err := k.Get(t.Context(), "prod"); !errors.Is(err, store.ErrLocked) {
		t.Errorf("Get = %v, want ErrLocked", err)
	}
	if names, err := k.List(t.Context()); !errors.Is(err, store.ErrLocked) {
		t.Errorf("List = %q, %v; want ErrLocked", names, err)
	}
	if took := time.Since(begun); took > 5*time.Second {
		t.Errorf("two calls took %s", took)
	}
	if err := k.Unlock(t.Context(), noPassphrase); !errors.Is(err, store.ErrLost) {
		t.Errorf("Unlock with a dialogue that nobody sees = %v, want ErrLost", err)
	}
}

// TestKWalletNotThere: it is not started, and no wallet is made, just to look.
func TestKWalletNotThere(t *testing.T) {
	t.Parallel()
	d := newKDE(t)
	k := openReady(t, d.config(store.Auto))
	var reason string
	for _, refusal := range k.Report().Refused {
		if refusal.Backend == store.KWallet {
			reason = refusal.Reason
		}
	}
	if !strings.Contains(reason, "not running") {
		t.Errorf("KWallet was refused because %q", reason)
	}
}

// TestKWalletIsChosen where there is no Secret Service.
func TestKWalletIsChosen(t *testing.T) {
	t.Parallel()
	d := newKDE(t)
	d.kwallet()
	k := openReady(t, d.config(store.Auto))
	if r := k.Report(); r.Backend != store.KWallet {
		t.Errorf("Report = %+v", r)
	}
	secret := []byte("a-made-up-token-value")
	put(t, k, "prod", string(secret))
	for _, path := range itemFiles(t, d.dir) {
		if data, err := os.ReadFile(path); err == nil && bytes.Contains(data, secret) {
			t.Errorf("%s holds the value in clear", path)
		}
	}
}
