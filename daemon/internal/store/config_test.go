package store

import (
	"encoding/json"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/bento-cred/bento-cred/daemon/internal/store/worker"
)

func TestConfigThatMakesNoSense(t *testing.T) {
	t.Parallel()
	good := Config{Dir: "/somewhere", Worker: worker.Config{Executable: "/bin/x"}}
	if _, err := good.complete(); err != nil {
		t.Fatalf("complete = %v", err)
	}
	for name, change := range map[string]func(*Config){
		"unknown backend":    func(c *Config) { c.Backend = "plaintext" },
		"unknown source":     func(c *Config) { c.Source = "environment" },
		"no passphrase file": func(c *Config) { c.Source = SourceFile },
		"no directory":       func(c *Config) { c.Dir = "" },
		"relative directory": func(c *Config) { c.Dir = "here" },
		"no worker":          func(c *Config) { c.Worker.Executable = "" },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			bad := good
			change(&bad)
			if _, err := Open(t.Context(), bad); err == nil {
				t.Error("Open = nil")
			}
		})
	}
}

func TestChoiceSurvivesJSON(t *testing.T) {
	t.Parallel()
	want := Choice{Backend: File, ID: "0123", Source: SourcePrompt}
	text, err := json.Marshal(want)
	if err != nil {
		t.Fatal(err)
	}
	var got Choice
	if err := json.Unmarshal(text, &got); err != nil || got != want {
		t.Errorf("%s came back as %+v, %v", text, got, err)
	}
}

func TestEveryKeychainIsExplained(t *testing.T) {
	t.Parallel()
	for _, b := range Backends()[1:] {
		if text := protection(b, SourceKey); !strings.HasSuffix(text, ".") {
			t.Errorf("protection(%s) = %q", b, text)
		}
	}
	if protection(File, SourceKey) == protection(File, SourcePrompt) {
		t.Error("a key file and a passphrase protect alike")
	}
	for _, system := range []string{"linux", "darwin", "windows", "openbsd"} {
		for _, b := range autoOrder(system) {
			if b == File || b == KeyCtl {
				t.Errorf("%s is tried on %s without being asked for", b, system)
			}
		}
	}
}

func TestEveryCodeIsAnError(t *testing.T) {
	t.Parallel()
	for code, want := range sentinels {
		err := fromWorker(&worker.CallError{Code: code, Text: "bell \a and \x1b[31mred"})
		if !errors.Is(err, want) {
			t.Errorf("fromWorker(%s) = %v, want %v", code, err, want)
		}
		if strings.ContainsAny(err.Error(), "\a\x1b") {
			t.Errorf("fromWorker(%s) lets through what moves a terminal", code)
		}
	}
	if err := fromWorker(&worker.CallError{Code: "of the future"}); !errors.Is(err, ErrFailed) {
		t.Errorf("fromWorker of an unknown code = %v, want ErrFailed", err)
	}
	if err := fromWorker(nil); err != nil {
		t.Errorf("fromWorker(nil) = %v", err)
	}
}

func TestLock(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	release, err := lock(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	taken := make(chan time.Time, 1)
	wg.Go(func() {
		second, err := lock(t.Context(), dir)
		taken <- time.Now()
		if err != nil {
			t.Error(err)
			return
		}
		second()
	})
	time.Sleep(100 * time.Millisecond)
	released := time.Now()
	release()
	if (<-taken).Before(released) {
		t.Error("the lock was taken while it was held")
	}
	wg.Wait()
}
