package e2e_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/bento-cred/bento-cred/internal/realpart"
	"github.com/bento-cred/bento-cred/ipc"
)

// TestNoInotify runs the daemon as a user whose other programs have used up all there is
// for the watching of files: changed settings are seen all the same, and a daemon whose
// socket was taken away leaves.
func TestNoInotify(t *testing.T) {
	t.Parallel()
	realpart.Need(t, "unshare")
	p, cloud := newHome(t)
	socket := filepath.Join(p.root, "s")
	settings := filepath.Join(p.home, ".config", "bento-cred", "config.toml")
	const often = "[health]\ninterval = \"1s\"\n"
	writeAll(t, map[string]string{settings: often})
	const script = `echo 0 >/proc/sys/user/max_inotify_instances && exec bento-credd run`
	daemon := p.command(context.WithoutCancel(t.Context()), "unshare", "-U", "-r", "sh", "-c", script)
	var log strings.Builder
	daemon.Stderr = &log
	if err := daemon.Start(); err != nil {
		t.Fatal(err)
	}
	left := make(chan struct{})
	go func() {
		defer close(left)
		_ = daemon.Wait() // it ends by a signal, or by itself
	}()
	t.Cleanup(func() { _ = daemon.Process.Signal(syscall.SIGTERM) }) // it may have left
	for late := time.Now().Add(patience); ; time.Sleep(pause) {
		if _, err := pidAt(socket); err == nil {
			break
		}
		select {
		case <-left:
			t.Skipf("a user of one's own cannot be had here: %s", log.String())
		default:
		}
		if time.Now().After(late) {
			t.Fatal("the daemon does not come")
		}
	}
	p.login(t, cloud.URL(), "default", tokenDeveloper)
	writeAll(t, map[string]string{settings: often + "[daemon]\nidle_exit = \"never\"\n"})
	for late := time.Now().Add(2 * patience); ; time.Sleep(20 * pause) {
		if status := p.run(t, p.home, "", ipc.ProgramHelper, "status"); strings.Contains(status, "idle_exit") {
			break
		}
		if time.Now().After(late) {
			t.Fatal("settings that are not valid are not seen")
		}
	}
	if err := os.Remove(socket); err != nil {
		t.Fatal(err)
	}
	select {
	case <-left:
	case <-time.After(patience):
		t.Error("a daemon that nobody can reach stays")
	}
	if !strings.Contains(log.String(), "not watching the socket") {
		t.Errorf("the log does not say that the socket is not watched, so this proves nothing:\n%s", log.String())
	}
}
