package e2e_test

import (
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/bento-cred/bento-cred/internal/cloudtest"
	"github.com/bento-cred/bento-cred/ipc"
	"github.com/bento-cred/bento-cred/ipc/management"
)

// newHome returns a place and a cloud that knows the developer's token.
func newHome(t *testing.T) (*place, *cloudtest.Cloud) {
	t.Helper()
	p, err := newPlace(programs(t), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.close(); err != nil {
			t.Error(err)
		}
	})
	return p, cloudtest.New(t, cloudtest.Config{Tokens: []cloudtest.Token{{Value: tokenDeveloper, Developer: true}}})
}

// token has the helper asked for the token, as a person would.
func (p *place) token(t *testing.T, when string) {
	t.Helper()
	begin := time.Now()
	status, out, complaint := p.try(t, "", ipc.ProgramHelper, "token", "-c", "default")
	if status != 0 || out != tokenDeveloper {
		t.Errorf("%s, after %v: status %d: %s", when, time.Since(begin), status, complaint)
	}
}

// talk connects to the daemon at socket and asks something.
func talk(t *testing.T, socket string) management.Client {
	t.Helper()
	client, err := ipc.Dial(t.Context(), ipc.Config{Socket: socket})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Close() })
	if _, err := client.Ping(t.Context()); err != nil {
		t.Fatal(err)
	}
	return management.Client{Client: client}
}

// crowd connects n peers that say nothing. Those that the daemon lets go are gone.
func crowd(t *testing.T, socket string, n int) {
	t.Helper()
	for range n {
		conn, err := (&net.Dialer{Timeout: patience}).DialContext(t.Context(), "unix", socket)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = conn.Close() })
	}
}

// TestDaemonShortOfDescriptors has more peers connect and say nothing than the daemon may
// have files open. Conversations go on, new ones are let in at once, and the store's worker
// can still be started; the log does not grow.
func TestDaemonShortOfDescriptors(t *testing.T) {
	t.Parallel()
	// Told at its start, a daemon keeps some for the rest; one that is told later cannot.
	for name, told := range map[string]bool{"at its start": true, "later": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, cloud := newHome(t)
			socket := filepath.Join(p.root, "s")
			log, err := os.Create(filepath.Join(t.TempDir(), "log"))
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = log.Close() }) // the daemon wrote to it
			daemon := p.command(t.Context(), "sh", "-c", "exec bento-credd run")
			if told {
				daemon = p.command(t.Context(), "sh", "-c", "ulimit -n 64; exec bento-credd run")
			}
			daemon.Stderr = log
			if err := daemon.Start(); err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = daemon.Wait() }) // it ends by a signal
			t.Cleanup(func() { _ = daemon.Process.Signal(syscall.SIGTERM) })
			for late := time.Now().Add(patience); ; time.Sleep(pause) {
				if _, err := pidAt(socket); err == nil {
					break
				} else if time.Now().After(late) {
					t.Fatal(err)
				}
			}
			p.login(t, cloud.URL(), "default", tokenDeveloper)
			held := talk(t, socket)
			if !told {
				leaveDescriptors(t, daemon.Process.Pid, 8)
			}
			for round := range 3 {
				crowd(t, socket, 200)
				begin := time.Now()
				p.token(t, "in the crowd")
				if took := time.Since(begin); took > 20*time.Second {
					t.Errorf("in the crowd it took %v", took)
				}
				if _, err := held.Status(t.Context()); err != nil {
					t.Errorf("round %d: a conversation that was there: %v", round, err)
				}
			}
			if told {
				killWorkers(t, daemon.Process.Pid)
				p.login(t, cloud.URL(), "more", tokenDeveloper)
			}
			said, err := os.ReadFile(log.Name())
			if err != nil {
				t.Fatal(err)
			}
			if t.Failed() {
				t.Logf("the daemon said:\n%s", said)
			}
			if lines := strings.Count(string(said), "accepting a connection"); lines > 20 {
				t.Errorf("%d lines in the log say that nobody can be let in", lines)
			}
		})
	}
}

// leaveDescriptors lets a process have so many more files open than it has now.
func leaveDescriptors(t *testing.T, pid, more int) {
	t.Helper()
	open, err := os.ReadDir(filepath.Join("/proc", strconv.Itoa(pid), "fd"))
	if err != nil {
		t.Fatal(err)
	}
	limit := &unix.Rlimit{Cur: uint64(len(open) + more), Max: uint64(len(open) + more)}
	if err := unix.Prlimit(pid, unix.RLIMIT_NOFILE, limit, nil); err != nil {
		t.Fatal(err)
	}
}

