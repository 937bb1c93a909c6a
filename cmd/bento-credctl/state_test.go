package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/bento-cred/bento-cred/cmd/bento-credctl/internal/output"
	"github.com/bento-cred/bento-cred/ipc"
	"github.com/bento-cred/bento-cred/ipc/management"
)

// rendered returns view as a table without colours.
func rendered(t *testing.T, view output.View) string {
	t.Helper()
	var text strings.Builder
	if err := (output.Printer{Out: &text, Format: output.Table}).Show(nil, view); err != nil {
		t.Fatal(err)
	}
	return text.String()
}

func TestStatusGolden(t *testing.T) {
	t.Parallel()
	a := newAgent()
	a.status = func(s *management.Status) {
		s.Daemon = management.Daemon{Version: "1.2.3", PID: 4711, Mode: "on-demand", IdleExit: "30m0s", Socket: "/run/user/1000/bento-cred/s", Started: today()}
		s.Store = management.Store{
			Backend: "file", State: "ready", Why: "no keychain is here", Protect: "protects a backup", Path: "/home/ada/store", Key: "keyfile",
			Refused: []management.Refusal{{Backend: "secret-service", Reason: "there is no bus"}, {Backend: "pass", Reason: "not installed"}},
		}
		s.Config = management.ConfigState{
			Path: "/home/ada/config.toml", Exists: true, Error: "reading settings: line 2",
			Detail: "reading settings: line 2\n\n  2 | idle_exit = \"x\"\n    | ^^^^^^^^^\n\nwrite a number\n",
		}
		s.Current, s.Contexts = "default", goldenContexts()
	}
	environ := serve(t, a)
	for file, args := range map[string][]string{
		"status.plain": {"status"},
		"status.table": {"status", "-o", "table"},
		"status.json":  {"status", "-o", "json"},
		"status.yaml":  {"status", "-o", "yaml"},
		"store.plain":  {"store", "status"},
		"store.json":   {"store", "status", "-o", "json"},
	} {
		golden(t, file, ok(t, environ, args...))
	}
}

func TestStatusOfALockedStore(t *testing.T) {
	t.Parallel()
	a := newAgent()
	a.status = func(s *management.Status) {
		s.Store = management.Store{State: "locked", Reason: "the collection is locked"}
		s.Daemon.IdleExit = "1h0m0s"
		s.Config = management.ConfigState{Path: "/home/ada/config.toml"}
	}
	got := ok(t, serve(t, a), "status", "-o", "table")
	golden(t, "status-locked.table", got)
}

func TestConfig(t *testing.T) {
	t.Parallel()
	const path = "/home/ada/config.toml"
	tests := map[string]struct {
		state  management.ConfigState
		args   string
		status int
		out    string
		err    string
	}{
		"path":              {state: management.ConfigState{Path: path}, args: "config path", out: path + "\n"},
		"fine":              {state: management.ConfigState{Path: path, Exists: true}, args: "config check", out: path + ": fine\n"},
		"none":              {state: management.ConfigState{Path: path}, args: "config check", out: path + ": not there, so the defaults are in force\n"},
		"none of that name": {state: management.ConfigState{Path: path}, args: "config check my.toml", status: 12, err: "bento-cred: there is no file \"/dir/my.toml\"\n  look at its name\n"},
		"broken": {
			state: management.ConfigState{Path: path, Exists: true, Error: "line 2", Detail: "bad: line 2\n\n  2 | x\x1b\n    | ^\n\nwrite y\n"},
			args:  "config check", status: 12,
			err: "bento-cred: bad: line 2\n\n  2 | x\\x1b\n    | ^\n\nwrite y\n",
		},
		"broken without a place": {state: management.ConfigState{Path: path, Exists: true, Error: "is a directory"}, args: "config check", status: 12, err: "bento-cred: is a directory\n"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := newAgent()
			a.config = &test.state
			got := command{environ: serve(t, a), directory: "/dir"}.run(t, strings.Fields(test.args)...)
			if want := (result{test.status, test.out, test.err}); got != want {
				t.Errorf("got %+v, want %+v", got, want)
			}
		})
	}
}

