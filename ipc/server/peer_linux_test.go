package server_test

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/bento-cred/bento-cred/ipc/ipctest"
	"github.com/bento-cred/bento-cred/ipc/management"
	"github.com/bento-cred/bento-cred/ipc/server"
)

// ATTACK: a process connects, hands its connection on, and ends, so that its number may be
// that of a program which is let through.
// THIS TEST VERIFIES: what its number leads to is not believed any more.
func TestPeerThatEndedIsNotBelieved(t *testing.T) {
	t.Parallel()
	path := socketPath(t)
	listener, err := server.Listen(path)
	if err != nil {
		t.Fatal(err)
	}
	peers := make(chan server.Peer, 1)
	s := server.New(server.Config{
		Agent: func(peer server.Peer) (management.Agent, error) {
			peers <- peer
			return ipctest.NewMemory(), nil
		},
		Log: slog.New(slog.DiscardHandler),
	})
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- s.Serve(ctx, listener) }()
	defer func() {
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
	}()

	conn, err := net.Dial("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	looked := false
	if self := <-peers; self.PID != os.Getpid() || self.Contained || self.Certainly(func(int) { looked = true }) != nil || !looked {
		t.Errorf("a peer that is there is not believed: %+v", self)
	}

	leaver := exec.Command(os.Args[0])
	leaver.Env = []string{leaverVariable + "=" + path, "PATH=" + os.Getenv("PATH")}
	out, err := leaver.Output()
	if err != nil {
		t.Fatal(err)
	}
	heir, err := strconv.Atoi(strings.TrimSpace(string(out)))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = syscall.Kill(heir, syscall.SIGKILL) }()
	select {
	case gone := <-peers:
		if gone.PID != leaver.Process.Pid || !errors.Is(gone.Certainly(func(int) {}), server.ErrEnded) {
			t.Errorf("a peer that has ended is believed: %+v", gone)
		}
	case <-time.After(10 * time.Second):
		t.Error("nobody connected")
	}
	if (server.Peer{PID: os.Getpid()}).Certainly(func(int) {}) == nil {
		t.Error("a peer without a connection is believed")
	}
}
