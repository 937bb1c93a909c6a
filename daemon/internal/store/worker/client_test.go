//go:build unix

package worker

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/bento-cred/bento-cred/internal/dbusenv"
)

// fake is the variable that makes this test binary a worker of a bad kind.
const fake = "BENTO_CRED_FAKE_WORKER"

func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == Verb {
		if kind := os.Getenv(fake); kind != "" {
			os.Exit(misbehave(kind))
		}
		os.Exit(Main(os.Stdin, os.Stdout, os.Stderr))
	}
	os.Exit(m.Run())
}

// misbehave is a worker that reads a request and does not answer it well.
func misbehave(kind string) int {
	if _, err := readFrame(bufio.NewReader(os.Stdin)); err != nil {
		return 1
	}
	switch kind {
	case "hang":
		time.Sleep(time.Hour)
	case "panic":
		fmt.Fprintln(os.Stderr, "the secret is "+secret)
		panic("close of closed channel")
	case "garbage":
		_ = writeFrame(os.Stdout, []byte("not json"))
	case "huge":
		_, _ = os.Stdout.Write([]byte{0xff, 0xff, 0xff, 0xff})
	case "lost":
		// Healthy at the second start, as a keychain that was restarted.
		marker := os.Getenv("HOME") + "/started"
		if _, err := os.Stat(marker); err == nil {
			_ = writeFrame(os.Stdout, []byte(`{"keys":["second"]}`))
			return 0
		}
		_ = os.WriteFile(marker, nil, 0o600)
		_ = writeFrame(os.Stdout, []byte(`{}`))
		_, _ = readFrame(bufio.NewReader(os.Stdin))
		_ = writeFrame(os.Stdout, []byte(`{"code":"lost","text":"the bus went away"}`))
		time.Sleep(time.Second)
	}
	return 0
}

// testConfig starts this binary as a worker in a clean environment.
func testConfig(t *testing.T, env ...string) Config {
	t.Helper()
	home := t.TempDir()
	return Config{
		Executable:  os.Args[0],
		Args:        []string{Verb},
		CallTimeout: 5 * time.Second,
		Env: append([]string{
			"PATH=" + os.Getenv("PATH"), "HOME=" + home, "XDG_RUNTIME_DIR=" + home, "GOCOVERDIR=" + home,
			"DBUS_SESSION_BUS_ADDRESS=" + dbusenv.Nowhere,
		}, env...),
	}
}

// fileSettings are those of a file store in a directory of its own.
func fileSettings(t *testing.T) Settings {
	t.Helper()
	return Settings{Backend: File, Service: "bento-cred-test", Dir: filepath.Join(t.TempDir(), "items"), Password: secret}
}

func newTestClient(t *testing.T, config Config, settings Settings) *Client {
	t.Helper()
	c := NewClient(config, settings)
	t.Cleanup(c.Close)
	return c
}

func TestClient(t *testing.T) {
	t.Parallel()
	c := newTestClient(t, testConfig(t), fileSettings(t))
	ctx := t.Context()
	if err := c.Set(ctx, "a", []byte("value")); err != nil {
		t.Fatal(err)
	}
	if got, err := c.Get(ctx, "a"); err != nil || string(got) != "value" {
		t.Errorf("Get = %q, %v", got, err)
	}
	if got, err := c.Keys(ctx); err != nil || len(got) != 1 || got[0] != "a" {
		t.Errorf("Keys = %q, %v", got, err)
	}
	c.Close()
	if got, err := c.Get(ctx, "a"); err != nil || string(got) != "value" {
		t.Errorf("Get after Close, which the next call undoes = %q, %v", got, err)
	}
	if err := c.Remove(ctx, "a"); err != nil {
		t.Error(err)
	}
	for range 2 {
		if err := c.Remove(ctx, "a"); codeOf(err) != NotFound {
			t.Errorf("Remove of a missing item = %v, want NotFound", err)
		}
	}
}

// TestBadWorkers: whatever a worker does, the call ends in time, as Lost, and tells
// nothing of what the worker had.
func TestBadWorkers(t *testing.T) {
	t.Parallel()
	for kind, want := range map[string]string{
		"hang":    "no answer within",
		"panic":   "close of closed channel", // the library's, when the bus dies under a prompt
		"garbage": "answered with something else",
		"huge":    "too large",
		"exit":    "died",
	} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			config := testConfig(t, fake+"="+kind)
			config.CallTimeout = 2 * time.Second
			c := newTestClient(t, config, fileSettings(t))
			begun := time.Now()
			err := c.Set(t.Context(), "key", []byte(secret))
			if codeOf(err) != Lost || !strings.Contains(err.Error(), want) {
				t.Errorf("Set = %v, want Lost with %q", err, want)
			}
			if err != nil && strings.Contains(err.Error(), secret) {
				t.Errorf("the error tells the secret")
			}
			if took := time.Since(begun); took > 8*time.Second {
				t.Errorf("Set took %s", took)
			}
		})
	}
}

// TestLostIsRetriedOnce: the worker's bus went away between two calls. A new worker
// finds the new bus; the old one never would (godbus of 2019 keeps a dead connection).
func TestLostIsRetriedOnce(t *testing.T) {
	t.Parallel()
	c := newTestClient(t, testConfig(t, fake+"=lost"), fileSettings(t))
	if err := c.Open(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got, err := c.Keys(t.Context()); err != nil || len(got) != 1 || got[0] != "second" {
		t.Errorf("Keys = %q, %v; want the answer of the second worker", got, err)
	}
}

func TestCallerGivesUp(t *testing.T) {
	t.Parallel()
	config := testConfig(t, fake+"=hang")
	config.PromptTimeout = time.Hour
	c := newTestClient(t, config, fileSettings(t))
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	if err := c.Unlock(ctx, "key"); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Unlock = %v, want the caller's own deadline", err)
	}
	if c.process != nil {
		t.Error("the worker that hangs is kept")
	}
}

func TestNoWorker(t *testing.T) {
	t.Parallel()
	c := newTestClient(t, Config{Executable: filepath.Join(t.TempDir(), "absent")}, fileSettings(t))
	if err := c.Open(t.Context()); codeOf(err) != Failed {
		t.Errorf("Open = %v, want Failed", err)
	}
}

// TestWorkerSeesNoSecret: a value and a passphrase go over the pipe, never through
// argv or the environment, where other programs of the user see them.
func TestWorkerSeesNoSecret(t *testing.T) {
	t.Parallel()
	c := newTestClient(t, testConfig(t), fileSettings(t))
	if err := c.Set(t.Context(), "key", []byte(secret)); err != nil {
		t.Fatal(err)
	}
	for _, arg := range c.process.command.Args {
		if strings.Contains(arg, secret) {
			t.Errorf("argv holds it: %q", arg)
		}
	}
	for _, entry := range c.process.command.Env {
		if strings.Contains(entry, secret) {
			t.Errorf("the environment holds it: %q", entry)
		}
	}
}

// alive reports whether the process pid runs.
func alive(pid int) bool { return syscall.Kill(pid, 0) == nil && !zombie(pid) }

// zombie reports whether pid ended and was not waited for, where that can be told.
func zombie(pid int) bool {
	status, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	return err == nil && strings.Contains(string(status), ") Z ")
}

// eventually waits for a condition.
func eventually(t *testing.T, what string, condition func() bool) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		if condition() {
			return
		}
	}
	t.Errorf("not within 10 s: %s", what)
}
