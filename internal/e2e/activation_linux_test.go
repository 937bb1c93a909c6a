package e2e_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/bento-cred/bento-cred/ipc"
)

// serviceManager stands for a service manager: it listens at the daemon's socket and hands
// it to one daemon after the other.
type serviceManager struct {
	t       *testing.T
	home    string
	socket  string
	environ []string
	notify  *net.UnixConn
}

func newServiceManager(t *testing.T) *serviceManager {
	t.Helper()
	home, err := os.MkdirTemp("/tmp", "bca")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(home); err != nil {
			t.Error(err)
		}
	})
	m := &serviceManager{t: t, home: home, socket: filepath.Join(home, "run", "s")}
	if err := os.Mkdir(filepath.Dir(m.socket), 0o700); err != nil {
		t.Fatal(err)
	}
	notify := filepath.Join(home, "notify")
	if m.notify, err = net.ListenUnixgram("unixgram", &net.UnixAddr{Name: notify, Net: "unixgram"}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = m.notify.Close() }) // nothing is sent any more
	m.environ = []string{
		"HOME=" + home, "PATH=" + os.Getenv("PATH"), "BENTO_CRED_SOCKET=" + m.socket,
		"DBUS_SESSION_BUS_ADDRESS=disabled:", "NOTIFY_SOCKET=" + notify,
	}
	return m
}

// listen makes the socket, as a manager does: in the place of whatever stands there.
func (m *serviceManager) listen() *os.File {
	m.t.Helper()
	if err := os.Remove(m.socket); err != nil && !errors.Is(err, os.ErrNotExist) {
		m.t.Fatal(err)
	}
	listener, err := net.ListenUnix("unix", &net.UnixAddr{Name: m.socket, Net: "unix"})
	if err != nil {
		m.t.Fatal(err)
	}
	listener.SetUnlinkOnClose(false)
	file, err := listener.File()
	if err != nil {
		m.t.Fatal(err)
	}
	if err := listener.Close(); err != nil { // the file is one of its own
		m.t.Fatal(err)
	}
	m.t.Cleanup(func() { _ = file.Close() }) // nothing was written to it
	return file
}

// daemon is a daemon that the manager started.
type daemon struct {
	*exec.Cmd
	said string // the file with its output
}

// start starts a daemon with the files, as the process they are meant for.
func (m *serviceManager) start(files ...*os.File) *daemon {
	m.t.Helper()
	out, err := os.CreateTemp(m.home, "log")
	if err != nil {
		m.t.Fatal(err)
	}
	defer func() { _ = out.Close() }() // the daemon writes to it
	script := fmt.Sprintf(`LISTEN_PID=$$ LISTEN_FDS=%d exec %s/bento-credd run`, len(files), programs(m.t))
	d := &daemon{Cmd: exec.Command("sh", "-c", script), said: out.Name()}
	d.Env, d.ExtraFiles, d.Stdout, d.Stderr = m.environ, files, out, out
	if err := d.Start(); err != nil {
		m.t.Fatal(err)
	}
	m.t.Cleanup(func() { _ = d.Process.Kill(); _ = d.Wait() }) // most have ended
	return d
}

// ready waits until a daemon says that it is.
func (m *serviceManager) ready() {
	m.t.Helper()
	if err := m.notify.SetReadDeadline(time.Now().Add(20 * time.Second)); err != nil {
		m.t.Fatal(err)
	}
	word := make([]byte, 100)
	n, err := m.notify.Read(word)
	if err != nil || string(word[:n]) != "READY=1" {
		m.t.Fatalf("the daemon says %q, %v", word[:n], err)
	}
}

// stop ends a daemon as a manager does, and waits for it.
func (m *serviceManager) stop(d *daemon, signal syscall.Signal) {
	m.t.Helper()
	if err := d.Process.Signal(signal); err != nil {
		m.t.Fatal(err)
	}
	err := d.Wait()
	if signal != syscall.SIGKILL && err != nil {
		said, _ := os.ReadFile(d.said) // shown only
		m.t.Errorf("a daemon that was told to end: %v\n%s", err, said)
	}
}

// ask asks once, on a connection of its own, and starts no daemon.
func (m *serviceManager) ask() (ipc.Daemon, error) {
	client, err := ipc.Dial(m.t.Context(), ipc.Config{Socket: m.socket, Version: "0.0.1"})
	if err != nil {
		return ipc.Daemon{}, err
	}
	defer func() { _ = client.Close() }() // it only asked
	return client.Ping(m.t.Context())
}

