package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/bento-cred/bento-cred/internal/cloudtest"
	"github.com/bento-cred/bento-cred/ipc"
)

// home is a place to live for a short time.
type home struct {
	dir     string
	socket  string
	environ []string
}

// newHome makes a home in which the programs of bin are found.
func newHome(bin string, cloud *cloudtest.Cloud) (home, error) {
	bin, err := filepath.Abs(bin)
	if err != nil {
		return home{}, err
	}
	for _, name := range []string{ipc.ProgramHelper, ipc.ProgramFace, ipc.ProgramDaemon} {
		if _, err := os.Stat(filepath.Join(bin, name)); err != nil {
			return home{}, fmt.Errorf("%w; run make build first", err)
		}
	}
	if _, err := exec.LookPath("sh"); err != nil {
		return home{}, err
	}
	self, err := os.Executable()
	if err != nil {
		return home{}, err
	}
	// Below /tmp, since the path of a socket is short and a temporary directory's may
	// be long.
	dir, err := os.MkdirTemp("/tmp", "bento-cred-try-")
	if err != nil {
		return home{}, err
	}
	h := home{dir: dir, socket: filepath.Join(dir, "s")}
	if err := os.Symlink(self, filepath.Join(dir, clientName)); err != nil {
		return home{}, errors.Join(err, os.RemoveAll(dir))
	}
	h.environ = []string{
		"PATH=" + bin + ":" + dir + ":" + os.Getenv("PATH"),
		"HOME=" + dir,
		"LC_ALL=C.UTF-8",
		"DBUS_SESSION_BUS_ADDRESS=disabled:", // so that no keychain is found
		ipc.SocketVariable + "=" + h.socket,
		"CLOUD=" + cloud.URL(),
		"DEPLOYMENT=" + cloud.DeploymentURL(deployment),
		"DEVELOPER_TOKEN=" + tokenDeveloper,
		"ENDPOINTS_TOKEN=" + tokenEndpoints,
	}
	return h, nil
}

// leaveTime is how long the daemon may take to leave.
const leaveTime = 10 * time.Second

// remove stops the daemon if it still runs, removes the home, and returns an error if
// anything of either is left.
func (h home) remove() error {
	err := h.awaitDaemon()
	if left := h.processes(); len(left) > 0 {
		err = errors.Join(err, fmt.Errorf("processes were left: %v", left))
	}
	err = errors.Join(err, os.RemoveAll(h.dir))
	if _, gone := os.Lstat(h.dir); !errors.Is(gone, os.ErrNotExist) {
		err = errors.Join(err, fmt.Errorf("files were left in %s", h.dir))
	}
	return err
}

// awaitDaemon returns when the daemon has ended. It holds its lock as long as it lives.
func (h home) awaitDaemon() error {
	ctx, cancel := context.WithTimeout(context.Background(), leaveTime)
	defer cancel()
	client, err := ipc.Dial(ctx, ipc.Config{Socket: h.socket})
	if err == nil {
		_, err = client.Tell(ctx, "stop", ipc.Message{})
		err = errors.Join(err, client.Close())
	}
	if err != nil && !errors.Is(err, ipc.NoDaemon) {
		return fmt.Errorf("stopping the daemon: %w", err)
	}
	for ctx.Err() == nil {
		lock, err := ipc.Lock(ipc.LockPath(h.socket))
		if err == nil {
			return lock.Close()
		}
		if !errors.Is(err, ipc.ErrLockHeld) {
			return fmt.Errorf("looking at the daemon's lock: %w", err)
		}
		time.Sleep(time.Millisecond)
	}
	return errors.New("the daemon did not end")
}

// processes returns the ids of processes that were started in this home, where /proc
// tells. One that just gave its lock back has a moment to end.
func (h home) processes() []string {
	var left []string
	for late := time.Now().Add(leaveTime); ; time.Sleep(time.Millisecond) {
		left = nil
		files, _ := filepath.Glob("/proc/[0-9]*/environ") // the pattern is well formed
		for _, file := range files {
			environ, err := os.ReadFile(file)
			if err == nil && bytes.Contains(environ, []byte("HOME="+h.dir+"\x00")) {
				left = append(left, filepath.Base(filepath.Dir(file)))
			}
		}
		if len(left) == 0 || time.Now().After(late) {
			return left
		}
	}
}
