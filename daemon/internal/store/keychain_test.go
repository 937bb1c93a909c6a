package store_test

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/bento-cred/bento-cred/daemon/internal/store"
)

// TestTwoProcesses has two Keychains write to one store, as two daemons would.
func TestTwoProcesses(t *testing.T) {
	t.Parallel()
	config := fileConfig(t)
	first := openReady(t, config)
	config.Remembered = first.Report().Choice
	second := openReady(t, config)
	var wg sync.WaitGroup
	for n, k := range []*store.Keychain{first, second} {
		wg.Go(func() {
			for i := range 5 {
				if err := k.Put(t.Context(), "shared", fmt.Appendf(nil, "%d wrote %d", n, i)); err != nil {
					t.Errorf("Put: %v", err)
				}
			}
		})
	}
	wg.Wait()
	one, err := first.Get(t.Context(), "shared")
	if err != nil || !strings.HasSuffix(string(one), "wrote 4") {
		t.Errorf("Get = %q, %v; want the last write of one of them", one, err)
	}
	wantValue(t, second, "shared", string(one))
	if files := itemFiles(t, first.Report().Dir); len(files) != 2 {
		t.Errorf("%d files at rest, want 2", len(files))
	}
}

func TestProbe(t *testing.T) {
	t.Parallel()
	k := openReady(t, fileConfig(t))
	if err := k.Probe(t.Context()); err != nil {
		t.Errorf("Probe = %v", err)
	}
	if files := itemFiles(t, k.Report().Dir); len(files) != 1 {
		t.Errorf("%d files at rest after a probe, want the marker alone", len(files))
	}
}

func TestClosed(t *testing.T) {
	t.Parallel()
	k := openReady(t, fileConfig(t))
	if err := k.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := k.Get(t.Context(), "prod"); !errors.Is(err, store.ErrClosed) {
		t.Errorf("Get = %v, want ErrClosed", err)
	}
	if err := k.Close(); !errors.Is(err, store.ErrClosed) {
		t.Errorf("the second Close = %v, want ErrClosed", err)
	}
}

// TestNoWorkerProgram: an upgrade may remove the program under a daemon that runs.
func TestNoWorkerProgram(t *testing.T) {
	t.Parallel()
	config := fileConfig(t)
	config.Worker.Executable = filepath.Join(t.TempDir(), "absent")
	k := open(t, config)
	if _, err := k.List(t.Context()); !errors.Is(err, store.ErrFailed) {
		t.Errorf("List = %v, want ErrFailed", err)
	}
	if r := k.Report(); r.State != store.Broken || r.Problem == "" {
		t.Errorf("Report = %+v", r)
	}
}
