package daemon_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/bento-cred/bento-cred/internal/cloudtest"
	"github.com/bento-cred/bento-cred/ipc"
	"github.com/bento-cred/bento-cred/ipc/management"
)

// stamp returns what shells read to see whether anything changed; "" where there is none.
func (h *house) stamp() string {
	h.t.Helper()
	text, err := os.ReadFile(ipc.StampPath(h.config.Socket))
	if err != nil && !os.IsNotExist(err) {
		h.t.Fatal(err)
	}
	return string(text)
}

// TestStamp changes what a context gives and what does not, and looks at the stamp when the
// daemon has answered: a shell whose own command it was looks there before its next prompt.
func TestStamp(t *testing.T) {
	t.Parallel()
	h, _ := newCare(t, often, cloudtest.Config{})
	h.login("default")
	h.login("work")
	directory := filepath.Join(t.TempDir(), ".bento-cred.toml")
	if err := os.WriteFile(directory, []byte("context = \"work\"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx := t.Context()
	for _, step := range []struct {
		name    string
		do      func() error
		changes bool
	}{
		{"a token is given", func() error { return h.served("default") }, false},
		{"another context", func() error { return h.UseContext(ctx, "work") }, true},
		{"the same again", func() error { return h.UseContext(ctx, "work") }, false},
		{"a directory is allowed", func() error { _, err := h.Allow(ctx, directory); return err }, true},
		{"a directory is denied", func() error { _, err := h.Deny(ctx, directory); return err }, true},
		{"a host is bound", func() error {
			_, err := h.AddHost(ctx, management.Binding{Selection: ipc.Selection{Context: "work"}, URL: "https://x.example"})
			return err
		}, false},
		{"renamed", func() error { return h.RenameContext(ctx, "work", "job") }, true},
		{"forgotten", func() error { _, err := h.Logout(ctx, management.Logout{Context: "job"}); return err }, true},
		{"a restart", func() error { h.restart(); return h.served("default") }, false},
	} {
		before := h.stamp()
		if before == "" {
			t.Fatalf("before %s: there is no stamp", step.name)
		}
		if err := step.do(); err != nil {
			t.Fatalf("%s: %v", step.name, err)
		}
		if changed := h.stamp() != before; changed != step.changes {
			t.Errorf("%s: changed is %t, want %t", step.name, changed, step.changes)
		}
	}
	before := h.stamp()
	h.cloud.Revoke(goodToken)
	h.await("shells are told of a token that was taken back", func() bool { return h.stamp() != before })
}
