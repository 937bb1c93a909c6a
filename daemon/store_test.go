package daemon_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/bento-cred/bento-cred/internal/credential"
	"github.com/bento-cred/bento-cred/ipc"
	"github.com/bento-cred/bento-cred/ipc/management"
)

func TestContextsOutliveTheDaemon(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.login("first")
	h.login("second")
	if err := h.UseContext(t.Context(), "second"); err != nil {
		t.Fatal(err)
	}
	h.restart()
	got, err := h.Credential(t.Context(), ipc.Request{})
	if err != nil || got.Context != "second" || got.Value.Reveal() != goodToken {
		t.Errorf("after a restart: context %q, %v", got.Context, err)
	}
	if contexts, err := h.Contexts(t.Context()); err != nil || len(contexts) != 2 {
		t.Errorf("Contexts() = %v, %v", contexts, err)
	}
}

func TestNothingIsKeptInClear(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.login("default")
	if strings.Contains(h.snapshot(), goodToken) {
		t.Error("a file holds the token in clear")
	}
}

const passphrase = "made-up passphrase"

func TestPassphraseThatIsTyped(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ctx := t.Context()
	h.end()
	if err := os.RemoveAll(h.config.DataDir); err != nil { // the store of the first start
		t.Fatal(err)
	}
	h.writeConfig("[store]\nbackend = \"file\"\npassphrase = \"prompt\"\n")
	h.start()
	login := management.Login{Endpoint: h.cloud.URL(), Token: credential.NewSecret(goodToken)}
	if _, err := h.Login(ctx, login); !errors.Is(err, ipc.Locked) || !strings.Contains(ipc.AsError(err).Hint, "unlock") {
		t.Fatalf("before it is unlocked: %v, want locked with a hint", err)
	}
	if err := h.Unlock(ctx, credential.NewSecret(passphrase)); err != nil {
		t.Fatal(err)
	}
	if _, err := h.Login(ctx, login); err != nil {
		t.Fatal(err)
	}
	h.restart()
	_, err := h.Credential(ctx, ipc.Request{})
	if !errors.Is(err, ipc.Locked) {
		t.Errorf("after a restart: %v, want locked", err)
	}
	before := h.snapshot()
	err = h.Unlock(ctx, credential.NewSecret("another"))
	if !errors.Is(err, ipc.BadPassphrase) || h.snapshot() != before {
		t.Errorf("a wrong passphrase: %v, and files changed: %v", err, h.snapshot() != before)
	}
	status, err := h.Status(ctx)
	if err != nil || status.Store.State == "ready" || status.Store.Reason == "" {
		t.Errorf("Status() = %+v, %v; want a store that is not ready, and why", status.Store, err)
	}
	if err := h.Unlock(ctx, credential.NewSecret(passphrase)); err != nil {
		t.Fatal(err)
	}
	if got, err := h.Credential(ctx, ipc.Request{}); err != nil || got.Value.Reveal() != goodToken {
		t.Errorf("after unlocking: %v", err)
	}
}

func TestPassphraseFile(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.end()
	if err := os.RemoveAll(h.config.DataDir); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(filepath.Dir(h.config.DataDir), "passphrase")
	write := func(text string, mode os.FileMode) {
		t.Helper()
		if err := os.WriteFile(file, []byte(text), mode); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(file, mode); err != nil {
			t.Fatal(err)
		}
	}
	write(passphrase+"\n", 0o600)
	h.config.PassphraseFile = file
	h.start()
	h.login("default")
	before := h.snapshot()
	for name, step := range map[string]struct {
		text string
		mode os.FileMode
		want ipc.Code
	}{
		"another passphrase": {"another", 0o600, ipc.BadPassphrase},
		"readable by others": {passphrase, 0o644, ipc.StoreFailed},
	} {
		write(step.text, step.mode)
		h.restart()
		_, err := h.Login(t.Context(), management.Login{Endpoint: h.cloud.URL(), Token: credential.NewSecret(goodToken)})
		if !errors.Is(err, step.want) || h.snapshot() != before {
			t.Errorf("%s: error %v, want %q; files changed: %v", name, err, step.want, h.snapshot() != before)
		}
	}
	write(passphrase, 0o600) // without the line feed it is the same
	if got, err := h.Credential(t.Context(), ipc.Request{}); err != nil || got.Value.Reveal() != goodToken {
		t.Errorf("mended, without a restart: %v", err)
	}
}

