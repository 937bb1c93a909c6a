package daemon_test

import (
	"errors"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/bento-cred/bento-cred/ipc"
)

// TestWaitersShareOneFailure guards against a line of callers of whom each waits for a
// keychain that does not answer, one after the other.
func TestWaitersShareOneFailure(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.end()
	hanging := filepath.Join(filepath.Dir(h.config.DataDir), "hanging")
	if err := os.WriteFile(hanging, []byte("#!/bin/sh\nexec sleep 60\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	h.config.Executable, h.config.Args = hanging, nil
	h.writeConfig("[store]\nbackend = \"file\"\ncall_timeout = \"1s\"\n")
	h.start()
	begin := time.Now()
	var callers sync.WaitGroup
	for range 12 {
		client, err := ipc.Dial(t.Context(), ipc.Config{Socket: h.config.Socket, Version: h.config.Version})
		if err != nil {
			t.Fatal(err)
		}
		callers.Go(func() {
			if _, err := client.Credential(t.Context(), ipc.Request{}); !errors.Is(err, ipc.StoreFailed) {
				t.Errorf("error %v, want one of the store", err)
			}
			_ = client.Close()
		})
	}
	callers.Wait()
	if took := time.Since(begin); took > 10*time.Second {
		t.Errorf("twelve callers waited %v for a keychain that is given up after 1 s", took)
	}
}
