package checkup_test

import (
	"context"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/bento-cred/bento-cred/cmd/bento-credctl/internal/checkup"
	"github.com/bento-cred/bento-cred/ipc"
	"github.com/bento-cred/bento-cred/ipc/ipctest"
	"github.com/bento-cred/bento-cred/ipc/management"
	"github.com/bento-cred/bento-cred/ipc/server"
)

// shown returns each finding on a line: its name, a question mark where it is a note,
// and its mend.
func shown(findings []checkup.Finding) []string {
	lines := []string{}
	for _, finding := range findings {
		name := finding.Name
		if finding.Note {
			name += "?"
		}
		lines = append(lines, strings.TrimSpace(name+" "+finding.Mend))
		if finding.Problem == "" {
			lines = append(lines, "without a word")
		}
	}
	return lines
}

func want(t *testing.T, got []checkup.Finding, want ...string) {
	t.Helper()
	if diff := cmp.Diff(append([]string{}, want...), shown(got)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestEnvironment(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	helper := filepath.Join(dir, "bento-cred")
	if err := os.WriteFile(helper, nil, 0o700); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat("/usr/bin/bento-cred"); err == nil {
		t.Skip("bento-cred is installed on this computer, which is one of the findings")
	}
	long := filepath.Join(dir, strings.Repeat("x", 100))
	if err := os.Mkdir(long, 0o700); err != nil {
		t.Fatal(err)
	}
	face := filepath.Join(dir, "bento-credctl")
	const graphical = "not-on-graphical-path?"
	tests := map[string]struct {
		environ    []string
		executable string
		want       []string
	}{
		"all fine":              {want: []string{graphical}},
		"a key":                 {environ: []string{"BENTO_CLOUD_API_KEY=x"}, want: []string{"key-in-environment unset BENTO_CLOUD_API_KEY", graphical}},
		"an empty key":          {environ: []string{"BENTO_CLOUD_API_KEY="}, want: []string{"key-in-environment unset BENTO_CLOUD_API_KEY", graphical}},
		"a variable like it":    {environ: []string{"BENTO_CLOUD_API_KEY_FILE=x"}, want: []string{graphical}},
		"no home":               {environ: []string{"HOME="}, want: []string{`home eval export HOME=~"$(id -un)"`, graphical}},
		"a relative home":       {environ: []string{"HOME=ada"}, want: []string{`home eval export HOME=~"$(id -un)"`, graphical}},
		"a relative XDG":        {environ: []string{"XDG_CONFIG_HOME=.config"}, want: []string{"xdg unset XDG_CONFIG_HOME", graphical}},
		"no runtime directory":  {environ: []string{"BENTO_CRED_SOCKET=", "XDG_RUNTIME_DIR=/nowhere"}, want: []string{"xdg unset XDG_RUNTIME_DIR", graphical}},
		"it does not matter":    {environ: []string{"XDG_RUNTIME_DIR=/nowhere"}, want: []string{graphical}},
		"a relative socket":     {environ: []string{"BENTO_CRED_SOCKET=s"}, want: []string{"socket-path unset BENTO_CRED_SOCKET", graphical}},
		"a long socket":         {environ: []string{"BENTO_CRED_SOCKET=/" + strings.Repeat("x", 103)}, want: []string{"socket-path unset BENTO_CRED_SOCKET", graphical}},
		"a long home":           {environ: []string{"BENTO_CRED_SOCKET=", "XDG_RUNTIME_DIR=" + long}, want: []string{`socket-path export BENTO_CRED_SOCKET="$(mktemp -d)/s"`, graphical}},
		"not on PATH":           {environ: []string{"PATH=/nowhere"}, want: []string{"not-on-path export PATH=" + dir + `:"$PATH"`}},
		"not installed":         {environ: []string{"PATH=/nowhere"}, executable: "/elsewhere/bento-credctl", want: []string{"not-on-path make install"}},
		"no PATH":               {environ: []string{"PATH="}, want: []string{"not-on-path export PATH=" + dir + `:"$PATH"`}},
		"a file, not a program": {environ: []string{"PATH=" + filepath.Dir(dir)}, want: []string{"not-on-path export PATH=" + dir + `:"$PATH"`}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			executable := face
			if test.executable != "" {
				executable = test.executable
			}
			environ := append([]string{"HOME=/home/ada", "PATH=" + dir, "BENTO_CRED_SOCKET=/tmp/s"}, test.environ...)
			want(t, checkup.Environment(environ, executable), test.want...)
		})
	}
}

// socket returns a path for a socket.
func socket(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("/tmp", "bc")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return filepath.Join(dir, "s")
}

// listen returns a socket that somebody listens at until the test ends.
func listen(t *testing.T) string {
	t.Helper()
	path := socket(t)
	var config net.ListenConfig
	listener, err := config.Listen(t.Context(), "unix", path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	return path
}

func TestSocket(t *testing.T) {
	t.Parallel()
	look := func(t *testing.T, path string, answers bool, mends ...string) {
		t.Helper()
		found, got := checkup.Socket(t.Context(), ipc.Config{Socket: path})
		want(t, found, mends...)
		if got != answers {
			t.Errorf("answers is %v, want %v", got, answers)
		}
	}
	t.Run("none has been there", func(t *testing.T) {
		t.Parallel()
		look(t, socket(t), true)
	})
	t.Run("one died", func(t *testing.T) {
		t.Parallel()
		path := socket(t)
		listener, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
		if err != nil {
			t.Fatal(err)
		}
		listener.SetUnlinkOnClose(false)
		if err := listener.Close(); err != nil {
			t.Fatal(err)
		}
		look(t, path, true, "stale-socket bento-cred status")
	})
	t.Run("a file", func(t *testing.T) {
		t.Parallel()
		path := socket(t)
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		look(t, path, false, `not-a-socket export BENTO_CRED_SOCKET="$(mktemp -d)/s"`)
	})
	t.Run("one hangs", func(t *testing.T) {
		t.Parallel()
		look(t, listen(t), false, `dead-daemon pkill -KILL -u "$(id -u)" -x bento-credd`)
	})
	t.Run("one answers", func(t *testing.T) {
		t.Parallel()
		path := socket(t)
		listener, err := server.Listen(path)
		if err != nil {
			t.Fatal(err)
		}
		ctx, stop := context.WithCancel(context.Background())
		s := server.New(server.Config{
			Agent: func(server.Peer) (management.Agent, error) { return ipctest.NewMemory(), nil },
			Log:   slog.New(slog.DiscardHandler),
		})
		served := make(chan error, 1)
		go func() { served <- s.Serve(ctx, listener) }()
		look(t, path, true)
		stop()
		if err := <-served; err != nil {
			t.Error(err)
		}
	})
}

func TestFailed(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		err  error
		want string
	}{
		"a command in the hint": {&ipc.Error{Code: ipc.NoDaemon, Message: "m", Hint: "run `bento-credd run`, or unset x"}, "dead-daemon bento-credd run"},
		"doctor in the hint":    {&ipc.Error{Code: ipc.TimedOut, Message: "m", Hint: "run `bento-cred doctor`"}, "dead-daemon run `bento-cred doctor`"},
		"no command":            {&ipc.Error{Code: ipc.NoDaemon, Message: "m", Hint: "install it"}, "dead-daemon install it"},
		"no hint":               {&ipc.Error{Code: ipc.Internal, Message: "m"}, "dead-daemon bento-cred stop"},
		"another's socket":      {&ipc.Error{Code: ipc.Untrusted, Message: "m", Hint: "remove it"}, `dead-daemon export BENTO_CRED_SOCKET="$(mktemp -d)/s"`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			want(t, []checkup.Finding{checkup.Failed(test.err)}, test.want)
		})
	}
}

