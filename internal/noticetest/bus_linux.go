package noticetest

import (
	"context"
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

	"github.com/bento-cred/bento-cred/internal/realpart"
)

// Bus is a session bus of the test's own, on which nothing starts by itself.
type Bus struct {
	t       *testing.T
	Dir     string // short, for the socket in it
	Address string
	Daemon  *Program
}

// Program is one that the test started, in a process group of its own.
type Program struct {
	command *exec.Cmd
	gone    chan struct{} // closed when it has ended
}

// NewBus starts a bus that ends with the test.
func NewBus(t *testing.T) *Bus {
	t.Helper()
	realpart.Need(t, "dbus-daemon")
	dir, err := os.MkdirTemp("/tmp", "bc")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	b := &Bus{t: t, Dir: dir, Address: "unix:path=" + dir + "/bus"}
	config := `<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>session</type><listen>` + b.Address + `</listen><auth>EXTERNAL</auth><servicedir>` + dir + `</servicedir>
<policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/></policy>
</busconfig>`
	b.Write("bus.conf", config)
	b.Start()
	return b
}

// Write makes a file in the bus's directory, where it looks for services too.
func (b *Bus) Write(name, text string) {
	b.t.Helper()
	if err := os.WriteFile(filepath.Join(b.Dir, name), []byte(text), 0o600); err != nil {
		b.t.Fatal(err)
	}
}

// Start starts the bus, for the first time or again.
func (b *Bus) Start() {
	b.t.Helper()
	_ = os.Remove(filepath.Join(b.Dir, "bus"))
	b.Daemon = b.Run("dbus-daemon", "--nofork", "--config-file="+filepath.Join(b.Dir, "bus.conf"))
	Eventually(b.t, "the bus answers", func() bool {
		var dialer net.Dialer
		conn, err := dialer.DialContext(b.t.Context(), "unix", filepath.Join(b.Dir, "bus")) // the file is there before anybody listens
		if err != nil {
			return false
		}
		return conn.Close() == nil
	})
}

// Run starts a program that knows no bus but this one.
func (b *Bus) Run(name string, args ...string) *Program {
	b.t.Helper()
	return run(b.t, b.Dir, []string{"DBUS_SESSION_BUS_ADDRESS=" + b.Address}, nil, name, args...)
}

// run starts a program at home in dir, which ends with the test.
func run(t testing.TB, dir string, env []string, files []*os.File, name string, args ...string) *Program {
	t.Helper()
	command := exec.CommandContext(context.Background(), name, args...)
	command.Env = append([]string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + dir, "XDG_RUNTIME_DIR=" + dir, "TMPDIR=" + dir,
		"DBUS_SESSION_BUS_ADDRESS=disabled:",
	}, env...)
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	command.ExtraFiles = files
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	p := &Program{command: command, gone: make(chan struct{})}
	go func() {
		_ = command.Wait() // it is killed, which is an error
		close(p.gone)
	}()
	t.Cleanup(p.Kill)
	return p
}

// Kill ends the program and its group, if it still runs, and waits for it.
func (p *Program) Kill() {
	select {
	case <-p.gone:
	default:
		_ = syscall.Kill(-p.command.Process.Pid, syscall.SIGKILL)
		<-p.gone
	}
}

// Signal sends the program a signal.
func (p *Program) Signal(t *testing.T, signal syscall.Signal) {
	t.Helper()
	if err := p.command.Process.Signal(signal); err != nil {
		t.Fatal(err)
	}
}

// Connect returns a connection of the test's own.
func (b *Bus) Connect() *dbus.Conn {
	b.t.Helper()
	conn, err := dbus.Connect(b.Address)
	if err != nil {
		b.t.Fatal(err)
	}
	b.t.Cleanup(func() { _ = conn.Close() })
	return conn
}

// WaitFor waits until a name has an owner.
func (b *Bus) WaitFor(name string) {
	b.t.Helper()
	conn := b.Connect()
	Eventually(b.t, name+" is on the bus", func() bool {
		var there bool
		err := conn.BusObject().Call("org.freedesktop.DBus.NameHasOwner", 0, name).Store(&there)
		return err == nil && there
	})
}

// display starts an X server and returns the variable that names it.
func display(t *testing.T) string {
	t.Helper()
	realpart.Need(t, "Xvfb")
	reader, writer, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = reader.Close() }()
	// Without -noreset it starts over whenever its last client leaves, such as xdotool.
	run(t, t.TempDir(), nil, []*os.File{writer},
		"Xvfb", "-displayfd", "3", "-noreset", "-nolisten", "tcp", "-screen", "0", "800x600x24")
	_ = writer.Close()
	var number int
	if _, err := fmt.Fscan(reader, &number); err != nil {
		t.Fatalf("Xvfb told no display: %v", err)
	}
	return fmt.Sprintf("DISPLAY=:%d", number)
}

// Eventually waits for a condition.
func Eventually(t *testing.T, what string, condition func() bool) {
	t.Helper()
	for deadline := time.Now().Add(15 * time.Second); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		if condition() {
			return
		}
	}
	t.Fatalf("not within 15 s: %s", what)
}

// output runs a program to its end and returns what it said.
func output(t *testing.T, env []string, name string, args ...string) string {
	t.Helper()
	command := exec.CommandContext(t.Context(), name, args...)
	command.Env = append([]string{"PATH=" + os.Getenv("PATH"), "DBUS_SESSION_BUS_ADDRESS=disabled:"}, env...)
	out, err := command.CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v\n%s", name, err, out)
	}
	return strings.TrimSpace(string(out))
}
