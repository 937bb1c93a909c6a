package e2e_test

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/bento-cred/bento-cred/internal/cloudtest"
	"github.com/bento-cred/bento-cred/internal/disktest"
	"github.com/bento-cred/bento-cred/ipc"
)

// try runs a program and returns how it ended and what it said.
func (p *place) try(t *testing.T, stdin string, command ...string) (status int, out, complaint string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 4*patience)
	defer cancel()
	cmd := p.command(ctx, command...)
	var said, complained strings.Builder
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(stdin), &said, &complained
	err := cmd.Run()
	var ended *exec.ExitError
	if err != nil && !errors.As(err, &ended) {
		t.Fatal(err)
	}
	return cmd.ProcessState.ExitCode(), said.String(), complained.String()
}

// mounted returns a place whose home is a small disk of its own.
func mounted(t *testing.T) *place {
	t.Helper()
	home := disktest.New(t, "1m")
	p, err := newPlace(programs(t), home)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.close(); err != nil {
			t.Error(err)
		}
	})
	return p
}

// TestHomeThatCannotBeWritten has the disk of the home directory fill up or become
// read-only: tokens are given out as before, also by a daemon that starts then; whatever
// would have to be written is refused with the next step, and changes nothing.
func TestHomeThatCannotBeWritten(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]func(*testing.T, string) func(){"full": disktest.Fill, "read-only": disktest.Freeze} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := mounted(t)
			cloud := cloudtest.New(t, cloudtest.Config{Tokens: []cloudtest.Token{{Value: tokenDeveloper, Developer: true}}})
			p.login(t, cloud.URL(), "default", tokenDeveloper)
			p.login(t, cloud.URL(), "other", tokenDeveloper)
			if name == "read-only" {
				p.stop(t) // it holds a lock that is open for writing
			}
			mend := spoil(t, p.home)

			p.serves(t, "at first")
			p.refusesToWrite(t, cloud.URL())
			p.serves(t, "after what was refused")
			p.stop(t)
			p.serves(t, "by a daemon that starts now")
			p.refusesToWrite(t, cloud.URL())
			if pid, err := pidAt(filepath.Join(p.root, "s")); err == nil {
				_ = syscall.Kill(pid, syscall.SIGKILL) // it was there a moment ago
				awaitEnd(pid)
			}
			p.serves(t, "after it was killed")
			if status := p.run(t, p.root, "", ipc.ProgramHelper, "status"); !strings.Contains(status, "other") {
				t.Errorf("the status shows no other context:\n%s", status)
			}

			if name == "read-only" {
				p.stop(t)
			}
			mend()
			p.login(t, cloud.URL(), "third", tokenDeveloper)
			p.run(t, p.root, "", ipc.ProgramHelper, "context", "use", "other")
			p.run(t, p.root, "", ipc.ProgramHelper, "context", "rename", "default", "first")
			p.stop(t)
			p.compare(t, map[string]bool{"first": true, "other": true, "third": true})
		})
	}
}

// stop stops the daemon and waits for its end.
func (p *place) stop(t *testing.T) {
	t.Helper()
	pid, err := pidAt(filepath.Join(p.root, "s"))
	if err != nil {
		t.Fatal(err)
	}
	p.run(t, p.root, "", ipc.ProgramHelper, "stop")
	if !awaitEnd(pid) {
		t.Fatal("the daemon does not end")
	}
}

// serves has the helper asked for both tokens.
func (p *place) serves(t *testing.T, when string) {
	t.Helper()
	for _, name := range []string{"default", "other"} {
		if status, out, complaint := p.try(t, "", ipc.ProgramHelper, "token", "-c", name); status != 0 || out != tokenDeveloper {
			t.Errorf("%s: the token of %s: status %d: %s", when, name, status, complaint)
		}
	}
}

// refusesToWrite has what must be written fail, with the next step.
func (p *place) refusesToWrite(t *testing.T, endpoint string) {
	t.Helper()
	for _, command := range [][]string{
		{"login", "--api-token-stdin", "--endpoint", endpoint, "-c", "third"},
		{"context", "use", "other"},
		{"context", "rename", "other", "third"},
	} {
		status, _, complaint := p.try(t, tokenDeveloper, append([]string{ipc.ProgramHelper}, command...)...)
		if status != ipc.StoreFailed.ExitStatus() || !strings.Contains(complaint, "make room on that disk, or make it writable") {
			t.Errorf("%v: status %d, want %d and the next step: %s", command[:2], status, ipc.StoreFailed.ExitStatus(), complaint)
		}
	}
}