// askAlways has 64 clients ask until the function it returns is called, which tells how
// often they did.
func (m *serviceManager) askAlways() (enough func() int64) {
	ctx, cancel := context.WithCancel(m.t.Context())
	var clients sync.WaitGroup
	var asked atomic.Int64
	for range 64 {
		clients.Go(func() {
			for ctx.Err() == nil {
				if _, err := m.ask(); err != nil {
					m.t.Errorf("a request was lost: %v", err)
					return
				}
				asked.Add(1)
			}
		})
	}
	return func() int64 { cancel(); clients.Wait(); return asked.Load() }
}

// TestManagersSocketIsKept restarts the daemon behind a manager's socket, while 64 clients
// ask, and once with nobody there at all.
func TestManagersSocketIsKept(t *testing.T) {
	t.Parallel()
	m := newServiceManager(t)
	socket := m.listen()
	enough := m.askAlways() // before there is a daemon
	time.Sleep(100 * time.Millisecond)
	for i := range 8 {
		d := m.start(socket)
		m.ready()
		time.Sleep(100 * time.Millisecond)
		signal := syscall.SIGTERM
		if i%4 == 3 {
			signal = syscall.SIGKILL
		}
		m.stop(d, signal)
	}
	d := m.start(socket)
	m.ready()
	if asked := enough(); asked < 64 {
		t.Errorf("%d requests prove little", asked)
	}
	if _, err := os.Lstat(m.socket); err != nil {
		t.Errorf("the manager's socket is gone: %v", err)
	}
	m.stop(d, syscall.SIGTERM)
}

// TestOnDemandYields has a manager open its socket in the place of a daemon that was
// started on demand. TestService does so while 64 helpers ask.
func TestOnDemandYields(t *testing.T) {
	t.Parallel()
	m := newServiceManager(t)
	first := exec.Command(filepath.Join(programs(t), "bento-credd"), "run", "--on-demand")
	first.Env = m.environ
	if err := first.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = first.Process.Kill(); _ = first.Wait() }) // it has ended
	for late := time.Now().Add(20 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		if _, err := m.ask(); err == nil {
			break
		} else if time.Now().After(late) {
			t.Fatal(err)
		}
	}
	socket := m.listen()
	d := m.start(socket)
	m.ready()
	if err := first.Wait(); err != nil {
		t.Errorf("the daemon on demand: %v", err)
	}
	who, err := m.ask()
	if err != nil || who.PID != d.Process.Pid || who.OnDemand {
		t.Errorf("served by %+v, %v; want process %d", who, err, d.Process.Pid)
	}
	m.stop(d, syscall.SIGTERM)
}

// TestWhatIsNoSocket hands over what cannot be served.
func TestWhatIsNoSocket(t *testing.T) {
	t.Parallel()
	m := newServiceManager(t)
	null, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = null.Close() }) // nothing was written to it
	tcp, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = tcp.Close() }) // as above
	listener, isTCP := tcp.(*net.TCPListener)
	if !isTCP {
		t.Fatalf("a %T listens", tcp)
	}
	port, err := listener.File()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = port.Close() }) // as above
	for name, files := range map[string][]*os.File{"no socket": {null}, "a port": {port}, "two": {null, null}} {
		d := m.start(files...)
		if err := d.Wait(); err == nil {
			t.Errorf("%s: served", name)
		}
		said, err := os.ReadFile(d.said)
		if err != nil || !strings.Contains(string(said), "bento-credd: taking over") {
			t.Errorf("%s: says %q, %v", name, said, err)
		}
	}
}

// TestWorkerIsNotTheManagers looks at what the worker is given of the manager's words.
func TestWorkerIsNotTheManagers(t *testing.T) {
	t.Parallel()
	m := newServiceManager(t)
	d := m.start(m.listen())
	m.ready()
	var environ []byte
	for late := time.Now().Add(20 * time.Second); len(environ) == 0 && time.Now().Before(late); time.Sleep(5 * time.Millisecond) {
		paths, err := filepath.Glob("/proc/[0-9]*/environ")
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range paths {
			pid, _ := strconv.Atoi(filepath.Base(filepath.Dir(path))) // it is a number
			if parentOf(pid) == d.Process.Pid {
				environ, _ = os.ReadFile(path) // empty once it has ended
			}
		}
	}
	if len(environ) == 0 {
		t.Fatal("no worker was seen")
	}
	for _, name := range []string{"LISTEN_PID", "LISTEN_FDS", "NOTIFY_SOCKET"} {
		if strings.Contains("\x00"+string(environ), "\x00"+name+"=") {
			t.Errorf("the worker is given %s", name)
		}
	}
	m.stop(d, syscall.SIGTERM)
}
