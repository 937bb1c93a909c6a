package daemon_test

import (
	"bytes"
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/bento-cred/bento-cred/daemon"
	"github.com/bento-cred/bento-cred/internal/cloudtest"
	"github.com/bento-cred/bento-cred/internal/credential"
	"github.com/bento-cred/bento-cred/internal/dbusenv"
	"github.com/bento-cred/bento-cred/ipc"
	"github.com/bento-cred/bento-cred/ipc/ipctest"
	"github.com/bento-cred/bento-cred/ipc/management"
)

// TestMain makes the test binary a store's worker where it is started as one. No goroutine may
// be left when all tests have ended: of a daemon that runs for months, one more for each
// request or login is one too many.
func TestMain(m *testing.M) {
	if len(os.Args) == 2 && os.Args[1] == daemon.WorkerVerb {
		os.Exit(daemon.RunWorker(os.Stdin, os.Stdout, os.Stderr))
	}
	goleak.VerifyTestMain(m)
}

const goodToken = "made-up-token-good"

// house is a daemon under test with a home and a cloud of its own.
type house struct {
	management.Client
	t      *testing.T
	config daemon.Config
	cloud  *cloudtest.Cloud
	log    *logBuffer
	stop   context.CancelFunc
	done   chan error
}

// logBuffer is a log that several goroutines write.
type logBuffer struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *logBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *logBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// newHouse starts a daemon on the embedded default store.
func newHouse(t *testing.T) *house {
	t.Helper()
	return furnish(t, func(h *house) {
		h.writeConfig("[daemon]\nlog_level = \"debug\"\n")
		h.cloud = newCloud(t)
	})
}

// furnish starts a daemon in a house that has been arranged: to open a store twice, the
// second time with other settings, takes a second with the race detector.
func furnish(t *testing.T, arrange func(*house)) *house {
	t.Helper()
	home, err := os.MkdirTemp("/tmp", "bc")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(home) })
	executable, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	h := &house{t: t, log: &logBuffer{}}
	level := &slog.LevelVar{}
	h.config = daemon.Config{
		Version:    "1.0.0",
		Socket:     filepath.Join(home, "s"),
		OnDemand:   true,
		ConfigFile: filepath.Join(home, "config.toml"),
		StateFile:  filepath.Join(home, "data", "state.json"),
		DataDir:    filepath.Join(home, "data"),
		Executable: executable,
		Args:       []string{daemon.WorkerVerb},
		// With the race detector every worker would take a second to end.
		Environ: []string{"HOME=" + home, "DBUS_SESSION_BUS_ADDRESS=" + dbusenv.Nowhere, "GORACE=atexit_sleep_ms=0"},
		Log:     slog.New(slog.NewTextHandler(h.log, &slog.HandlerOptions{Level: level})),
		Level:   level,
		Now:     time.Now,
	}
	arrange(h)
	h.start()
	t.Cleanup(func() {
		h.end()
		if strings.Contains(h.log.String(), goodToken) {
			t.Error("the log holds a token")
		}
		records, _ := filepath.Glob(filepath.Join(h.config.DataDir, "audit", "*")) // the pattern is well formed
		for _, path := range records {
			if text, err := os.ReadFile(path); err != nil || bytes.Contains(text, []byte(goodToken)) {
				t.Errorf("the record of decisions holds a token, or cannot be read: %v", err)
			}
		}
	})
	return h
}

func (h *house) writeConfig(text string) {
	h.t.Helper()
	if err := os.WriteFile(h.config.ConfigFile, []byte(text), 0o600); err != nil {
		h.t.Fatal(err)
	}
}

// start starts the daemon and connects to it.
func (h *house) start() {
	h.t.Helper()
	d, err := daemon.New(h.config)
	if err != nil {
		h.t.Fatal(err)
	}
	h.serve(d)
}

// serve runs d and connects to it.
func (h *house) serve(d *daemon.Daemon) {
	h.t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	h.stop, h.done = stop, done
	go func() { done <- d.Run(ctx) }()
	for {
		client, err := ipc.Dial(h.t.Context(), ipc.Config{Socket: h.config.Socket, Version: h.config.Version})
		if err == nil {
			h.Client = management.Client{Client: client}
			// Who asks nothing at first is soon taken for one who never will.
			if _, err := h.Ping(h.t.Context()); err != nil {
				h.t.Fatal(err)
			}
			return
		}
		select {
		case err := <-h.done:
			h.t.Fatalf("the daemon ended: %v", err)
		case <-time.After(time.Millisecond):
		}
	}
}

// end stops the daemon and waits for it.
func (h *house) end() {
	h.t.Helper()
	_ = h.Close()
	h.stop()
	select {
	case err := <-h.done:
		if err != nil {
			h.t.Errorf("Run: %v", err)
		}
		h.done <- nil
	case <-time.After(20 * time.Second):
		h.t.Error("the daemon does not end")
	}
}

// restart ends the daemon and starts another in the same house.
func (h *house) restart() {
	h.t.Helper()
	h.end()
	h.start()
}

// login logs in to the context called name with goodToken.
func (h *house) login(name string) {
	h.t.Helper()
	_, err := h.Login(h.t.Context(), management.Login{
		Context: name, Endpoint: h.cloud.URL(), Token: credential.NewSecret(goodToken),
		Access: credential.Access{Developer: true},
	})
	if err != nil {
		h.t.Fatal(err)
	}
}

// approve approves the login that waits at page.
func (h *house) approve(page string) {
	h.t.Helper()
	_, code, _ := strings.Cut(page, "?code=")
	if !h.cloud.Approve(code) {
		h.t.Errorf("no login waits at %s", page)
	}
}

func TestDaemonKeepsTheContract(t *testing.T) {
	t.Parallel()
	ipctest.TestAgent(t, func(t *testing.T) ipctest.Subject {
		t.Parallel()
		h := newHouse(t)
		return ipctest.Subject{
			Agent: h.Client, Endpoint: h.cloud.URL(), Token: credential.NewSecret(goodToken),
			Approve: func(page string) { h.approve(page) },
		}
	})
}
