//go:build linux

package worker

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/bento-cred/bento-cred/internal/dbusenv"
)

// launcher makes a directory with a dbus-launch in it that leaves a mark, and returns
// both.
func launcher(t *testing.T) (dir, mark string) {
	t.Helper()
	dir = t.TempDir()
	mark = filepath.Join(dir, "launched")
	script := "#!/bin/sh\n: >" + mark + "\nexit 1\n"
	if err := os.WriteFile(filepath.Join(dir, "dbus-launch"), []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	return dir, mark
}

// TestNoBusIsLaunched guards bug 1 of the library (99designs/keyring issue 103): linking
// it starts a dbus-daemon where there is no bus. This binary links it, as the daemon
// does; it is run as a worker and as any other program, without a bus.
func TestNoBusIsLaunched(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		args []string
		env  []string
	}{
		"worker":            {[]string{Verb}, []string{dbusenv.WorkerVariable + "=1"}},
		"worker, autostart": {[]string{Verb}, []string{dbusenv.WorkerVariable + "=1", "DBUS_SESSION_BUS_ADDRESS=autolaunch:"}},
		"any other program": {[]string{"-test.run=^$"}, nil},
		"with a dead bus":   {[]string{"-test.run=^$"}, []string{"DBUS_SESSION_BUS_ADDRESS=unix:path=/nonexistent"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir, mark := launcher(t)
			command := exec.Command(os.Args[0], test.args...)
			command.Env = append([]string{
				"PATH=" + dir + ":/usr/bin:/bin", "HOME=" + dir, "XDG_RUNTIME_DIR=" + dir, "GOCOVERDIR=" + dir,
			}, test.env...)
			if out, err := command.CombinedOutput(); err != nil {
				t.Fatalf("%v: %s", err, out)
			}
			if _, err := os.Stat(mark); err == nil {
				t.Error("dbus-launch was run")
			}
		})
	}
}

// TestInitOrder checks what TestNoBusIsLaunched rests on: dbusenv is initialised before
// the library and before its bus. GODEBUG=inittrace=1 has the runtime tell the order.
func TestInitOrder(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	command := exec.Command(os.Args[0], "-test.run=^$")
	command.Env = []string{"GODEBUG=inittrace=1", "DBUS_SESSION_BUS_ADDRESS=disabled:", "GOCOVERDIR=" + dir, "HOME=" + dir}
	out, err := command.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	position := func(path string) int {
		n := strings.Index(string(out), "init "+path+" ")
		if n < 0 {
			t.Fatalf("no init of %s in:\n%s", path, out)
		}
		return n
	}
	ours := position("github.com/bento-cred/bento-cred/internal/dbusenv")
	for _, later := range []string{"github.com/99designs/keyring", "github.com/godbus/dbus"} {
		if position(later) < ours {
			t.Errorf("%s is initialised before dbusenv", later)
		}
	}
}
