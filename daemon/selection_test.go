package daemon_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/bento-cred/bento-cred/ipc"
)

func TestDirectoryChoosesOnceItIsAllowed(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ctx := t.Context()
	h.login("first")
	h.login("second")
	project := filepath.Join(t.TempDir(), "project")
	below := filepath.Join(project, "deep", "down")
	if err := os.MkdirAll(below, 0o700); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(project, ".bento-cred.toml")
	write := func(text string) {
		t.Helper()
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	// want asks from below and checks the context, its source, and part of the warning.
	want := func(step, name, source, warning string) {
		t.Helper()
		got, err := h.Credential(ctx, ipc.Request{Selection: ipc.Selection{Directory: below}})
		if err != nil || got.Context != name || got.Source != source {
			t.Errorf("%s: context %q from %q, %v; want %q from %q", step, got.Context, got.Source, err, name, source)
		}
		if told := strings.Join(got.Warnings, " "); (told == "") != (warning == "") || !strings.Contains(told, warning) {
			t.Errorf("%s: warnings %q, want %q in them", step, told, warning)
		}
	}
	want("without a file", "first", ipc.SourceCurrent, "")
	write("context = \"second\"\n")
	want("before it is allowed", "first", ipc.SourceCurrent, "bento-cred allow")
	if _, err := h.Allow(ctx, file); err != nil {
		t.Fatal(err)
	}
	want("allowed", "second", file, "")
	write("context = \"first\" # changed\n")
	want("changed since", "first", ipc.SourceCurrent, "bento-cred allow")
	write("context = \"second\"\n")
	want("changed back", "second", file, "")
	if _, err := h.Deny(ctx, file); err != nil {
		t.Fatal(err)
	}
	want("denied", "first", ipc.SourceCurrent, "bento-cred allow")
	write("context = \"second\"\nendpoint = \"https://evil.example\"\n")
	if _, err := h.Allow(ctx, file); !errors.Is(err, ipc.BadConfig) {
		t.Errorf("allowing a file that names more than a context: %v", err)
	}
	if _, err := h.Allow(ctx, filepath.Join(below, ".bento-cred.toml")); !errors.Is(err, ipc.NotFound) {
		t.Errorf("allowing no file: %v", err)
	}
}

func TestANameGoesBeforeTheDirectory(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.login("first")
	h.login("second")
	got, err := h.Credential(t.Context(), ipc.Request{Selection: ipc.Selection{
		Context: "second", Source: ipc.SourceVariable, Directory: t.TempDir(),
	}})
	if err != nil || got.Context != "second" || got.Source != ipc.SourceVariable {
		t.Errorf("got %q from %q, %v", got.Context, got.Source, err)
	}
	_, err = h.Credential(t.Context(), ipc.Request{Selection: ipc.Selection{Context: "third", Source: ipc.SourceBentoML}})
	if !errors.Is(err, ipc.NotFound) || !strings.Contains(err.Error(), ipc.SourceBentoML) {
		t.Errorf("error %v, want one that names its source", err)
	}
}
