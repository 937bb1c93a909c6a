package store_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/bento-cred/bento-cred/daemon/internal/store"
	"github.com/bento-cred/bento-cred/internal/credential"
)

var (
	right = credential.NewSecret("correct horse")
	wrong = credential.NewSecret("incorrect horse")
)

func TestPrompt(t *testing.T) {
	t.Parallel()
	config := fileConfig(t)
	config.Source = store.SourcePrompt
	k := open(t, config)
	if r := k.Report(); r.State != store.Locked || r.Choice != (store.Choice{}) {
		t.Fatalf("a new store that waits for its passphrase: %+v", r)
	}
	if _, err := k.List(t.Context()); !errors.Is(err, store.ErrLocked) {
		t.Errorf("List = %v, want ErrLocked", err)
	}
	if err := k.Unlock(t.Context(), right); err != nil {
		t.Fatalf("Unlock: %v", err)
	}
	put(t, k, "prod", "value")

	k = reopen(t, k, config)
	before := snapshot(t, config.Dir)
	if err := k.Put(t.Context(), "prod", []byte("x")); !errors.Is(err, store.ErrLocked) {
		t.Errorf("Put while locked = %v, want ErrLocked", err)
	}
	// Bugs of the library's: a wrong password encrypts without a word, and is kept for
	// the life of the ring.
	if err := k.Unlock(t.Context(), wrong); !errors.Is(err, store.ErrPassphrase) {
		t.Errorf("Unlock with a wrong passphrase = %v, want ErrPassphrase", err)
	}
	if err := k.Put(t.Context(), "prod", []byte("x")); !errors.Is(err, store.ErrLocked) {
		t.Errorf("Put after a wrong passphrase = %v, want ErrLocked", err)
	}
	if after := snapshot(t, config.Dir); after != before {
		t.Errorf("a wrong passphrase changed the store: %s, was %s", after, before)
	}
	if err := k.Unlock(t.Context(), right); err != nil {
		t.Fatalf("Unlock with the right passphrase after a wrong one: %v", err)
	}
	wantValue(t, k, "prod", "value")
}

// snapshot tells the files under dir by name and size.
func snapshot(t *testing.T, dir string) string {
	t.Helper()
	var b strings.Builder
	for _, path := range itemFiles(t, dir) {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		b.WriteString(filepath.Base(path) + "=" + string(data[:min(len(data), 40)]) + " ")
	}
	return b.String()
}

// TestWrongPassphraseWithoutMarker: the passphrase is proved on the items where the
// marker was lost.
func TestWrongPassphraseWithoutMarker(t *testing.T) {
	t.Parallel()
	config := fileConfig(t)
	config.Source = store.SourcePrompt
	k := open(t, config)
	if err := k.Unlock(t.Context(), right); err != nil {
		t.Fatal(err)
	}
	put(t, k, "prod", "value")
	if err := os.Remove(itemOf(t, k.Report().Dir, "m.store~")); err != nil {
		t.Fatal(err)
	}
	k2 := open(t, config)
	if err := k2.Unlock(t.Context(), wrong); !errors.Is(err, store.ErrPassphrase) {
		t.Errorf("Unlock = %v, want ErrPassphrase", err)
	}
	if err := k2.Unlock(t.Context(), right); err != nil {
		t.Errorf("Unlock = %v", err)
	}
	wantValue(t, k2, "prod", "value")
}

func TestPassphraseFile(t *testing.T) {
	t.Parallel()
	config := fileConfig(t)
	config.PassphraseFile = filepath.Join(t.TempDir(), "passphrase")
	write := func(text string, mode os.FileMode) {
		t.Helper()
		if err := os.WriteFile(config.PassphraseFile, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(config.PassphraseFile, mode); err != nil {
			t.Fatal(err)
		}
	}
	write(right.Reveal()+"\n", 0o600)
	k := openReady(t, config)
	put(t, k, "prod", "value")
	if r := k.Report(); r.Source != store.SourceFile || r.Choice.Source != store.SourcePrompt {
		t.Errorf("Report = %+v", r)
	}

	k = reopen(t, k, config)
	wantValue(t, k, "prod", "value")

	// The same passphrase opens the store when it is typed.
	typed := config
	typed.PassphraseFile = ""
	k = reopen(t, k, typed)
	if err := k.Unlock(t.Context(), right); err != nil {
		t.Fatalf("Unlock: %v", err)
	}
	wantValue(t, k, "prod", "value")

	for name, bad := range map[string]struct {
		text string
		mode os.FileMode
		want error
	}{
		"open to others": {right.Reveal(), 0o644, store.ErrInsecure},
		"open to group":  {right.Reveal(), 0o640, store.ErrInsecure},
		"empty":          {"\n", 0o600, store.ErrPassphrase},
		"wrong":          {wrong.Reveal(), 0o600, store.ErrPassphrase},
		"too large":      {strings.Repeat("x", 5000), 0o600, store.ErrInsecure},
	} {
		write(bad.text, bad.mode)
		k = reopen(t, k, config)
		if err := k.Ready(t.Context()); !errors.Is(err, bad.want) {
			t.Errorf("%s: Ready = %v, want %v", name, err, bad.want)
		}
		if problem := k.Report().Problem; strings.Contains(problem, bad.text) && bad.text != "\n" {
			t.Errorf("%s: the report shows the passphrase", name)
		}
	}
	// The caller's file is mended by its owner, and the store is ready without a restart.
	write(right.Reveal()+"\r\n", 0o400)
	wantValue(t, k, "prod", "value")
}

func TestKeyFileGone(t *testing.T) {
	t.Parallel()
	config := fileConfig(t)
	k := openReady(t, config)
	put(t, k, "prod", "value")
	key := filepath.Join(config.Dir, "store.key")
	saved, err := os.ReadFile(key)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(key); err != nil {
		t.Fatal(err)
	}
	k = reopen(t, k, config)
	if err := k.Ready(t.Context()); !errors.Is(err, store.ErrPassphrase) {
		t.Errorf("Ready without the key file = %v, want ErrPassphrase", err)
	}
	if _, err := os.Stat(key); err == nil {
		t.Error("a new key file was made, which opens nothing")
	}
	if err := os.WriteFile(key, saved, 0o600); err != nil {
		t.Fatal(err)
	}
	wantValue(t, k, "prod", "value")
}
