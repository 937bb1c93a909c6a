package service_test

import (
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/bento-cred/bento-cred/cmd/bento-credd/internal/service"
	"github.com/bento-cred/bento-cred/ipc"
)

// TestLives walks the life of a service on the platforms whose managers are not at hand
// here; systemd's is walked with systemd itself, in package e2e.
func TestLives(t *testing.T) {
	t.Parallel()
	for _, goos := range []string{"darwin", "windows"} {
		t.Run(goos, func(t *testing.T) {
			t.Parallel()
			p := newPlatform(t)
			for _, step := range []struct {
				verb string
				want string // a regular expression
				code ipc.Code
			}{
				{verb: "status", code: ipc.NotFound},
				{verb: "start", code: ipc.NotFound},
				{verb: "stop", code: ipc.NotFound},
				{verb: "uninstall", want: "nothing to uninstall"},
				{verb: "install", want: `(wrote|installed).*\n(.|\n)*running: bento-credd 1.2.3`},
				{verb: "install", want: `installed`},
				{verb: "status", want: `daemon.*bento-credd 1.2.3`},
				{verb: "restart", want: `running: bento-credd 1.2.3`},
				{verb: "stop", want: `stopped until`},
				{verb: "start", want: `running: bento-credd 1.2.3`},
				{verb: "uninstall", want: `removed (.|\n)*stay in the keychain`},
				{verb: "uninstall", want: "nothing to uninstall"},
				{verb: "status", code: ipc.NotFound},
			} {
				said, err := p.carry(goos, step.verb, service.Options{})
				if step.code != "" && !errors.Is(err, step.code) || step.code == "" && err != nil {
					t.Fatalf("%s: got the error %v, want %q", step.verb, err, step.code)
				}
				if !regexp.MustCompile(step.want).MatchString(said) {
					t.Fatalf("%s: %q does not match %q", step.verb, said, step.want)
				}
			}
			select {
			case <-p.ended:
			case <-time.After(5 * time.Second):
				t.Error("a daemon runs after it was uninstalled")
			}
			if left := filesBelow(t, p.home); len(left) > 0 {
				t.Errorf("left behind: %q", left)
			}
		})
	}
}

// filesBelow lists what is no directory.
func filesBelow(t *testing.T, dir string) []string {
	t.Helper()
	var found []string
	err := filepath.WalkDir(dir, func(path string, entry os.DirEntry, err error) error {
		if err == nil && !entry.IsDir() && !strings.HasSuffix(path, ".lock") {
			found = append(found, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// TestWhatTheServiceIsGiven looks at the environment in the file: where things are, and no
// password.
func TestWhatTheServiceIsGiven(t *testing.T) {
	t.Parallel()
	p := newPlatform(t)
	said, err := p.carry("darwin", "install", service.Options{})
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(p.plist)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(text), "<key>XDG_DATA_HOME</key>\n\t\t<string>/data</string>") {
		t.Errorf("the agent does not know XDG_DATA_HOME:\n%s", text)
	}
	for _, word := range []string{"SECRET", "hunter2"} {
		if strings.Contains(string(text), word) || strings.Contains(said, word) {
			t.Errorf("%s stands in the file or in what is said", word)
		}
	}
	if !strings.Contains(said, "not given to the service: HTTPS_PROXY") {
		t.Errorf("the proxy is dropped in silence: %q", said)
	}
}

// TestFailedInstall fails each step of an install over one that works, and finds the file of
// before.
func TestFailedInstall(t *testing.T) {
	t.Parallel()
	p := newPlatform(t)
	old := "<plist>an older one</plist>"
	if err := os.MkdirAll(filepath.Dir(p.plist), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(p.plist, []byte(old), 0o600); err != nil {
		t.Fatal(err)
	}
	p.fails["library install"] = errors.New("no space left on device")
	if _, err := p.carry("darwin", "install", service.Options{}); err == nil || !strings.Contains(err.Error(), "no space left") {
		t.Errorf("got %v", err)
	}
	if got, err := os.ReadFile(p.plist); err != nil || string(got) != old {
		t.Errorf("after a failed install: %q, %v", got, err)
	}
	delete(p.fails, "library install")
	p.fails["launchctl bootstrap"] = errors.New("exit status 125: Domain does not support specified action")
	if _, err := p.carry("darwin", "install", service.Options{}); !errors.Is(err, ipc.Unsupported) {
		t.Errorf("without a session at the screen: %v", err)
	}
	delete(p.fails, "launchctl bootstrap")
	if said, err := p.carry("darwin", "install", service.Options{}); err != nil || !strings.Contains(said, "running:") {
		t.Errorf("after that: %q, %v", said, err)
	}
}

// TestNobodyAnswers installs a service whose daemon does not come up.
func TestNobodyAnswers(t *testing.T) {
	t.Parallel()
	p := newPlatform(t)
	p.fails["schtasks /Run"] = errors.New("access is denied")
	if _, err := p.carry("windows", "install", service.Options{}); err == nil || !strings.Contains(err.Error(), "access is denied") {
		t.Errorf("got %v", err)
	}
}

// TestLogs asks for each platform's log.
func TestLogs(t *testing.T) {
	t.Parallel()
	options := service.Options{Lines: 7, Follow: true}
	p := newPlatform(t)
	if said, err := p.carry("linux", "logs", options); err != nil || said != "journalctl --user --unit=bento-cred.service --lines=7 --no-pager --follow\n" {
		t.Errorf("linux: %q, %v", said, err)
	}
	if _, err := p.carry("darwin", "logs", options); !errors.Is(err, ipc.NotFound) {
		t.Errorf("darwin without a log: %v", err)
	}
	if _, err := p.carry("windows", "logs", options); !errors.Is(err, ipc.Unsupported) {
		t.Errorf("windows: %v", err)
	}
	if said, err := p.carry("windows", "logs", service.Options{Lines: 7}); err != nil || !strings.Contains(said, "/count:7") {
		t.Errorf("windows: %q, %v", said, err)
	}
}

// TestWithoutServiceManager says so, and what serves instead.
func TestWithoutServiceManager(t *testing.T) {
	t.Parallel()
	for _, goos := range []string{"linux", "freebsd"} {
		p := newPlatform(t)
		p.fails["systemctl"] = errors.New("exit status 1: Failed to connect to bus")
		for _, verb := range []string{"install", "uninstall", "start", "stop", "restart", "status"} {
			_, err := p.carry(goos, verb, service.Options{})
			if failed := ipc.AsError(err); !errors.Is(err, ipc.Unsupported) || !strings.Contains(failed.Hint, "starts the daemon when it is needed") {
				t.Errorf("%s %s: %v", goos, verb, err)
			}
		}
		if left := filesBelow(t, p.home); len(left) > 0 {
			t.Errorf("left behind: %q", left)
		}
	}
}
