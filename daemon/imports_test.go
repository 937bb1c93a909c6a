package daemon_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/bento-cred/bento-cred/ipc"
	"github.com/bento-cred/bento-cred/ipc/management"
)

const yatai = `contexts:
- name: default
  endpoint: https://cloud.example/
  api_token: made-up-token-a
  email: ada@acme.example
- name: staging
  endpoint: HTTPS://Staging.Example
  api_token: made-up-token-b
  email: null
- name: default
  endpoint: https://other.example
  api_token: made-up-token-c
- name: no-token
  endpoint: https://cloud.example
- name: spaced name
  endpoint: https://cloud.example
  api_token: made-up-token-d
- name: plain
  endpoint: http://cloud.example
  api_token: made-up-token-e
- name: two-lines
  endpoint: https://cloud.example
  api_token: "made-up-token-f\nmore"
current_context_name: staging
`

// writeYatai writes BentoML's file and returns its path.
func writeYatai(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), ".yatai.yaml")
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestImport(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ctx := t.Context()
	path := writeYatai(t, yatai)

	planned, err := h.Import(ctx, management.Import{Path: path, DryRun: true, Scrub: true})
	if err != nil || len(planned.Taken) != 2 || planned.Scrubbed || !planned.Readable {
		t.Errorf("dry run: %+v, %v", planned, err)
	}
	if contexts, err := h.Contexts(ctx); err != nil || len(contexts) != 0 {
		t.Errorf("a dry run kept %v, %v", contexts, err)
	}

	done, err := h.Import(ctx, management.Import{Path: path})
	if err != nil || len(done.Taken) != 2 || len(done.Skipped) != 5 || done.Scrubbed {
		t.Fatalf("Import() = %+v, %v", done, err)
	}
	if text, err := os.ReadFile(path); err != nil || string(text) != yatai {
		t.Errorf("the file was changed without --scrub: %v", err)
	}
	got, err := h.Credential(ctx, ipc.Request{})
	if err != nil || got.Context != "staging" || got.Endpoint != "https://staging.example" || got.Value.Reveal() != "made-up-token-b" {
		t.Errorf("Credential() = %+v, %v", got, err)
	}

	again, err := h.Import(ctx, management.Import{Path: path, Scrub: true})
	if err != nil || !again.Scrubbed || len(again.Taken) != 2 {
		t.Fatalf("with --scrub: %+v, %v", again, err)
	}
	text, err := os.ReadFile(path)
	if err != nil || strings.Contains(string(text), "token-a") || strings.Contains(string(text), "token-b") {
		t.Errorf("tokens that were taken are still in the file, %v", err)
	}
	for _, kept := range []string{"token-c", "token-d", "token-e", "token-f"} {
		if !strings.Contains(string(text), kept) {
			t.Errorf("%s was not taken and is gone from the file", kept)
		}
	}
}

func TestImportOverAnotherLoginLosesNeither(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.login("default")
	path := writeYatai(t, yatai)
	done, err := h.Import(t.Context(), management.Import{Path: path, Scrub: true})
	if err != nil || len(done.Taken) != 1 || done.Taken[0].Name != "staging" {
		t.Fatalf("Import() = %+v, %v", done, err)
	}
	if got, err := h.Credential(t.Context(), ipc.Request{}); err != nil || got.Value.Reveal() != goodToken {
		t.Errorf("the login was overwritten: %v", err)
	}
	if text, err := os.ReadFile(path); err != nil || !strings.Contains(string(text), "token-a") {
		t.Errorf("the token that was not taken is gone, %v", err)
	}
}

func TestImportOfNothing(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	_, err := h.Import(t.Context(), management.Import{Path: filepath.Join(t.TempDir(), "none")})
	if !errors.Is(err, ipc.NotFound) {
		t.Errorf("no file: %v, want not_found", err)
	}
	_, err = h.Import(t.Context(), management.Import{Path: writeYatai(t, "")})
	if !errors.Is(err, ipc.BadConfig) {
		t.Errorf("an empty file: %v, want config", err)
	}
}
