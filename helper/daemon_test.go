package helper_test

import (
	"bytes"
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/bento-cred/bento-cred/helper"
	"github.com/bento-cred/bento-cred/internal/credential"
	"github.com/bento-cred/bento-cred/ipc"
	"github.com/bento-cred/bento-cred/ipc/management"
	"github.com/bento-cred/bento-cred/ipc/server"
)

const (
	madeUpToken    = "made-up-c1qsj5v3m7fkm8p0"
	madeUpEndpoint = "https://acme.cloud.bentoml.example"
)

// agent answers every request for a credential alike and remembers the last one.
type agent struct {
	management.Agent // the hot helper asks for nothing of it

	answer ipc.Credential
	err    error

	mu      sync.Mutex
	last    ipc.Request // guarded by mu
	refused []string    // guarded by mu; the values that were refused elsewhere
}

// Refused implements ipc.Agent.
func (a *agent) Refused(_ context.Context, value credential.Secret) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.refused = append(a.refused, value.Reveal())
	return a.err
}

// Credential implements ipc.Agent.
func (a *agent) Credential(_ context.Context, request ipc.Request) (ipc.Credential, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.last = request
	return a.answer, a.err
}

func (a *agent) request() ipc.Request {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.last
}

// madeUp is the answer most tests want.
func madeUp() ipc.Credential {
	return ipc.Credential{
		Context:  "work",
		Source:   ipc.SourceCurrent,
		Endpoint: madeUpEndpoint,
		Header:   "X-YATAI-API-TOKEN",
		Value:    credential.NewSecret(madeUpToken),
	}
}

// serve has a answer at a socket until the test ends, and returns an environment that
// leads there and nowhere else.
func serve(t *testing.T, a *agent) []string {
	t.Helper()
	environ := noDaemon(t)
	listener, err := server.Listen(ipc.Lookup(environ)(ipc.SocketVariable))
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	served := make(chan error, 1)
	s := server.New(server.Config{
		Agent: func(server.Peer) (management.Agent, error) { return a, nil },
		Log:   slog.New(slog.DiscardHandler),
	})
	go func() { served <- s.Serve(ctx, listener) }()
	t.Cleanup(func() {
		stop()
		if err := <-served; err != nil {
			t.Errorf("serving: %v", err)
		}
	})
	return environ
}

// noDaemon returns an environment in which no daemon answers and none is started.
func noDaemon(t *testing.T) []string {
	t.Helper()
	// A socket's path must be short; the test's own directory may not be.
	dir, err := os.MkdirTemp("/tmp", "bc")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + dir, "SHELL=/bin/sh", "DBUS_SESSION_BUS_ADDRESS=disabled:",
		ipc.SocketVariable + "=" + filepath.Join(dir, "run", "s"), ipc.StartVariable + "=0",
	}
}

// result is what a run of the helper left behind.
type result struct {
	status   int
	out, err string
}

// run runs the helper within the test.
func run(environ []string, arguments ...string) result {
	var out, errs bytes.Buffer
	status := helper.Main(append([]string{"bento-cred"}, arguments...), environ, helper.Streams{Out: &out, Err: &errs})
	return result{status: status, out: out.String(), err: errs.String()}
}
