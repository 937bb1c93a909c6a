package server_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/bento-cred/bento-cred/internal/credential"
	"github.com/bento-cred/bento-cred/ipc"
	"github.com/bento-cred/bento-cred/ipc/ipctest"
	"github.com/bento-cred/bento-cred/ipc/management"
	"github.com/bento-cred/bento-cred/ipc/server"
)

// socketPath returns a path for a socket, short enough for every platform.
func socketPath(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("/tmp", "bc")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return filepath.Join(dir, "s")
}

// running is a server under test.
type running struct {
	*server.Server
	path string
	stop context.CancelFunc
	done chan error
}

// serve serves agent until the test ends.
func serve(t testing.TB, agent management.Agent) *running {
	t.Helper()
	r := &running{path: socketPath(t), done: make(chan error, 1)}
	listener, err := server.Listen(r.path)
	if err != nil {
		t.Fatal(err)
	}
	r.Server = server.New(server.Config{
		Agent:   func(server.Peer) (management.Agent, error) { return agent, nil },
		Version: "1.0.0",
		Log:     slog.New(slog.DiscardHandler),
	})
	ctx, stop := context.WithCancel(context.Background())
	r.stop = stop
	go func() { r.done <- r.Serve(ctx, listener) }()
	t.Cleanup(func() {
		stop()
		select {
		case err := <-r.done:
			if err != nil {
				t.Errorf("Serve: %v", err)
			}
		case <-time.After(10 * time.Second):
			t.Error("the server did not stop")
		}
	})
	return r
}

// dial connects a client to the server.
func (r *running) dial(t *testing.T) management.Client {
	t.Helper()
	client, err := ipc.Dial(t.Context(), ipc.Config{Socket: r.path, Version: "1.0.0"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Close() })
	return management.Client{Client: client}
}

// raw connects without a client.
func (r *running) raw(t *testing.T) net.Conn {
	t.Helper()
	conn, err := net.Dial("unix", r.path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	if err := conn.SetDeadline(time.Now().Add(10 * time.Second)); err != nil {
		t.Fatal(err)
	}
	return conn
}

// memorySubject returns memory under test, as agent speaks for it.
func memorySubject(memory *ipctest.Memory, agent management.Agent) ipctest.Subject {
	return ipctest.Subject{
		Agent: agent, Endpoint: "https://cloud.example", Token: credential.NewSecret("made-up *'\"$ token é"),
		Approve: memory.Approve,
	}
}

func TestMemoryKeepsTheContract(t *testing.T) {
	ipctest.TestAgent(t, func(*testing.T) ipctest.Subject {
		memory := ipctest.NewMemory()
		return memorySubject(memory, memory)
	})
}

func TestClientKeepsTheContract(t *testing.T) {
	ipctest.TestAgent(t, func(t *testing.T) ipctest.Subject {
		memory := ipctest.NewMemory()
		return memorySubject(memory, serve(t, memory).dial(t))
	})
}

// TestSingleClientKeepsTheContract: a client that has a connection for each request.
func TestSingleClientKeepsTheContract(t *testing.T) {
	ipctest.TestAgent(t, func(t *testing.T) ipctest.Subject {
		memory := ipctest.NewMemory()
		client, err := ipc.Dial(t.Context(), ipc.Config{Socket: serve(t, memory).path, Version: "1.0.0", Single: true})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = client.Close() })
		return memorySubject(memory, management.Client{Client: client})
	})
}

// failing is an Agent whose Status fails or panics.
type failing struct {
	management.Agent
	err  error
	fail func()
}

func (f failing) Status(context.Context) (management.Status, error) {
	if f.fail != nil {
		f.fail()
	}
	return management.Status{}, f.err
}

// TestClosingTwice guards against the close of a number that is another file's by then.
func TestClosingTwice(t *testing.T) {
	client := serve(t, ipctest.NewMemory()).dial(t)
	if err := client.Close(); err != nil {
		t.Fatal(err)
	}
	var others []*os.File
	for range 8 {
		file, err := os.Open(os.DevNull)
		if err != nil {
			t.Fatal(err)
		}
		defer file.Close()
		others = append(others, file)
	}
	if err := client.Close(); err != nil {
		t.Errorf("closing again: %v", err)
	}
	for range 2 {
		if _, err := client.Status(t.Context()); err == nil {
			t.Error("a closed client answers")
		}
	}
	for _, file := range others {
		if _, err := file.Stat(); err != nil {
			t.Errorf("another file was closed: %v", err)
		}
	}
}

func TestEveryCodeSurvivesTheWire(t *testing.T) {
	for _, code := range ipc.Codes() {
		t.Run(string(code), func(t *testing.T) {
			told := &ipc.Error{Code: code, Message: "it is\nso", Hint: "do this"}
			client := serve(t, failing{Agent: ipctest.NewMemory(), err: fmt.Errorf("doing that: %w", told)}).dial(t)
			_, err := client.Status(t.Context())
			if !errors.Is(err, code) {
				t.Fatalf("error %v, want code %q", err, code)
			}
			if got := ipc.AsError(err); got.Message != "doing that: it is so" || got.Hint != "do this" {
				t.Errorf("got %+v", got)
			}
		})
	}
}

func TestPanicEndsOneRequest(t *testing.T) {
	agent := failing{Agent: ipctest.NewMemory(), fail: func() { panic("made-up-token") }}
	r := serve(t, agent)
	client := r.dial(t)
	_, err := client.Status(t.Context())
	if !errors.Is(err, ipc.Internal) || strings.Contains(err.Error(), "made-up-token") {
		t.Errorf("error %v, want internal without what the panic said", err)
	}
	if _, err := client.Ping(t.Context()); err != nil {
		t.Errorf("the next request: %v", err)
	}
}

// TestStoppingLosesNoRequest stops the server while clients ask: each request that was
// sent is answered, or was never taken, which the client sees as nobody listening.
func TestStoppingLosesNoRequest(t *testing.T) {
	r := serve(t, ipctest.NewMemory())
	var clients sync.WaitGroup
	for range 16 {
		clients.Go(func() {
			for {
				client, err := ipc.Dial(context.Background(), ipc.Config{Socket: r.path, Version: "1.0.0"})
				if err != nil {
					if !errors.Is(err, ipc.NoDaemon) {
						t.Errorf("dialling: %v", err)
					}
					return
				}
				if _, err := client.Ping(context.Background()); err != nil {
					t.Errorf("a request was lost: %v", err)
				}
				_ = client.Close()
			}
		})
	}
	time.Sleep(50 * time.Millisecond)
	r.stop()
	clients.Wait()
}

func TestQuietConnectionsDoNotKeepTheServer(t *testing.T) {
	r := serve(t, ipctest.NewMemory())
	r.raw(t)
	client := r.dial(t)
	if _, err := client.Ping(t.Context()); err != nil {
		t.Fatal(err)
	}
	r.stop()
	select {
	case err := <-r.done:
		r.done <- err
	case <-time.After(5 * time.Second):
		t.Error("a quiet connection keeps the server")
	}
}

func TestWaitIdle(t *testing.T) {
	r := serve(t, ipctest.NewMemory())
	conn := r.raw(t)
	if _, err := io.WriteString(conn, "bento-cred/1\nop=ping\n\n"); err != nil {
		t.Fatal(err)
	}
	readReply(t, conn)
	busy, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	if err := r.WaitIdle(busy, 10*time.Millisecond); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("with a peer connected: %v", err)
	}
	_ = conn.Close()
	idle, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	if err := r.WaitIdle(idle, 10*time.Millisecond); err != nil {
		t.Errorf("with nobody connected: %v", err)
	}
}
