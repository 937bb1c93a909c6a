package store_test

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/bento-cred/bento-cred/daemon/internal/store"
	"github.com/bento-cred/bento-cred/daemon/internal/store/storetest"
	"github.com/bento-cred/bento-cred/internal/realpart"
)

// keyctlConfig is a store in the kernel's keyring, in a corner of its own that goes with
// the test.
func keyctlConfig(t *testing.T) store.Config {
	t.Helper()
	realpart.Need(t, "keyctl")
	if out, err := exec.Command("keyctl", "show", "@u").CombinedOutput(); err != nil {
		realpart.Missing(t, fmt.Sprintf("no kernel keyring: %s", out))
	}
	service := "bento-cred-test-" + strconv.Itoa(os.Getpid()) + "-" + strconv.FormatInt(time.Now().UnixNano(), 36)
	t.Cleanup(func() {
		id, err := exec.Command("keyctl", "search", "@u", "keyring", service).Output()
		if err == nil {
			_ = exec.Command("keyctl", "unlink", strings.TrimSpace(string(id)), "@u").Run()
		}
	})
	return store.Config{
		Backend: store.KeyCtl, Service: service,
		Dir: filepath.Join(t.TempDir(), "store"), Worker: workerConfig(t),
	}
}

func TestKeyCtl(t *testing.T) {
	t.Parallel()
	storetest.TestStore(t, func(t *testing.T) store.Store { return openReady(t, keyctlConfig(t)) })
}

// TestKeyCtlFromAnotherSession: by default a key cannot be read from another session
// keyring than the one it was made in, and a service manager gives each service its own.
func TestKeyCtlFromAnotherSession(t *testing.T) {
	t.Parallel()
	config := keyctlConfig(t)
	k := openReady(t, config)
	put(t, k, "prod", "value")
	config.Worker.Args = append([]string{"session", "-", config.Worker.Executable}, config.Worker.Args...)
	config.Worker.Executable = "keyctl"
	if path, err := exec.LookPath("keyctl"); err == nil {
		config.Worker.Executable = path
	}
	k = reopen(t, k, config)
	wantValue(t, k, "prod", "value")
}

// TestKeyCtlAsAnotherUser runs the store as a user who is not root, whose keys may have
// 20,000 bytes together: what does not fit is refused, and nothing is lost.
func TestKeyCtlAsAnotherUser(t *testing.T) {
	t.Parallel()
	if os.Getuid() != 0 {
		t.Skip("only root can become another user")
	}
	const uid = 12347
	config := keyctlConfig(t)
	binary := shared(t, uid)
	config.Worker.Executable = filepath.Join(binary, "become")
	script := "#!/bin/sh\nexec setpriv --reuid " + strconv.Itoa(uid) + " --regid " + strconv.Itoa(uid) +
		" --clear-groups keyctl session - " + filepath.Join(binary, "store.test") + " \"$@\"\n"
	realpart.Need(t, "setpriv")
	if err := os.WriteFile(config.Worker.Executable, []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	config.Worker.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + binary, "GOCOVERDIR=" + binary}
	k := openReady(t, config)
	put(t, k, "prod", "value")
	if err := k.Put(t.Context(), "prod", make([]byte, 60000)); !errors.Is(err, store.ErrTooLarge) {
		t.Errorf("Put beyond the quota = %v, want ErrTooLarge", err)
	}
	wantValue(t, k, "prod", "value")
	if err := k.Delete(t.Context(), "prod"); err != nil {
		t.Error(err)
	}
}

// shared returns a directory with this binary in it, for another user.
func shared(t *testing.T, uid int) string {
	t.Helper()
	dir, err := os.MkdirTemp("/tmp", "bc")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	binary, err := os.ReadFile(os.Args[0])
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "store.test"), binary, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Chown(dir, uid, uid); err != nil {
		t.Fatal(err)
	}
	return dir
}
