package daemon_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/bento-cred/bento-cred/daemon"
	"github.com/bento-cred/bento-cred/ipc"
)

// TestDaemonGivesWayWhenItsSocketIsGone has the socket taken away in all the ways there
// are. The daemon must leave by itself or when the next one comes, and that one must have
// what was kept.
func TestDaemonGivesWayWhenItsSocketIsGone(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		take func(runtime string) error // away from the daemon
		back os.FileMode                // of the directory that comes back; 0: none does
	}{
		"directory removed":              {os.RemoveAll, 0},
		"directory removed and back":     {os.RemoveAll, 0o700},
		"back, and shared":               {os.RemoveAll, 0o755},
		"renamed":                        {func(dir string) error { return os.Rename(dir, dir+".away") }, 0},
		"renamed further up, not seen":   {func(dir string) error { return os.Rename(filepath.Dir(dir), filepath.Dir(dir)+".away") }, 0},
		"renamed further up, and a copy": {func(dir string) error { return os.Rename(filepath.Dir(dir), filepath.Dir(dir)+".away") }, 0o700},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := furnish(t, func(h *house) {
				h.config.Socket = filepath.Join(filepath.Dir(h.config.Socket), "user", "bento-cred", "s")
				h.cloud = newCloud(t)
			})
			h.login("default")
			first := h.done
			dir := filepath.Dir(h.config.Socket)
			if err := test.take(dir); err != nil {
				t.Fatal(err)
			}
			if test.back != 0 {
				if err := os.MkdirAll(dir, test.back); err != nil {
					t.Fatal(err)
				}
			}
			_ = h.Close()
			h.start()
			if got, err := h.Credential(t.Context(), ipc.Request{}); err != nil || got.Value.Reveal() != goodToken {
				t.Errorf("the next daemon: %v", err)
			}
			select {
			case err := <-first:
				if err != nil {
					t.Errorf("the daemon left with %v", err)
				}
			case <-time.After(20 * time.Second):
				t.Error("the daemon that nobody can reach stays")
			}
		})
	}
}

// TestNoSocketWhereOthersCanPutTheirs has the directory come back so that others could put
// a socket of theirs in it: no daemon serves there, and the error says what to do.
func TestNoSocketWhereOthersCanPutTheirs(t *testing.T) {
	t.Parallel()
	h := furnish(t, func(h *house) {
		h.config.Socket = filepath.Join(filepath.Dir(h.config.Socket), "bento-cred", "s")
		h.cloud = newCloud(t)
	})
	dir := filepath.Dir(h.config.Socket)
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	select {
	case err := <-h.done:
		h.done <- err
	case <-time.After(20 * time.Second):
		t.Fatal("the daemon that nobody can reach stays")
	}
	next, err := daemon.New(h.config)
	if err != nil {
		t.Fatal(err)
	}
	if err := next.Run(t.Context()); err == nil || !contains(err.Error(), "chmod go-w", dir) {
		t.Errorf("Run() = %v, want that others can write to %s", err, dir)
	}
}

// contains reports whether text has every part.
func contains(text string, parts ...string) bool {
	for _, part := range parts {
		if !strings.Contains(text, part) {
			return false
		}
	}
	return true
}
