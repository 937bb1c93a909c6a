package notice_test

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

	"github.com/bento-cred/bento-cred/internal/realpart"
)

// bus is a session bus of the test's own, on which nothing starts by itself.
type bus struct {
	t       *testing.T
	dir     string // short, for the socket in it
	address string
	daemon  *program
}

// program is one that the test started, in a process group of its own.
type program struct {
	command *exec.Cmd
	gone    chan struct{} // closed when it has ended
}

// newBus starts a bus that ends with the test.
func newBus(t *testing.T) *bus {
	t.Helper()
	realpart.Need(t, "dbus-daemon")
	dir, err := os.MkdirTemp("/tmp", "bc")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	b := &bus{t: t, dir: dir, address: "unix:path=" + dir + "/bus"}
	config := `<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>session</type><listen>` + b.address + `</listen><auth>EXTERNAL</auth><servicedir>` + dir + `</servicedir>
<policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/></policy>
</busconfig>`
	b.write("bus.conf", config)
	b.start()
	return b
}

// write makes a file in the bus's directory, where it looks for services too.
func (b *bus) write(name, text string) {
	b.t.Helper()
	if err := os.WriteFile(filepath.Join(b.dir, name), []byte(text), 0o600); err != nil {
		b.t.Fatal(err)
	}
}

// start starts the bus, for the first time or again.
func (b *bus) start() {
	b.t.Helper()
	_ = os.Remove(filepath.Join(b.dir, "bus"))
	b.daemon = b.run("dbus-daemon", "--nofork", "--config-file="+filepath.Join(b.dir, "bus.conf"))
	eventually(b.t, "the bus answers", func() bool {
		conn, err := net.Dial("unix", filepath.Join(b.dir, "bus")) // the file is there before anybody listens
		if err != nil {
			return false
		}
		return conn.Close() == nil
	})
}

// run starts a program that knows no bus but this one.
func (b *bus) run(name string, args ...string) *program {
	b.t.Helper()
	return run(b.t, b.dir, []string{"DBUS_SESSION_BUS_ADDRESS=" + b.address}, nil, name, args...)
}

// run starts a program at home in dir, which ends with the test.
func run(t *testing.T, dir string, env []string, files []*os.File, name string, args ...string) *program {
	t.Helper()
	command := exec.Command(name, args...)
	command.Env = append([]string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + dir, "XDG_RUNTIME_DIR=" + dir, "TMPDIR=" + dir,
		"DBUS_SESSION_BUS_ADDRESS=disabled:",
	}, env...)
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	command.ExtraFiles = files
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	p := &program{command: command, gone: make(chan struct{})}
	go func() {
		_ = command.Wait() // it is killed, which is an error
		close(p.gone)
	}()
	t.Cleanup(p.kill)
	return p
}

// kill ends the program and its group, if it still runs, and waits for it.
func (p *program) kill() {
	select {
	case <-p.gone:
	default:
		_ = syscall.Kill(-p.command.Process.Pid, syscall.SIGKILL)
		<-p.gone
	}
}

// signal sends the program a signal.
func (p *program) signal(t *testing.T, signal syscall.Signal) {
	t.Helper()
	if err := p.command.Process.Signal(signal); err != nil {
		t.Fatal(err)
	}
}

// connect returns a connection of the test's own.
func (b *bus) connect() *dbus.Conn {
	b.t.Helper()
	conn, err := dbus.Connect(b.address)
	if err != nil {
		b.t.Fatal(err)
	}
	b.t.Cleanup(func() { _ = conn.Close() })
	return conn
}

// waitFor waits until a name has an owner.
func (b *bus) waitFor(name string) {
	b.t.Helper()
	conn := b.connect()
	eventually(b.t, name+" is on the bus", func() bool {
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

// output runs a program to its end and returns what it said.
func output(t *testing.T, env []string, name string, args ...string) string {
	t.Helper()
	command := exec.Command(name, args...)
	command.Env = append([]string{"PATH=" + os.Getenv("PATH"), "DBUS_SESSION_BUS_ADDRESS=disabled:"}, env...)
	out, err := command.CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v\n%s", name, err, out)
	}
	return strings.TrimSpace(string(out))
}

// fileExists reports whether there is such a file.
func fileExists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
