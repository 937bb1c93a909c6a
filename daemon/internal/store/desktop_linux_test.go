package store_test

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"

	"github.com/bento-cred/bento-cred/daemon/internal/store"
	"github.com/bento-cred/bento-cred/internal/realpart"
)

// loginPassword opens the login collection of a desktop.
const loginPassword = "testpw"

// desktop is a session bus of our own, in a home of its own, and what runs on it.
type desktop struct {
	t       *testing.T
	dir     string // short, for the sockets in it
	address string
	env     []string // for the bus and for programs on it
	bus     *exec.Cmd
	gone    chan struct{} // closed when the bus has ended
}

// newDesktop starts a session bus that can start no service: what is wanted on it is
// started by the test. With these variables on top.
func newDesktop(t *testing.T, env ...string) *desktop {
	t.Helper()
	realpart.Need(t, "dbus-daemon")
	dir, err := os.MkdirTemp("/tmp", "bc")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	d := &desktop{t: t, dir: dir, address: "unix:path=" + dir + "/bus"}
	for _, name := range []string{"share", "config", "run"} {
		if err := os.Mkdir(filepath.Join(dir, name), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	d.env = append([]string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + dir, "XDG_RUNTIME_DIR=" + dir + "/run",
		"XDG_DATA_HOME=" + dir + "/share", "XDG_CONFIG_HOME=" + dir + "/config",
		"DBUS_SESSION_BUS_ADDRESS=" + d.address, "GOCOVERDIR=" + dir, "TMPDIR=" + dir,
	}, env...)
	d.startBus("")
	return d
}

// startBus starts the bus, which may start the services described in a directory.
func (d *desktop) startBus(services string) {
	d.t.Helper()
	if services != "" {
		services = "<servicedir>" + services + "</servicedir>"
	}
	config := `<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>session</type><listen>` + d.address + `</listen><auth>EXTERNAL</auth>` + services + `
<policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/></policy>
</busconfig>`
	path := filepath.Join(d.dir, "bus.conf")
	if err := os.WriteFile(path, []byte(config), 0o600); err != nil {
		d.t.Fatal(err)
	}
	_ = os.Remove(filepath.Join(d.dir, "bus"))
	d.bus, d.gone = d.start(nil, "dbus-daemon", "--nofork", "--config-file="+path)
	eventually(d.t, "the bus answers", func() bool {
		conn, err := net.Dial("unix", filepath.Join(d.dir, "bus")) // the file is there before anybody listens
		if err != nil {
			return false
		}
		return conn.Close() == nil
	})
}

// services describes programs that the bus may start for a name, and returns the
// directory of that.
func (d *desktop) services(programs map[string]string) string {
	d.t.Helper()
	dir := filepath.Join(d.dir, "services")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		d.t.Fatal(err)
	}
	for name, program := range programs {
		text := "[D-BUS Service]\nName=" + name + "\nExec=" + program + "\n"
		if err := os.WriteFile(filepath.Join(dir, name+".service"), []byte(text), 0o600); err != nil {
			d.t.Fatal(err)
		}
	}
	return dir
}

// start starts a program of the desktop, in a process group that ends with the test.
func (d *desktop) start(stdin []byte, program string, args ...string) (*exec.Cmd, chan struct{}) {
	d.t.Helper()
	command := exec.Command(program, args...)
	command.Env = d.env
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	command.Stdin = strings.NewReader(string(stdin))
	log, err := os.Create(filepath.Join(d.dir, filepath.Base(program)+".log"))
	if err != nil {
		d.t.Fatal(err)
	}
	defer func() { _ = log.Close() }()
	command.Stdout, command.Stderr = log, log
	if err := command.Start(); err != nil {
		d.t.Fatal(err)
	}
	gone := make(chan struct{})
	go func() {
		_ = command.Wait()
		close(gone)
	}()
	d.t.Cleanup(func() { end(command, gone) })
	return command, gone
}

// end kills a program and its group, if it still runs, and waits for it.
func end(command *exec.Cmd, gone chan struct{}) {
	select {
	case <-gone:
	default:
		_ = syscall.Kill(-command.Process.Pid, syscall.SIGKILL)
		<-gone
	}
}

// eventually waits for a condition.
func eventually(t *testing.T, what string, condition func() bool) {
	t.Helper()
	for deadline := time.Now().Add(15 * time.Second); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		if condition() {
			return
		}
	}
	t.Fatalf("not within 15 s: %s", what)
}

// connect returns a connection of the test's own to the bus.
func (d *desktop) connect() *dbus.Conn {
	d.t.Helper()
	conn, err := dbus.Connect(d.address)
	if err != nil {
		d.t.Fatal(err)
	}
	d.t.Cleanup(func() { _ = conn.Close() })
	return conn
}