// killWorkers kills the workers of the store of a daemon.
func killWorkers(t *testing.T, daemon int) {
	t.Helper()
	stats, _ := filepath.Glob("/proc/[0-9]*/stat") // the pattern is well formed
	for _, stat := range stats {
		if pid, err := strconv.Atoi(filepath.Base(filepath.Dir(stat))); err == nil && parentOf(pid) == daemon {
			if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
				t.Error(err)
			}
		}
	}
}

// TestStoppedAndContinued stops the daemon for seconds in which peers ask and connect, as a
// suspended machine does. When it goes on, all that was begun comes to its end.
func TestStoppedAndContinued(t *testing.T) {
	t.Parallel()
	const asleep = 4 * time.Second
	p, cloud := newHome(t)
	socket := filepath.Join(p.root, "s")
	p.login(t, cloud.URL(), "default", tokenDeveloper)
	held := talk(t, socket)
	approval, err := held.StartLogin(t.Context(), management.BrowserLogin{Context: "waits", Endpoint: cloud.URL()})
	if err != nil {
		t.Fatal(err)
	}
	pid, err := pidAt(socket)
	if err != nil {
		t.Fatal(err)
	}
	signal := func(s syscall.Signal) {
		t.Helper()
		if err := syscall.Kill(pid, s); err != nil {
			t.Fatal(err)
		}
	}
	signal(syscall.SIGSTOP)
	var asking sync.WaitGroup
	for range 8 {
		asking.Go(func() { p.token(t, "asked while it was stopped") })
	}
	crowd(t, socket, 50)
	if _, code, _ := strings.Cut(approval.Page, "?code="); !cloud.Approve(code) {
		t.Error("no login waits at the cloud")
	}
	time.Sleep(asleep)
	signal(syscall.SIGCONT)
	asking.Wait()
	if _, err := held.Status(t.Context()); err != nil {
		t.Errorf("a conversation that was there: %v", err)
	}
	for late := time.Now().Add(patience); ; {
		progress, err := held.AwaitLogin(t.Context(), approval.ID)
		if err != nil || time.Now().After(late) {
			t.Fatalf("a login that was approved meanwhile: %+v, %v", progress, err)
		}
		if progress.Done != nil {
			break
		}
	}
	if now, err := pidAt(socket); err != nil || now != pid {
		t.Errorf("the daemon is process %d, %v; it was %d", now, err, pid)
	}
}

// TestRuntimeDirectoryIsTakenAway removes the directory of the socket again and again while
// helpers ask: each is answered, by one daemon or the next, and nothing that was kept is
// lost. At the end there is one daemon.
func TestRuntimeDirectoryIsTakenAway(t *testing.T) {
	t.Parallel()
	p, cloud := newHome(t)
	runtime := filepath.Join(p.root, "run")
	socket := filepath.Join(runtime, "bento-cred", "s")
	ask := func(words ...string) (int, string, string) {
		return p.try(t, tokenDeveloper, append([]string{"env", ipc.SocketVariable + "=" + socket, ipc.ProgramHelper}, words...)...)
	}
	login := func(name string) {
		t.Helper()
		if status, _, complaint := ask("login", "--api-token-stdin", "--endpoint", cloud.URL(), "-c", name); status != 0 {
			t.Errorf("logging in to %s: status %d: %s", name, status, complaint)
		}
	}
	login("default")
	var done atomic.Bool
	var asking sync.WaitGroup
	var answered atomic.Int32
	for range 4 {
		asking.Go(func() {
			for !done.Load() {
				if status, out, complaint := ask("token", "-c", "default"); status != 0 || out != tokenDeveloper {
					t.Errorf("status %d: %s", status, complaint)
				}
				answered.Add(1)
			}
		})
	}
	for round := range 6 {
		time.Sleep(400 * time.Millisecond)
		if err := removeAll(runtime); err != nil {
			t.Error(err)
		}
		if round == 3 {
			login("between")
		}
	}
	done.Store(true)
	asking.Wait()
	t.Logf("%d answers", answered.Load())
	if status, out, complaint := ask("token", "-c", "between"); status != 0 || out != tokenDeveloper {
		t.Errorf("what was kept in between: status %d: %s", status, complaint)
	}
	for late := time.Now().Add(patience); countDaemons(p.root) != 1; time.Sleep(pause) {
		if time.Now().After(late) {
			t.Fatalf("there are %d daemons, want 1", countDaemons(p.root))
		}
	}
}

// removeAll removes a directory in which others may be making files.
func removeAll(dir string) error {
	var err error
	for range 100 {
		if err = os.RemoveAll(dir); err == nil {
			return nil
		}
	}
	return err
}
