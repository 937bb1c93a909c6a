//go:build unix

package server_test

import (
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"sync"
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

// TestAnswerWhenTheWatchBegins has answers come at just the time at which somebody begins to
// look whether they are still wanted: none is held up by that.
func TestAnswerWhenTheWatchBegins(t *testing.T) {
	t.Parallel()
	const around = 200 * time.Millisecond // when it begins
	r := serve(t, slowAgent{ipctest.NewMemory(), around})
	var all sync.WaitGroup
	for range 200 {
		all.Go(func() {
			conn, err := net.Dial("unix", r.path)
			if err != nil {
				t.Error(err)
				return
			}
			defer conn.Close()
			_ = conn.SetDeadline(time.Now().Add(20 * time.Second))
			for range 5 {
				if _, err := io.WriteString(conn, "bento-cred/1\nop=get\n\n"); err != nil {
					t.Error(err)
					return
				}
				if err := ipc.NewReader(conn, ipc.MaxReply).Await(); err != nil {
					t.Errorf("no answer: %v", err)
					return
				}
			}
		})
	}
	all.Wait()
}

// slowAgent takes about so long for each answer.
type slowAgent struct {
	*ipctest.Memory

	about time.Duration
}

func (s slowAgent) Credential(context.Context, ipc.Request) (ipc.Credential, error) {
	time.Sleep(s.about - 2*time.Millisecond + rand.N(4*time.Millisecond))
	return ipc.Credential{}, ipc.NoContext
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
