package state_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/bento-cred/bento-cred/daemon/internal/state"
)

func open(t *testing.T, path string) *state.File {
	t.Helper()
	f, err := state.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestChangeOutlivesTheProcess(t *testing.T) {
	path := filepath.Join(t.TempDir(), "deep", "state.json")
	want := state.State{Current: "prod", Store: []byte(`{"backend":"file"}`), Allowed: map[string]string{"/p": "d"}}
	if err := open(t, path).Change(func(s *state.State) { *s = want }); err != nil {
		t.Fatal(err)
	}
	got := open(t, path).Get()
	got.Store = []byte(`{"backend":"file"}`) // indented when written; compared below
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v; want 0600", info.Mode(), err)
	}
}

func TestChangeThatCannotBeWrittenChangesNothing(t *testing.T) {
	blocked := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(blocked, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	f := open(t, filepath.Join(t.TempDir(), "state.json"))
	if err := f.Change(func(s *state.State) { s.Current = "first" }); err != nil {
		t.Fatal(err)
	}
	g, err := state.Open(filepath.Join(blocked, "state.json"))
	if err == nil {
		if err = g.Change(func(s *state.State) { s.Current = "second" }); err == nil {
			t.Fatal("a change was written below a file")
		}
		if got := g.Get().Current; got != "" {
			t.Errorf("Current = %q after a change that failed", got)
		}
	}
	if got := f.Get().Current; got != "first" {
		t.Errorf("Current = %q", got)
	}
}

func TestDamagedFileIsAnError(t *testing.T) {
	for name, content := range map[string]string{"empty": "", "cut": `{"current": "pr`, "type": `{"current": 7}`} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "state.json")
			if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
				t.Fatal(err)
			}
			if _, err := state.Open(path); err == nil {
				t.Error("a damaged state was taken")
			}
		})
	}
}

// TestGotStaysAsItWas: what somebody got is not changed by what is changed afterwards.
func TestGotStaysAsItWas(t *testing.T) {
	f := open(t, filepath.Join(t.TempDir(), "state.json"))
	allow := func(path string) func(*state.State) {
		return func(s *state.State) {
			if s.Allowed == nil {
				s.Allowed = make(map[string]string)
			}
			s.Allowed[path] = "d"
		}
	}
	if err := f.Change(allow("/p")); err != nil {
		t.Fatal(err)
	}
	got := f.Get()
	if err := errors.Join(f.Change(allow("/q")), f.Note(allow("/r"))); err != nil {
		t.Fatal(err)
	}
	if before, now := len(got.Allowed), len(f.Get().Allowed); before != 1 || now != 3 {
		t.Errorf("%d allowed in what was got, %d now; want 1 and 3", before, now)
	}
}

func FuzzOpen(f *testing.F) {
	f.Add([]byte(`{"current":"a","store":{"x":1},"allowed":{"/p":"d"}}`))
	f.Add([]byte(`{`))
	f.Fuzz(func(t *testing.T, data []byte) {
		path := filepath.Join(t.TempDir(), "state.json")
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		first, err := state.Open(path)
		if err != nil {
			return
		}
		if err := first.Change(func(*state.State) {}); err != nil {
			t.Fatalf("writing what was read: %v", err)
		}
		if second, err := state.Open(path); err != nil || second.Get().Current != first.Get().Current {
			t.Fatalf("reading what was written: %v", err)
		}
	})
}