func TestAllowAndDeny(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	below := filepath.Join(dir, "a", "b")
	if err := os.MkdirAll(below, 0o700); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, directoryFile)
	if err := os.WriteFile(path, []byte("context = \"default\"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	environ := serve(t, withContexts(t, "default"))
	allowed := "Allowed " + path + ", which chooses context \"default\".\n"
	for _, test := range []struct {
		directory string
		args      []string
		want      result
	}{
		{below, []string{"allow"}, result{out: allowed}},
		{below, []string{"deny"}, result{out: "No longer allowed: " + path + ".\n"}},
		{below, []string{"allow", "../.."}, result{out: allowed}},
		{dir, []string{"allow", directoryFile}, result{out: allowed}},
		{"/", []string{"allow", path}, result{out: allowed}},
		{"/", []string{"allow"}, result{status: 3, err: "bento-cred: there is no .bento-cred.toml here or in a directory above\n  write one: echo 'context = \"NAME\"' > .bento-cred.toml\n"}},
	} {
		if got := (command{environ: environ, directory: test.directory}).run(t, test.args...); got != test.want {
			t.Errorf("%q in %s: got %+v, want %+v", test.args, test.directory, got, test.want)
		}
	}
}

func TestStop(t *testing.T) {
	t.Parallel()
	a := newAgent()
	if got := ok(t, serve(t, a), "stop"); got != "The daemon is stopping.\n" {
		t.Errorf("got %q", got)
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if !a.stopped {
		t.Error("the daemon was not told")
	}
	if got := ok(t, noDaemon(t), "stop"); got != "No daemon was running.\n" {
		t.Errorf("without a daemon: %q", got)
	}
}

func TestVersion(t *testing.T) {
	t.Parallel()
	if got := ok(t, serve(t, newAgent()), "version"); !strings.Contains(got, "daemon\t1.2.3\n") {
		t.Errorf("got %q", got)
	}
	if got := ok(t, noDaemon(t), "version", "-o", "json"); strings.Contains(got, "daemon") || !strings.Contains(got, `"client"`) {
		t.Errorf("without a daemon: %q", got)
	}
}

func TestUnlock(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		store  management.Store
		args   []string
		err    error
		want   result
		passed string
	}{
		"not locked":           {store: management.Store{State: "ready"}, want: result{out: "The store is not locked.\n"}},
		"by the keychain":      {store: management.Store{Backend: "secret-service", State: "locked"}, want: result{out: "The store is unlocked.\n"}},
		"nobody to ask":        {store: management.Store{Backend: "file", State: "locked"}, want: result{status: 2, err: "bento-cred: there is no terminal to ask for the passphrase\n  write it to standard input and give --passphrase-stdin\n"}},
		"from standard input":  {store: management.Store{Backend: "file", State: "locked"}, args: []string{"--passphrase-stdin"}, want: result{out: "The store is unlocked.\n"}, passed: "made up"},
		"the wrong passphrase": {store: management.Store{Backend: "file", State: "locked"}, args: []string{"--passphrase-stdin"}, err: &ipc.Error{Code: ipc.BadPassphrase, Message: "not the one", Hint: "try again"}, want: result{status: 8, err: "bento-cred: not the one\n  try again\n"}, passed: "made up"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := newAgent()
			a.status = func(s *management.Status) { s.Store = test.store }
			a.unlockErr = test.err
			c := command{environ: serve(t, a), stdin: "made up\n"}
			if got := c.run(t, append([]string{"unlock"}, test.args...)...); got != test.want {
				t.Errorf("got %+v, want %+v", got, test.want)
			}
			a.mu.Lock()
			defer a.mu.Unlock()
			if a.passphrase != test.passed {
				t.Errorf("the passphrase arrived as %q, want %q", a.passphrase, test.passed)
			}
		})
	}
}

func TestMigrate(t *testing.T) {
	t.Parallel()
	a := newAgent()
	c := command{environ: serve(t, a), stdin: "made up\n"}
	got := c.run(t, "store", "migrate", "file", "--passphrase-stdin")
	if got.status != 0 || !strings.HasPrefix(got.out, "store\tfile\nstore state\tready\n") {
		t.Errorf("got %+v", got)
	}
	a.mu.Lock()
	if a.migration.Backend != "file" || a.migration.Passphrase.Reveal() != "made up" {
		t.Errorf("asked for was %q", a.migration.Backend)
	}
	a.mu.Unlock()
	for _, args := range []string{"store migrate", "store migrate file --passphrase", "store migrate file --passphrase --passphrase-stdin"} {
		if got := c.run(t, strings.Fields(args)...); got.status != 2 {
			t.Errorf("%s: %+v", args, got)
		}
	}
}

func TestNoDaemon(t *testing.T) {
	t.Parallel()
	got := run(t, noDaemon(t), "status")
	if got.status != 9 || got.out != "" || !strings.HasPrefix(got.err, "bento-cred: ") || strings.Count(got.err, "\n  ") != 1 {
		t.Errorf("got %+v", got)
	}
}

// forgetful is an agent whose store is gone.
type forgetful struct{ *agent }

// ForgetStore implements management.Agent.
func (forgetful) ForgetStore(context.Context) error { return nil }

func TestForgetStore(t *testing.T) {
	t.Parallel()
	if got := ok(t, serve(t, forgetful{newAgent()}), "store", "forget"); !strings.Contains(got, "chooses a store anew") {
		t.Errorf("got %q", got)
	}
	if got := run(t, serve(t, newAgent()), "store", "forget"); got.status != 7 {
		t.Errorf("a store in use: %+v", got)
	}
}
