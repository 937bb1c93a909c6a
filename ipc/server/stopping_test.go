package server_test

import (
	"context"
	"errors"
	"io"
	"os"
	"testing"
	"time"

	"github.com/bento-cred/bento-cred/ipc"
	"github.com/bento-cred/bento-cred/ipc/ipctest"
	"github.com/bento-cred/bento-cred/ipc/management"
	"github.com/bento-cred/bento-cred/ipc/server"
)

// ATTACK: more peers than the daemon holds conversations connect and say nothing.
// THIS TEST VERIFIES: whoever asks something is answered all the same.
func TestSilentPeersDoNotFillTheHouse(t *testing.T) {
	r := serve(t, ipctest.NewMemory())
	for range 600 {
		r.raw(t)
	}
	begin := time.Now()
	if _, err := r.dial(t).Ping(t.Context()); err != nil {
		t.Error(err)
	}
	if waited := time.Since(begin); waited > 3*time.Second {
		t.Errorf("the answer took %v", waited)
	}
}

// hanging is an Agent whose Status takes until it is given up.
type hanging struct {
	management.Agent
	begun chan struct{}
}

func (h hanging) Status(ctx context.Context) (management.Status, error) {
	close(h.begun)
	<-ctx.Done()
	return management.Status{}, ctx.Err()
}

// TestStoppingGivesUpWhatTakesLong guards against a daemon that is told to leave, waits
// for a silent cloud, and meanwhile keeps the next daemon from starting.
func TestStoppingGivesUpWhatTakesLong(t *testing.T) {
	agent := hanging{Agent: ipctest.NewMemory(), begun: make(chan struct{})}
	r := serve(t, agent)
	answered := make(chan error, 1)
	client := r.dial(t)
	go func() {
		_, err := client.Status(context.Background())
		answered <- err
	}()
	<-agent.begun
	r.stop()
	select {
	case err := <-answered:
		if !errors.Is(err, ipc.TimedOut) || ipc.AsError(err).Hint == "" {
			t.Errorf("error %v, want timeout with a hint", err)
		}
	case <-time.After(8 * time.Second):
		t.Error("a stopping server waits for ever")
	}
}

// TestLeavingTakesAwayOnlyItsOwnSocket has another daemon's socket stand at the path by
// the time the first one leaves.
func TestLeavingTakesAwayOnlyItsOwnSocket(t *testing.T) {
	first := serve(t, ipctest.NewMemory())
	for _, file := range []string{first.path, ipc.LockPath(first.path)} {
		if err := os.Remove(file); err != nil {
			t.Fatal(err)
		}
	}
	second, err := server.Listen(first.path)
	if err != nil {
		t.Fatal(err)
	}
	defer second.Close()
	first.stop()
	first.done <- <-first.done // it has left
	if !second.Reachable() {
		t.Error("the first daemon took the second one's socket away")
	}
}

// TestTimeOutEndsTheConnection guards against the late answer to one request being taken
// for the answer to the next.
func TestTimeOutEndsTheConnection(t *testing.T) {
	agent := hanging{Agent: ipctest.NewMemory(), begun: make(chan struct{})}
	r := serve(t, agent)
	client := r.dial(t)
	brief, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := client.Status(brief); !errors.Is(err, ipc.TimedOut) {
		t.Fatalf("error %v, want timeout", err)
	}
	// The late answer is an error of its own; what comes now has to be about the context.
	for range 2 {
		if err := client.UseContext(t.Context(), "none"); !errors.Is(err, ipc.NotFound) {
			t.Errorf("error %v, want not found: the next request has another connection", err)
		}
	}
}

// TestSlowRequestIsGivenUp sends a request that never ends.
func TestSlowRequestIsGivenUp(t *testing.T) {
	t.Parallel()
	conn := serve(t, ipctest.NewMemory()).raw(t)
	if err := conn.SetDeadline(time.Now().Add(20 * time.Second)); err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(conn, "bento-cred/1\nop=pi"); err != nil {
		t.Fatal(err)
	}
	if answer, err := io.ReadAll(conn); err != nil || len(answer) > 0 {
		t.Errorf("got %q, %v; want the end", answer, err)
	}
}
