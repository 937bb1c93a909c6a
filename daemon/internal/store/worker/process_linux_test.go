package worker

import (
	"bufio"
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// TestTimeoutEndsChildren: pass starts gpg, which may hang; the worker's end ends it too.
func TestTimeoutEndsChildren(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	pidFile := filepath.Join(dir, "pid")
	script := "#!/bin/sh\necho $$ >" + pidFile + "\nexec sleep 3600\n"
	for _, name := range []string{"pass", "gpg"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(script), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	store := filepath.Join(dir, "store")
	if err := os.MkdirAll(store, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(store, ".gpg-id"), []byte("x\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	config := testConfig(t, "PATH="+dir+":/usr/bin:/bin", passDirVariable+"="+store)
	config.CallTimeout = 2 * time.Second
	c := newTestClient(t, config, Settings{Backend: Pass, Service: "bento-cred-test"})
	if err := c.Set(t.Context(), "key", []byte("x")); codeOf(err) != Lost {
		t.Errorf("Set = %v, want Lost", err)
	}
	text, err := os.ReadFile(pidFile)
	if err != nil {
		t.Fatal(err)
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil {
		t.Fatal(err)
	}
	eventually(t, "the program that hangs is gone", func() bool { return !alive(pid) })
}

// parentVerb makes this binary a program that starts a worker which hangs.
const parentVerb = "BENTO_CRED_TEST_PARENT"

// TestParentDies kills a daemon while its worker hangs in a call.
func TestParentDies(t *testing.T) {
	t.Parallel()
	if os.Getenv(parentVerb) == "1" {
		p, err := start(testConfig(t, fake+"=hang"))
		if err != nil {
			t.Fatal(err)
		}
		_, _ = os.Stdout.WriteString("worker " + strconv.Itoa(p.command.Process.Pid) + "\n")
		_, _ = p.roundTrip([]byte("{}"))
		return
	}
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	parent := exec.CommandContext(ctx, os.Args[0], "-test.run=^TestParentDies$", "-test.v")
	parent.Env = append(os.Environ(), parentVerb+"=1")
	stdout, err := parent.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := parent.Start(); err != nil {
		t.Fatal(err)
	}
	pid := 0
	for lines := bufio.NewScanner(stdout); pid == 0 && lines.Scan(); {
		if text, found := bytes.CutPrefix(lines.Bytes(), []byte("worker ")); found {
			pid, _ = strconv.Atoi(string(text))
		}
	}
	if pid == 0 {
		t.Fatal("no worker was started")
	}
	if err := parent.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = parent.Wait()
	eventually(t, "the worker of a killed daemon is gone", func() bool { return !alive(pid) })
}
