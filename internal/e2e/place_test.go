//go:build unix

package e2e_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/bento-cred/bento-cred/internal/cloudtest"
	"github.com/bento-cred/bento-cred/ipc"
)

// marker is the variable by which a process is known to belong to a place.
const marker = "BENTO_CRED_E2E"

// coverage is where programs that were built with -cover write what of them ran.
const coverage = "GOCOVERDIR"

// patience is how long a script waits for what must happen soon.
const patience = time.Minute

// place is the world of one script: programs, a home and a directory for sockets.
type place struct {
	root string // short, for the sockets in it
	home string
}

// newPlace makes a place whose home is a new directory.
func newPlace(programs, home string) (*place, error) {
	root, err := os.MkdirTemp(filepath.Dir(programs), "")
	if err != nil {
		return nil, err
	}
	p := &place{root: root, home: home}
	for _, dir := range []string{home, filepath.Join(root, "bin")} {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return nil, err
		}
	}
	for _, name := range []string{ipc.ProgramHelper, ipc.ProgramFace, ipc.ProgramDaemon} {
		if err := copyFile(filepath.Join(programs, name), filepath.Join(root, "bin", name)); err != nil {
			return nil, err
		}
	}
	for _, name := range []string{"git-credential-bento", "docker-credential-bento"} {
		if err := os.Symlink(ipc.ProgramHelper, filepath.Join(root, "bin", name)); err != nil {
			return nil, err
		}
	}
	return p, nil
}

// environ is the environment of the place, which has nothing of the tester's but PATH.
func (p *place) environ() []string {
	environ := []string{
		"PATH=" + filepath.Join(p.root, "bin") + ":" + os.Getenv("PATH"),
		"HOME=" + p.home,
		"RUN=" + p.root,
		ipc.SocketVariable + "=" + filepath.Join(p.root, "s"),
		"DBUS_SESSION_BUS_ADDRESS=disabled:",
		marker + "=" + p.root,
		"LC_ALL=C.UTF-8",
		"TERM=dumb",
		"GORACE=atexit_sleep_ms=0", // or a program under the race detector ends a second late
	}
	if dir := os.Getenv(coverage); dir != "" {
		environ = append(environ, coverage+"="+dir)
	}
	return environ
}

// close ends the place's daemons and removes it. It returns an error where another
// process is left.
func (p *place) close() error {
	for _, socket := range append(sockets(p.root), sockets(p.home)...) {
		if pid, err := pidAt(socket); err == nil {
			_ = syscall.Kill(pid, syscall.SIGTERM) // it may have left by itself
			awaitEnd(pid)
		}
	}
	var left []process
	for late := time.Now().Add(patience / 10); ; time.Sleep(pause) {
		if left = processesOf(p.root, p.home); len(left) == 0 || time.Now().After(late) {
			break
		}
	}
	var err error
	for _, process := range left {
		err = errors.Join(err, fmt.Errorf("left behind: %v", process))
		_ = syscall.Kill(process.pid, syscall.SIGKILL) // likewise
	}
	return errors.Join(err, os.RemoveAll(p.root))
}

// sockets returns the sockets below dir.
func sockets(dir string) []string {
	var found []string
	// What cannot be looked into has no socket of ours.
	_ = filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err == nil && entry.Type() == fs.ModeSocket {
			found = append(found, path)
		}
		return nil
	})
	return found
}

// pidAt asks the daemon at socket for its process id.
func pidAt(socket string) (int, error) {
	ctx, cancel := context.WithTimeout(context.Background(), patience/10)
	defer cancel()
	client, err := ipc.Dial(ctx, ipc.Config{Socket: socket})
	if err != nil {
		return 0, err
	}
	defer func() { _ = client.Close() }() // it was only a question
	daemon, err := client.Ping(ctx)
	return daemon.PID, err
}

// scene is what the commands of one script share.
type scene struct {
	*place
	test      testing.TB
	cloud     *cloudtest.Cloud // the last one started, or the one in use
	clouds    map[string]*cloudtest.Cloud
	snapshots map[string][]string // by path
	bus       *exec.Cmd
	keyring   *exec.Cmd // the one on the script's bus
}

// sceneOf returns the scene of a script.
func sceneOf(ts *testscript.TestScript) *scene {
	s, ok := ts.Value(sceneKey{}).(*scene)
	if !ok {
		ts.Fatalf("the script was not set up")
	}
	return s
}

// sceneKey is what a script keeps its scene under.
type sceneKey struct{}

// setUp makes the place of a script.
func setUp(env *testscript.Env) error {
	p, err := newPlace(filepath.Join(built.dir, "bin"), filepath.Join(env.WorkDir, "home"))
	if err != nil {
		return err
	}
	test, ok := env.T().(testing.TB)
	if !ok {
		return errors.New("testscript does not run in a test")
	}
	env.Values[sceneKey{}] = &scene{place: p, test: test, snapshots: make(map[string][]string)}
	if err := writeTokens(env.WorkDir); err != nil {
		return err
	}
	env.Vars = append(p.environ(),
		"WORK="+env.WorkDir, "TMPDIR="+filepath.Join(env.WorkDir, ".tmp"),
		"SOCKET="+filepath.Join(p.root, "s"), "DATA="+filepath.Join(p.home, ".local", "share", "bento-cred"),
		"CONFIG="+filepath.Join(p.home, ".config", "bento-cred", "config.toml"),
		"devnull="+os.DevNull, "/=/", ":=:", "$=$",
	)
	env.Defer(func() {
		if err := p.close(); err != nil && !test.Failed() {
			test.Error(err)
		}
	})
	return nil
}

// writeTokens puts each of a cloud's tokens into a file, for standard input.
func writeTokens(dir string) error {
	for name, token := range map[string]string{
		"developer": tokenDeveloper, "endpoints": tokenEndpoints, "summary": tokenSummary,
		"expired": tokenExpired, "unknown": "made-up-unknown",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(token+"\n"), 0o600); err != nil {
			return err
		}
	}
	return nil
}

// condition adds to testscript's conditions those about the machine.
func condition(name string) (bool, error) {
	switch name {
	case "root":
		return os.Getuid() == 0, nil
	case "runtimedir":
		// There a daemon of the tester's own could be.
		_, err := os.Stat(fmt.Sprintf("/run/user/%d", os.Getuid()))
		return err == nil, nil
	}
	return false, fmt.Errorf("unknown condition %q", strings.TrimSpace(name))
}
