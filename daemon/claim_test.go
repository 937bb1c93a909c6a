package daemon_test

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/bento-cred/bento-cred/daemon"
	"github.com/bento-cred/bento-cred/ipc"
	"github.com/bento-cred/bento-cred/ipc/server"
)

func TestTwoDaemonsDoNotShareTheirData(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	run := func(socket string) error {
		t.Helper()
		config := h.config
		config.Socket = socket
		d, err := daemon.New(config)
		if err != nil {
			t.Fatal(err)
		}
		ctx, stop := context.WithTimeout(t.Context(), 10*time.Second)
		defer stop()
		return d.Run(ctx)
	}
	err := run(filepath.Join(filepath.Dir(h.config.Socket), "other"))
	if !errors.Is(err, ipc.StoreFailed) || !strings.Contains(ipc.AsError(err).Hint, "stop") {
		t.Fatalf("error %v, want one of the store with a hint", err)
	}
	for _, part := range []string{h.config.DataDir, h.config.Socket} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("error %q does not name %q", err, part)
		}
	}
	if err := run(h.config.Socket); !errors.Is(err, server.ErrRunning) {
		t.Errorf("on the same socket: %v, want %v", err, server.ErrRunning)
	}
}

// TestDaemonWaitsForTheOneThatLeaves has the next daemon read its state while the last
// one still writes.
func TestDaemonWaitsForTheOneThatLeaves(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	config := h.config
	config.Socket = filepath.Join(filepath.Dir(h.config.Socket), "next")
	next, err := daemon.New(config)
	if err != nil {
		t.Fatal(err)
	}
	h.login("default")
	h.end()
	h.config = config
	h.serve(next)
	if got, err := h.Credential(t.Context(), ipc.Request{}); err != nil || got.Context != "default" {
		t.Errorf("Credential() = %+v, %v; want the context the last daemon kept", got, err)
	}
}
