package main

import (
	"context"
	"flag"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/bento-cred/bento-cred/internal/credential"
	"github.com/bento-cred/bento-cred/ipc"
	"github.com/bento-cred/bento-cred/ipc/ipctest"
	"github.com/bento-cred/bento-cred/ipc/management"
	"github.com/bento-cred/bento-cred/ipc/server"
)

// asProgram makes the test binary be bento-credctl: for tests that need a process, with
// its signals, its terminal and its place on PATH.
const asProgram = "BENTO_CREDCTL_TEST_AS_PROGRAM"

const (
	madeUpToken    = "made-up-c1qsj5v3m7fkm8p0"
	madeUpEndpoint = "https://acme.cloud.bentoml.example"
)

var update = flag.Bool("update", false, "write the golden files anew")

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) == "1" {
		os.Exit(Main(here()))
	}
	os.Exit(m.Run())
}

// today is the time in all tests that do not need another.
func today() time.Time { return time.Date(2027, 1, 15, 12, 0, 0, 0, time.UTC) }

// agent is a Memory that remembers what it was asked, and answers some questions as the
// test wants it.
type agent struct {
	*ipctest.Memory

	status    func(*management.Status)
	imported  *management.Imported
	config    *management.ConfigState
	loggedIn  func(*management.LoggedIn)
	unlockErr error

	mu         sync.Mutex
	login      management.Login     // guarded by mu; the last one
	imports    management.Import    // guarded by mu; the last one
	migration  management.Migration // guarded by mu; the last one
	passphrase string               // guarded by mu; the last one
	stopped    bool                 // guarded by mu
}

func newAgent() *agent {
	return &agent{Memory: &ipctest.Memory{Version: "1.2.3", Now: today}}
}

// Login implements management.Agent.
func (a *agent) Login(ctx context.Context, login management.Login) (management.LoggedIn, error) {
	a.mu.Lock()
	a.login = login
	a.mu.Unlock()
	if login.Endpoint == "" {
		login.Endpoint = madeUpEndpoint
	}
	done, err := a.Memory.Login(ctx, login)
	if a.loggedIn != nil {
		a.loggedIn(&done)
	}
	return done, err
}

// Status implements management.Agent.
func (a *agent) Status(ctx context.Context) (management.Status, error) {
	status, err := a.Memory.Status(ctx)
	if a.status != nil {
		a.status(&status)
	}
	return status, err
}

// Import implements management.Agent.
func (a *agent) Import(ctx context.Context, request management.Import) (management.Imported, error) {
	a.mu.Lock()
	a.imports = request
	a.mu.Unlock()
	if a.imported == nil {
		return a.Memory.Import(ctx, request)
	}
	return *a.imported, nil
}

// CheckConfig implements management.Agent.
func (a *agent) CheckConfig(ctx context.Context, path string) (management.ConfigState, error) {
	if a.config == nil {
		return a.Memory.CheckConfig(ctx, path)
	}
	return *a.config, nil
}

// Migrate implements management.Agent.
func (a *agent) Migrate(_ context.Context, migration management.Migration) (management.Store, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.migration = migration
	return management.Store{Backend: migration.Backend, State: stateReady, Why: "it was asked for"}, nil
}

// Unlock implements management.Agent.
func (a *agent) Unlock(_ context.Context, passphrase credential.Secret) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.passphrase = passphrase.Reveal()
	return a.unlockErr
}

// Stop implements management.Agent.
func (a *agent) Stop(context.Context, management.Stop) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.stopped = true
	return nil
}

// noDaemon returns an environment of its own for a program: a home, a socket nobody
// listens at, and no bus. No daemon is started from it.
func noDaemon(t *testing.T) []string {
	t.Helper()
	dir, err := os.MkdirTemp("/tmp", "bc") // t.TempDir may be too long for a socket
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return []string{
		"HOME=" + dir,
		"PATH=" + os.Getenv("PATH"),
		"TERM=xterm",
		"DBUS_SESSION_BUS_ADDRESS=disabled:",
		ipc.StartVariable + "=0",
		ipc.SocketVariable + "=" + filepath.Join(dir, "s"),
	}
}

// serve has a answer at a socket until the test ends, and returns an environment that
// leads there.
func serve(t *testing.T, a management.Agent) []string {
	t.Helper()
	environ := noDaemon(t)
	listener, err := server.Listen(ipc.Lookup(environ)(ipc.SocketVariable))
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	served := make(chan error, 1)
	s := server.New(server.Config{
		Agent:   func(server.Peer) (management.Agent, error) { return a, nil },
		Version: "1.2.3",
		Log:     slog.New(slog.DiscardHandler),
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

// result is what a run of the program left behind.
type result struct {
	status   int
	out, err string
}

// command is a run of the program.
type command struct {
	environ   []string
	stdin     string
	directory string
}

// run runs the program in this process, with nothing but pipes and files around it.
func (c command) run(t *testing.T, args ...string) result {
	t.Helper()
	in, feed, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	go func() {
		_, _ = io.WriteString(feed, c.stdin) // the program need not read it
		_ = feed.Close()
	}()
	out, stderr := file(t), file(t)
	status := Main(process{
		args:      append([]string{"bento-cred"}, args...),
		environ:   c.environ,
		in:        in,
		out:       out,
		err:       stderr,
		directory: c.directory,
		now:       today,
	})
	_ = in.Close()
	return result{status: status, out: content(t, out), err: content(t, stderr)}
}

// run runs the program in environ without anything on standard input.
func run(t *testing.T, environ []string, args ...string) result {
	t.Helper()
	return command{environ: environ}.run(t, args...)
}

func file(t *testing.T) *os.File {
	t.Helper()
	f, err := os.Create(filepath.Join(t.TempDir(), "stream"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	return f
}

func content(t *testing.T, f *os.File) string {
	t.Helper()
	text, err := os.ReadFile(f.Name())
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// ok runs the program, which must end well, and returns its output.
func ok(t *testing.T, environ []string, args ...string) string {
	t.Helper()
	got := run(t, environ, args...)
	if got.status != 0 {
		t.Fatalf("%q ended with status %d: %s", args, got.status, got.err)
	}
	return got.out
}

// golden compares text with the golden file called name.
func golden(t *testing.T, name, text string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), text); diff != "" {
		t.Errorf("%s: -want +got:\n%s", name, diff)
	}
}