func TestState(t *testing.T) {
	t.Parallel()
	now := time.Date(2027, 1, 15, 12, 0, 0, 0, time.UTC)
	past, future := now.Add(-time.Hour), now.Add(time.Hour)
	good := func() management.Status {
		return management.Status{
			Daemon:  management.Daemon{Version: "1.2.3"},
			Store:   management.Store{Backend: "pass", State: "ready"},
			Current: "default",
			Contexts: []management.Context{
				{Name: "default", Current: true, Tokens: []management.Token{{Expires: &future}, {}}},
			},
		}
	}
	tests := map[string]struct {
		change func(*management.Status)
		want   []string
	}{
		"all fine":   {change: func(*management.Status) {}},
		"old daemon": {change: func(s *management.Status) { s.Daemon.Version = "1.2.2" }, want: []string{"old-daemon bento-cred stop"}},
		"settings": {
			change: func(s *management.Status) { s.Config = management.ConfigState{Path: "/a b/c.toml", Error: "bad"} },
			want:   []string{"settings ${EDITOR:-vi} '/a b/c.toml'"},
		},
		"locked": {change: func(s *management.Status) { s.Store.State, s.Contexts = "locked", nil }, want: []string{"store-locked bento-cred unlock"}},
		"absent": {change: func(s *management.Status) { s.Store.State, s.Contexts = "absent", nil }, want: []string{"no-store bento-cred store forget"}},
		"broken": {change: func(s *management.Status) { s.Store.State, s.Contexts = "broken", nil }, want: []string{"store-broken bento-cred stop"}},
		"refused": {
			change: func(s *management.Status) {
				s.Store.Backend, s.Store.Refused = "file", []management.Refusal{{Backend: "pass", Reason: "no key"}}
			},
			want: []string{"store-refused?"},
		},
		"refused, not needed": {change: func(s *management.Status) {
			s.Store.Refused = []management.Refusal{{Backend: "kwallet", Reason: "absent"}}
		}},
		"damaged":         {change: func(s *management.Status) { s.Store.Reason = "kept and not readable: x" }, want: []string{"store-damaged bento-cred login --replace"}},
		"nobody":          {change: func(s *management.Status) { s.Contexts, s.Current = nil, "" }, want: []string{"no-context bento-cred login"}},
		"none is current": {change: func(s *management.Status) { s.Current = "" }, want: []string{"no-current-context bento-cred context use default"}},
		"no token":        {change: func(s *management.Status) { s.Contexts[0].Tokens = nil }, want: []string{"no-token bento-cred login --context default"}},
		"expired": {change: func(s *management.Status) {
			s.Contexts[0].Tokens = []management.Token{{Expired: true}, {Expires: &past}}
		}, want: []string{"expired bento-cred login --context default"}},
		"one expired": {change: func(s *management.Status) { s.Contexts[0].Tokens[1].Expired = true }, want: []string{"expired bento-cred login --context default"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			status := good()
			test.change(&status)
			want(t, checkup.State(status, "1.2.3", now), test.want...)
		})
	}
}

func TestSelection(t *testing.T) {
	t.Parallel()
	contexts := []management.Context{{Name: "default"}}
	want(t, checkup.Selection(ipc.Selection{}, contexts))
	want(t, checkup.Selection(ipc.Selection{Context: "default", Source: ipc.SourceVariable}, contexts))
	want(t, checkup.Selection(ipc.Selection{Context: "other", Source: ipc.SourceBentoML}, contexts), "unknown-context unset BENTOML_CLOUD_CONTEXT")
}

func TestProblems(t *testing.T) {
	t.Parallel()
	if got := checkup.Problems([]checkup.Finding{{Note: true}, {}, {Note: true}, {}}); got != 2 {
		t.Errorf("Problems() = %d, want 2", got)
	}
}