// waitFor waits until a name has an owner and returns its process.
func (d *desktop) waitFor(name string) int {
	d.t.Helper()
	conn := d.connect()
	var pid uint32
	eventually(d.t, name+" is on the bus", func() bool {
		return conn.BusObject().Call("org.freedesktop.DBus.GetConnectionUnixProcessID", 0, name).Store(&pid) == nil
	})
	return int(pid)
}

// keyring starts GNOME Keyring with its login collection unlocked.
func (d *desktop) keyring() (*exec.Cmd, chan struct{}) {
	d.t.Helper()
	realpart.Need(d.t, "gnome-keyring-daemon")
	command, gone := d.start([]byte(loginPassword),
		"gnome-keyring-daemon", "--unlock", "--components=secrets", "--foreground")
	d.waitFor("org.freedesktop.secrets")
	eventually(d.t, "the login collection is unlocked", func() bool { return !d.collectionLocked() })
	return command, gone
}

const loginCollection = dbus.ObjectPath("/org/freedesktop/secrets/collection/login")

// collectionLocked reports whether the login collection is locked, or not there yet.
func (d *desktop) collectionLocked() bool {
	conn, err := dbus.Connect(d.address)
	if err != nil {
		return true
	}
	defer func() { _ = conn.Close() }()
	value, err := conn.Object("org.freedesktop.secrets", loginCollection).
		GetProperty("org.freedesktop.Secret.Collection.Locked")
	return err != nil || value.Value() != false
}

// lock locks the login collection.
func (d *desktop) lock() {
	d.t.Helper()
	object := d.connect().Object("org.freedesktop.secrets", "/org/freedesktop/secrets")
	call := object.Call("org.freedesktop.Secret.Service.Lock", 0, []dbus.ObjectPath{loginCollection})
	if call.Err != nil {
		d.t.Fatal(call.Err)
	}
	eventually(d.t, "the login collection is locked", d.collectionLocked)
}

// unlock unlocks the login collection as a login does, without a prompt, through an
// interface that GNOME Keyring has for its own tools.
func (d *desktop) unlock() {
	d.t.Helper()
	object := d.connect().Object("org.freedesktop.secrets", "/org/freedesktop/secrets")
	var ignored dbus.Variant
	var session dbus.ObjectPath
	call := object.Call("org.freedesktop.Secret.Service.OpenSession", 0, "plain", dbus.MakeVariant(""))
	if err := call.Store(&ignored, &session); err != nil {
		d.t.Fatal(err)
	}
	password := struct {
		Session     dbus.ObjectPath
		Parameters  []byte
		Value       []byte
		ContentType string
	}{session, nil, []byte(loginPassword), "text/plain"}
	const method = "org.gnome.keyring.InternalUnsupportedGuiltRiddenInterface.UnlockWithMasterPassword"
	if err := object.Call(method, 0, loginCollection, password).Err; err != nil {
		d.t.Fatal(err)
	}
	eventually(d.t, "the login collection is unlocked", func() bool { return !d.collectionLocked() })
}

// config is a store on this desktop.
func (d *desktop) config(backend store.Backend) store.Config {
	d.t.Helper()
	config := store.Config{Backend: backend, Dir: filepath.Join(d.t.TempDir(), "store"), Worker: workerConfig(d.t)}
	config.Worker.Env = d.env
	return config
}

// display starts an X server, for prompts, and returns the variable that names it.
func display(t *testing.T) string {
	t.Helper()
	realpart.Need(t, "Xvfb", "xdotool")
	reader, writer, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	// Without -noreset it starts over whenever its last client leaves, such as xdotool.
	command := exec.Command("Xvfb", "-displayfd", "3", "-noreset", "-nolisten", "tcp", "-screen", "0", "800x600x24")
	command.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + t.TempDir()}
	command.ExtraFiles = []*os.File{writer}
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	gone := make(chan struct{})
	go func() {
		_ = command.Wait()
		close(gone)
	}()
	t.Cleanup(func() { end(command, gone) })
	_ = writer.Close()
	var number int
	if _, err := fmt.Fscan(reader, &number); err != nil {
		t.Fatalf("Xvfb told no display: %v", err)
	}
	_ = reader.Close()
	return fmt.Sprintf("DISPLAY=:%d", number)
}

// press waits for the prompt and sends it keys, by xdotool's arguments.
func (d *desktop) press(args ...string) {
	d.t.Helper()
	eventually(d.t, "the prompt is shown", func() bool { return d.xdotool("search", "--name", "gcr-prompter") == nil })
	time.Sleep(500 * time.Millisecond) // it is there before it takes keys
	if err := d.xdotool(args...); err != nil {
		d.t.Fatal(err)
	}
}

func (d *desktop) xdotool(args ...string) error {
	command := exec.Command("xdotool", args...)
	command.Env = d.env
	return command.Run()
}