// TestRuntimeDirectoryThatIsFull has the socket, the locks and the log on a disk that fills
// up. There is room for a socket still, and what the log says is lost.
func TestRuntimeDirectoryThatIsFull(t *testing.T) {
	t.Parallel()
	p := mounted(t)
	cloud := cloudtest.New(t, cloudtest.Config{Tokens: []cloudtest.Token{{Value: tokenDeveloper, Developer: true}}})
	data := filepath.Join(t.TempDir(), "data")
	ask := func(words ...string) {
		t.Helper()
		command := []string{"env", ipc.SocketVariable + "=" + filepath.Join(p.home, "s"), "XDG_DATA_HOME=" + data, ipc.ProgramHelper}
		if status, _, complaint := p.try(t, tokenDeveloper, append(command, words...)...); status != 0 {
			t.Errorf("%v: status %d: %s", words, status, complaint)
		}
	}
	ask("login", "--api-token-stdin", "--endpoint", cloud.URL())
	empty := disktest.Fill(t, p.home)
	ask("token")
	ask("login", "--api-token-stdin", "--endpoint", cloud.URL(), "-c", "more")
	ask("stop")
	ask("token")
	if pid, err := pidAt(filepath.Join(p.home, "s")); err == nil {
		_ = syscall.Kill(pid, syscall.SIGKILL) // it was there a moment ago
		awaitEnd(pid)
	}
	ask("token")
	empty()
	ask("token", "-c", "more")
	ask("stop")
}

// TestRuntimeDirectoryThatIsReadOnly has nowhere to put a socket: the helper says where, and
// what to do, and it works when that is mended.
func TestRuntimeDirectoryThatIsReadOnly(t *testing.T) {
	t.Parallel()
	p := mounted(t)
	socket := filepath.Join(p.home, "s")
	thaw := disktest.Freeze(t, p.home)
	command := []string{"env", ipc.SocketVariable + "=" + socket, "XDG_DATA_HOME=" + t.TempDir(), ipc.ProgramHelper, "status"}
	status, _, complaint := p.try(t, "", append(command[:4:4], "token")...)
	if status != ipc.NoDaemon.ExitStatus() || !strings.Contains(complaint, socket) || !strings.Contains(complaint, "read-only") || !advises(complaint) {
		t.Errorf("status %d, want %d, the path and the next step: %s", status, ipc.NoDaemon.ExitStatus(), complaint)
	}
	thaw()
	if status, _, complaint := p.try(t, "", command...); status != 0 {
		t.Errorf("when it can be written: status %d: %s", status, complaint)
	}
}

// advises reports whether a complaint names a command to run.
func advises(complaint string) bool { return strings.Contains(complaint, "run `bento-cred") }

// TestLogThatCannotBeWritten has something else stand where the log of a daemon on demand
// belongs: the helper says what, and what to do.
func TestLogThatCannotBeWritten(t *testing.T) {
	t.Parallel()
	p, err := newPlace(programs(t), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.close(); err != nil {
			t.Error(err)
		}
	})
	log := ipc.LogPath(filepath.Join(p.root, "s"))
	if err := os.Mkdir(log, 0o700); err != nil {
		t.Fatal(err)
	}
	status, _, complaint := p.try(t, "", ipc.ProgramHelper, "token")
	if status != ipc.NoDaemon.ExitStatus() || !strings.Contains(complaint, log) || !advises(complaint) {
		t.Errorf("status %d, want %d, %s and the next step: %s", status, ipc.NoDaemon.ExitStatus(), log, complaint)
	}
	if err := os.Remove(log); err != nil {
		t.Fatal(err)
	}
	if status, _, complaint := p.try(t, "", ipc.ProgramHelper, "status"); status != 0 {
		t.Errorf("with that gone: status %d: %s", status, complaint)
	}
}