func TestMigrateFromKeyFileToPassphrase(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ctx := t.Context()
	h.login("first")
	h.login("second")
	moved, err := h.Migrate(ctx, management.Migration{Backend: "file", Passphrase: credential.NewSecret(passphrase)})
	if err != nil || moved.Backend != "file" || moved.State != "ready" {
		t.Fatalf("Migrate() = %+v, %v", moved, err)
	}
	if got, err := h.Credential(ctx, ipc.Request{}); err != nil || got.Value.Reveal() != goodToken {
		t.Errorf("after the move: %v", err)
	}
	h.restart()
	if _, err := h.Credential(ctx, ipc.Request{}); !errors.Is(err, ipc.Locked) {
		t.Errorf("after a restart: %v, want locked", err)
	}
	if err := h.Unlock(ctx, credential.NewSecret(passphrase)); err != nil {
		t.Fatal(err)
	}
	if contexts, err := h.Contexts(ctx); err != nil || len(contexts) != 2 {
		t.Errorf("Contexts() = %v, %v", contexts, err)
	}
}

func TestMigrateToWhatIsNotThereChangesNothing(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.login("default")
	before := h.snapshot()
	_, err := h.Migrate(t.Context(), management.Migration{Backend: "secret-service"})
	if !errors.Is(err, ipc.StoreFailed) || h.snapshot() != before {
		t.Errorf("error %v, files changed: %v", err, h.snapshot() != before)
	}
	if got, err := h.Credential(t.Context(), ipc.Request{}); err != nil || got.Value.Reveal() != goodToken {
		t.Errorf("afterwards: %v", err)
	}
}

// TestStoreThatIsGoneIsNotAnEmptyOne has the settings ask for a store that is not the
// one the contexts are in.
func TestStoreThatIsGoneIsNotAnEmptyOne(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.login("default")
	h.end()
	h.writeConfig("[store]\nbackend = \"pass\"\n")
	h.start()
	if contexts, err := h.Contexts(t.Context()); !errors.Is(err, ipc.StoreFailed) {
		t.Errorf("Contexts() = %v, %v; want an error of the store", contexts, err)
	}
	h.writeConfig("")
	h.restart()
	if _, err := h.Credential(t.Context(), ipc.Request{}); err != nil {
		t.Errorf("with the setting taken back: %v", err)
	}
}

// TestForgetStoreOnlyWhereItIsGone guards against contexts that seem to be gone because
// their store was locked, or because of a setting.
func TestForgetStoreOnlyWhereItIsGone(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ctx := t.Context()
	h.login("default")
	h.end()
	h.writeConfig("[store]\nbackend = \"pass\"\n")
	h.start()
	if err := h.ForgetStore(ctx); !errors.Is(err, ipc.Denied) || ipc.AsError(err).Hint == "" {
		t.Errorf("with another one in the settings: %v, want denied with a hint", err)
	}
	h.writeConfig("")
	h.restart()
	h.end()
	if err := os.RemoveAll(filepath.Join(h.config.DataDir, "store")); err != nil {
		t.Fatal(err)
	}
	h.start()
	if _, err := h.Contexts(ctx); !errors.Is(err, ipc.StoreFailed) {
		t.Errorf("with its files gone: %v, want an error of the store", err)
	}
	if err := h.ForgetStore(ctx); err != nil {
		t.Fatal(err)
	}
	h.login("default") // in a new one
}
