package worker

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"
	"github.com/godbus/dbus/v5/prop"

	"github.com/bento-cred/bento-cred/internal/realpart"
)

func TestCollectionName(t *testing.T) {
	t.Parallel()
	for path, want := range map[dbus.ObjectPath]string{
		"/org/freedesktop/secrets/collection/login":        "login",
		"/org/freedesktop/secrets/collection/My_20Vault":   "My Vault",
		"/org/freedesktop/secrets/collection/a_":           "a_",
		"/org/freedesktop/secrets/collection/a_zz":         "a_zz",
		"/org/freedesktop/secrets/collection/_e4_f6":       "\xe4\xf6",
		"/org/freedesktop/secrets/collection/Passwords_2d": "Passwords-",
	} {
		if got := collectionName(path); got != want {
			t.Errorf("collectionName(%q) = %q, want %q", path, got, want)
		}
	}
}

// startBus starts a session bus and returns its address.
func startBus(t *testing.T) string {
	t.Helper()
	realpart.Need(t, "dbus-daemon")
	dir, err := os.MkdirTemp("/tmp", "bc")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	address := "unix:path=" + filepath.Join(dir, "bus")
	config := filepath.Join(dir, "conf")
	text := `<busconfig><type>session</type><listen>` + address + `</listen><auth>EXTERNAL</auth>
<policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/></policy></busconfig>`
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	command := exec.Command("dbus-daemon", "--nofork", "--config-file="+config)
	command.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + dir}
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = command.Process.Kill()
		_ = command.Wait()
	})
	eventually(t, "the bus answers", func() bool {
		conn, err := dbus.Connect(address)
		if err == nil {
			_ = conn.Close()
		}
		return err == nil
	})
	return address
}

// keepass is a Secret Service in the manner of KeePassXC: its one collection is called
// after its file, and it broadcasts the answer to a prompt instead of sending it to who
// asked.
type keepass struct {
	t        *testing.T
	conn     *dbus.Conn
	locked   atomic.Bool
	sessions atomic.Int32
	props    *prop.Properties
}

const (
	keepassCollection = dbus.ObjectPath("/org/freedesktop/secrets/collection/My_20Passwords")
	keepassPrompt     = dbus.ObjectPath("/org/freedesktop/secrets/prompt/1")
)

// newKeepass starts the service on a bus, with its collection locked.
func newKeepass(t *testing.T, address string) *keepass {
	t.Helper()
	conn, err := dbus.Connect(address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	k := &keepass{t: t, conn: conn}
	k.locked.Store(true)
	constant := func(value any) *prop.Prop { return &prop.Prop{Value: value, Emit: prop.EmitFalse} }
	if _, err := prop.Export(conn, secretsPath, prop.Map{
		"org.freedesktop.Secret.Service": {"Collections": constant([]dbus.ObjectPath{keepassCollection})},
	}); err != nil {
		t.Fatal(err)
	}
	k.props, err = prop.Export(conn, keepassCollection, prop.Map{
		"org.freedesktop.Secret.Collection": {
			"Locked": constant(true), "Items": constant([]dbus.ObjectPath{}),
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	for path, name := range map[dbus.ObjectPath]string{
		secretsPath:   "org.freedesktop.Secret.Service",
		keepassPrompt: "org.freedesktop.Secret.Prompt",
	} {
		if err := conn.Export(k, path, name); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := conn.RequestName(secretsName, dbus.NameFlagDoNotQueue); err != nil {
		t.Fatal(err)
	}
	return k
}

// ReadAlias, OpenSession, Unlock and Prompt are methods of the Secret Service.
func (k *keepass) ReadAlias(string) (dbus.ObjectPath, *dbus.Error) { return keepassCollection, nil }

func (k *keepass) OpenSession(string, dbus.Variant) (dbus.Variant, dbus.ObjectPath, *dbus.Error) {
	k.sessions.Add(1)
	return dbus.MakeVariant(""), "/org/freedesktop/secrets/session/1", nil
}

func (k *keepass) Unlock([]dbus.ObjectPath) ([]dbus.ObjectPath, dbus.ObjectPath, *dbus.Error) {
	return nil, keepassPrompt, nil
}

func (k *keepass) Prompt(string) *dbus.Error {
	go func() {
		time.Sleep(50 * time.Millisecond)
		k.props.SetMust("org.freedesktop.Secret.Collection", "Locked", false)
		// A signal is a broadcast unless it is given a destination.
		err := k.conn.Emit(keepassPrompt, promptInterface+".Completed", false, dbus.MakeVariant([]dbus.ObjectPath{keepassCollection}))
		if err != nil {
			k.t.Errorf("emitting Completed: %v", err)
		}
	}()
	return nil
}

// TestBroadcastPrompt guards bug 13: the library adds no match rule, so it never hears the
// answer of a service that broadcasts it.
func TestBroadcastPrompt(t *testing.T) {
	t.Parallel()
	address := startBus(t)
	newKeepass(t, address)
	config := testConfig(t, "DBUS_SESSION_BUS_ADDRESS="+address)
	config.PromptTimeout = 10 * time.Second
	c := newTestClient(t, config, Settings{Backend: SecretService, Service: "bento-cred-test"})
	if err := c.Open(t.Context()); codeOf(err) != Locked || !strings.Contains(err.Error(), "My Passwords") {
		t.Fatalf("Open = %v, want Locked, and the default collection", err)
	}
	if err := c.Unlock(t.Context(), "key"); err != nil {
		t.Errorf("Unlock = %v", err)
	}
	if err := c.Open(t.Context()); err != nil {
		t.Errorf("Open = %v", err)
	}
}

// TestWorkersAreReplaced guards bug 9: the library opens a session at the Secret Service
// for each call and closes none, so a worker is not kept for ever.
func TestWorkersAreReplaced(t *testing.T) {
	t.Parallel()
	c := newTestClient(t, testConfig(t), fileSettings(t))
	if err := c.Open(t.Context()); err != nil {
		t.Fatal(err)
	}
	first := c.process.command.Process.Pid
	for range lifetime {
		if _, err := c.Keys(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if second := c.process.command.Process.Pid; second == first {
		t.Errorf("the worker was kept for more than %d calls", lifetime)
	}
	eventually(t, "the first worker is gone", func() bool { return !alive(first) })
}
