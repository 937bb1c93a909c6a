package main

import (
	"encoding/json"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/bento-cred/bento-cred/cmd/bento-credctl/internal/checkup"
	"github.com/bento-cred/bento-cred/ipc"
	"github.com/bento-cred/bento-cred/ipc/management"
)

// installed returns environ with a bento-cred on PATH.
func installed(t *testing.T, environ []string) []string {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "bento-cred"), nil, 0o700); err != nil {
		t.Fatal(err)
	}
	return append(environ, "PATH="+dir)
}

// findings runs doctor and returns what it found, by name, without notes.
func findings(t *testing.T, environ []string) map[string]checkup.Finding {
	t.Helper()
	got := run(t, environ, "doctor", "-o", "json")
	var all []checkup.Finding
	if err := json.Unmarshal([]byte(got.out), &all); err != nil {
		t.Fatalf("%v: %+v", err, got)
	}
	found := map[string]checkup.Finding{}
	for _, finding := range all {
		if !finding.Note {
			found[finding.Name] = finding
		}
	}
	if status := min(len(found), 1); got.status != status || got.err != "" {
		t.Errorf("status %d, err %q, want %d: %s", got.status, got.err, status, got.out)
	}
	return found
}

func TestDoctorFindsNothing(t *testing.T) {
	t.Parallel()
	environ := installed(t, serve(t, withContexts(t, "default")))
	if found := findings(t, environ); len(found) > 0 {
		t.Errorf("found %+v", found)
	}
	if got := run(t, environ, "doctor"); got.status != 0 || strings.Contains(got.out, "problem") {
		t.Errorf("got %+v", got)
	}
}

func TestDoctorFinds(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		contexts []string
		environ  []string
		status   func(*management.Status)
		file     *management.Imported
		finding  string
		mend     string
	}{
		"the key": {
			contexts: []string{"default"}, environ: []string{"BENTO_CLOUD_API_KEY="},
			finding: "key-in-environment", mend: "unset BENTO_CLOUD_API_KEY",
		},
		"nobody": {finding: "no-context", mend: "bento-cred login"},
		"an unknown context": {
			contexts: []string{"default"}, environ: []string{"BENTO_CRED_CONTEXT=other"},
			finding: "unknown-context", mend: "unset BENTO_CRED_CONTEXT",
		},
		"a locked store": {
			status:  func(s *management.Status) { s.Store.State = "locked" },
			finding: "store-locked", mend: "bento-cred unlock",
		},
		"tokens others can read": {
			contexts: []string{"default"},
			file:     &management.Imported{Taken: []management.Context{{Name: "a"}}, Readable: true},
			finding:  "readable-tokens", mend: "bento-cred import bentoml --scrub",
		},
		"no PATH": {
			contexts: []string{"default"}, environ: []string{"PATH=/nowhere"},
			finding: "not-on-path", mend: "make install",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := withContexts(t, test.contexts...)
			a.status, a.imported = test.status, test.file
			environ := append(installed(t, serve(t, a)), test.environ...)
			if test.file != nil {
				writeBentoMLFile(t, ipc.Lookup(environ)("HOME"))
			}
			found := findings(t, environ)
			if len(found) != 1 || found[test.finding].Mend != test.mend {
				t.Errorf("found %+v, want %s with %q", found, test.finding, test.mend)
			}
			plain := run(t, environ, "doctor")
			if line := "problem\t" + test.finding + "\t"; !strings.Contains("\n"+plain.out, "\n"+line) {
				t.Errorf("plain output %q has no line %q", plain.out, line)
			}
			table := run(t, environ, "doctor", "-o", "table")
			if !strings.Contains(table.out, "\n         mend: "+test.mend+"\n") {
				t.Errorf("the table %q has no mend", table.out)
			}
			a.mu.Lock()
			defer a.mu.Unlock()
			if a.imports != (management.Import{}) && !a.imports.DryRun {
				t.Error("doctor did not only look: it imported")
			}
		})
	}
}

func writeBentoMLFile(t *testing.T, home string) {
	t.Helper()
	if err := os.Mkdir(filepath.Join(home, "bentoml"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(home, "bentoml", ".yatai.yaml"), []byte("contexts: []\n"), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestDoctorWithoutADaemon(t *testing.T) {
	t.Parallel()
	environ := installed(t, noDaemon(t))
	if found := findings(t, environ); len(found) != 1 || found["dead-daemon"].Mend != "bento-credd run" {
		t.Errorf("none was there: %+v", found)
	}
	path := ipc.Lookup(environ)(ipc.SocketVariable)
	listener, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	listener.SetUnlinkOnClose(false)
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	if found := findings(t, environ); found["stale-socket"].Mend != "bento-cred status" {
		t.Errorf("one died: %+v", found)
	}
	if found := findings(t, append(environ, "BENTO_CRED_SOCKET=s")); found["socket-path"].Mend != "unset BENTO_CRED_SOCKET" {
		t.Errorf("no place for a socket: %+v", found)
	}
}
