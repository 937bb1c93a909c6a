package store_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/bento-cred/bento-cred/daemon/internal/store"
	"github.com/bento-cred/bento-cred/daemon/internal/store/worker"
	"github.com/bento-cred/bento-cred/internal/dbusenv"
)

// TestMain makes this test binary a store's worker when it is started as one, and the
// other programs that the tests need.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == worker.Verb {
		os.Exit(worker.Main(os.Stdin, os.Stdout, os.Stderr))
	}
	if text := os.Getenv(writerVariable); text != "" {
		os.Exit(crashWriter(text))
	}
	os.Exit(m.Run())
}

// workerConfig starts this binary as a worker, in an environment without a bus and
// with these variables on top.
func workerConfig(t *testing.T, env ...string) worker.Config {
	t.Helper()
	return worker.Config{
		Executable:    os.Args[0],
		Args:          []string{worker.Verb},
		Env:           cleanEnv(t, env...),
		CallTimeout:   10 * time.Second,
		PromptTimeout: 20 * time.Second,
	}
}

// cleanEnv returns an environment with an empty home and no bus.
func cleanEnv(t *testing.T, env ...string) []string {
	t.Helper()
	home := t.TempDir()
	return append([]string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + home, "XDG_RUNTIME_DIR=" + filepath.Join(home, "none"),
		"DBUS_SESSION_BUS_ADDRESS=" + dbusenv.Nowhere, "GOCOVERDIR=" + home, "TMPDIR=" + home,
	}, env...)
}

// fileConfig is a store in encrypted files.
func fileConfig(t *testing.T) store.Config {
	t.Helper()
	return store.Config{Backend: store.File, Dir: filepath.Join(t.TempDir(), "store"), Worker: workerConfig(t)}
}

// open opens a store and closes it when the test ends.
func open(t *testing.T, config store.Config) *store.Keychain {
	t.Helper()
	k, err := store.Open(t.Context(), config)
	if err != nil {
		t.Fatalf("Open: %v", err)
	}
	t.Cleanup(func() { _ = k.Close() })
	return k
}

// openReady is open for a store that must be ready.
func openReady(t *testing.T, config store.Config) *store.Keychain {
	t.Helper()
	k := open(t, config)
	if r := k.Report(); r.State != store.Ready {
		t.Fatalf("the store is %s: %s (refused: %v)", r.State, r.Problem, r.Refused)
	}
	return k
}
