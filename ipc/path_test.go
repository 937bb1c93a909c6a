package ipc_test

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/bento-cred/bento-cred/ipc"
)

func TestSocketPath(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("the places are Linux's")
	}
	fallback := "/home/ann/.cache/bento-cred/s"
	if _, err := os.Stat("/run/user/" + strconv.Itoa(os.Getuid())); err == nil {
		fallback = "/run/user/" + strconv.Itoa(os.Getuid()) + "/bento-cred/s"
	}
	long := "/" + strings.Repeat("x", ipc.MaxSocketPath)
	tests := map[string]struct {
		environ []string
		want    string
		err     string // a part of the error
	}{
		"override":              {environ: []string{"BENTO_CRED_SOCKET=/tmp/s", "XDG_RUNTIME_DIR=/run/x"}, want: "/tmp/s"},
		"longest":               {environ: []string{"BENTO_CRED_SOCKET=" + long[:ipc.MaxSocketPath]}, want: long[:ipc.MaxSocketPath]},
		"one byte too long":     {environ: []string{"BENTO_CRED_SOCKET=" + long}, err: "104 bytes"},
		"relative override":     {environ: []string{"BENTO_CRED_SOCKET=s"}, err: "not an absolute path"},
		"runtime directory":     {environ: []string{"XDG_RUNTIME_DIR=/run/x", "HOME=/home/ann"}, want: "/run/x/bento-cred/s"},
		"relative is ignored":   {environ: []string{"XDG_RUNTIME_DIR=run", "HOME=/home/ann"}, want: fallback},
		"home":                  {environ: []string{"HOME=/home/ann"}, want: fallback},
		"the last of two wins":  {environ: []string{"BENTO_CRED_SOCKET=/a", "BENTO_CRED_SOCKET=/b"}, want: "/b"},
		"long runtime":          {environ: []string{"XDG_RUNTIME_DIR=" + long}, err: "bytes"},
		"no home at all":        {environ: nil, want: fallback},
		"cache of another name": {environ: []string{"HOME=/home/ann", "XDG_CACHE_HOME=/var/cache/ann"}, want: fallback},
	}
	if strings.HasPrefix(fallback, "/home") {
		none := tests["no home at all"]
		none.want, none.err = "", "HOME is not set"
		tests["no home at all"] = none
		cache := tests["cache of another name"]
		cache.want = "/var/cache/ann/bento-cred/s"
		tests["cache of another name"] = cache
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := ipc.SocketPath(ipc.Lookup(test.environ))
			if got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
			switch {
			case test.err == "" && err != nil:
				t.Errorf("error %v", err)
			case test.err != "" && (!errors.Is(err, ipc.Usage) || !strings.Contains(err.Error(), test.err) || ipc.AsError(err).Hint == ""):
				t.Errorf("error %v, want one with %q and a hint", err, test.err)
			}
		})
	}
}

func TestLockIsHeldByOne(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lock")
	first, err := ipc.Lock(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := ipc.Lock(path); !errors.Is(err, ipc.ErrLockHeld) {
		t.Errorf("a second lock: %v, want ErrLockHeld", err)
	}
	waited := make(chan error)
	go func() {
		second, err := ipc.AwaitLock(t.Context(), path, time.Minute)
		if err == nil {
			err = second.Close()
		}
		waited <- err
	}()
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	if err := <-waited; err != nil {
		t.Errorf("the one who waited: %v", err)
	}
}

// ATTACK: a symbolic link stands where the lock or the log belongs, as another user
// could place one in a shared directory.
// THIS TEST VERIFIES: it is not followed.
func TestLockFollowsNoLink(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("there is no such flag")
	}
	dir := t.TempDir()
	target := filepath.Join(dir, "target")
	if err := os.Symlink(target, filepath.Join(dir, "lock")); err != nil {
		t.Fatal(err)
	}
	if _, err := ipc.Lock(filepath.Join(dir, "lock")); err == nil {
		t.Error("the link was followed")
	}
	if _, err := os.Stat(target); err == nil {
		t.Error("the link's target was made")
	}
}

// ATTACK: another user put a file where the lock belongs, in a directory both can write
// to, or gave ours a second name elsewhere.
// THIS TEST VERIFIES: it is not used.
func TestFilesOfOthersAreNotUsed(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the directory is the user's own")
	}
	dir := t.TempDir()
	linked := filepath.Join(dir, "linked")
	for _, step := range []error{
		os.WriteFile(filepath.Join(dir, "mine"), nil, 0o600),
		os.Link(filepath.Join(dir, "mine"), linked),
	} {
		if step != nil {
			t.Fatal(step)
		}
	}
	if _, err := ipc.Lock(linked); !errors.Is(err, ipc.Untrusted) || ipc.AsError(err).Hint == "" {
		t.Errorf("a file with two names: %v, want untrusted with a hint", err)
	}
	if os.Geteuid() != 0 {
		return // only root can give a file away
	}
	given := filepath.Join(dir, "given")
	if err := os.WriteFile(given, nil, 0o666); err != nil {
		t.Fatal(err)
	}
	if err := os.Chown(given, 65534, 65534); err != nil {
		t.Fatal(err)
	}
	if _, err := ipc.Lock(given); !errors.Is(err, ipc.Untrusted) {
		t.Errorf("another user's file: %v, want untrusted", err)
	}
}
