//go:build unix

package server_test

import (
	"context"
	"errors"
	"io"
	"net"
	"testing"
	"time"

	"github.com/bento-cred/bento-cred/ipc"
	"github.com/bento-cred/bento-cred/ipc/ipctest"
)

// patientAgent answers a request when it is told to, or tells that nobody waits any more.
type patientAgent struct {
	*ipctest.Memory

	asked, answer chan struct{}
	ended         chan error
}

func (p patientAgent) Credential(ctx context.Context, _ ipc.Request) (ipc.Credential, error) {
	p.asked <- struct{}{}
	select {
	case <-ctx.Done():
		p.ended <- ctx.Err()
		return ipc.Credential{}, ctx.Err()
	case <-p.answer:
		return ipc.Credential{}, ipc.NoContext
	}
}

// TestHangUp: a request that waits ends when its peer is gone. A peer that has only said all
// it has to say, as socat does, and one that says more meanwhile, get their answers.
func TestHangUp(t *testing.T) {
	t.Parallel()
	const get = "bento-cred/1\nop=get\n\n"
	agent := patientAgent{
		Memory: ipctest.NewMemory(), asked: make(chan struct{}), answer: make(chan struct{}), ended: make(chan error, 1),
	}
	r := serve(t, agent)
	open := func() *net.UnixConn {
		t.Helper()
		conn, err := net.DialUnix("unix", nil, &net.UnixAddr{Name: r.path, Net: "unix"})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = conn.Close() })
		if _, err := io.WriteString(conn, get); err != nil {
			t.Fatal(err)
		}
		<-agent.asked
		return conn
	}
	gone := open()
	_ = gone.Close()
	select {
	case err := <-agent.ended:
		if !errors.Is(err, context.Canceled) {
			t.Errorf("it ended with %v", err)
		}
	case <-time.After(10 * time.Second):
		t.Fatal("a request goes on whose peer is gone")
	}
	for name, act := range map[string]func(*net.UnixConn) error{
		"silent":      func(*net.UnixConn) error { return nil },
		"half closed": (*net.UnixConn).CloseWrite,
		"says more": func(conn *net.UnixConn) error {
			_, err := io.WriteString(conn, "bento-cred/1\nop=ping\n\n")
			return err
		},
	} {
		conn := open()
		if err := act(conn); err != nil {
			t.Fatal(err)
		}
		select {
		case err := <-agent.ended:
			t.Errorf("%s: the request was ended: %v", name, err)
		case <-time.After(500 * time.Millisecond):
			agent.answer <- struct{}{}
		}
		if err := conn.SetDeadline(time.Now().Add(10 * time.Second)); err != nil {
			t.Fatal(err)
		}
		if reply := readReply(t, conn); reply == "" {
			t.Errorf("%s: no answer", name)
		}
	}
}
