package store_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/bento-cred/bento-cred/daemon/internal/store"
	"github.com/bento-cred/bento-cred/daemon/internal/store/storetest"
)

func TestFile(t *testing.T) {
	t.Parallel()
	storetest.TestStore(t, func(t *testing.T) store.Store { return openReady(t, fileConfig(t)) })
}

// put puts a value that must be kept.
func put(t *testing.T, s store.Store, name, value string) {
	t.Helper()
	if err := s.Put(t.Context(), name, []byte(value)); err != nil {
		t.Fatalf("Put(%q): %v", name, err)
	}
}

// wantValue checks what is kept.
func wantValue(t *testing.T, s store.Store, name, value string) {
	t.Helper()
	if got, err := s.Get(t.Context(), name); err != nil || string(got) != value {
		t.Errorf("Get(%q) = %q, %v; want %q", name, got, err, value)
	}
}

// reopen closes k and opens the store again as a later start would.
func reopen(t *testing.T, k *store.Keychain, config store.Config) *store.Keychain {
	t.Helper()
	config.Remembered = k.Report().Choice
	if err := k.Close(); err != nil {
		t.Fatal(err)
	}
	return open(t, config)
}

func TestFileSurvivesRestart(t *testing.T) {
	t.Parallel()
	config := fileConfig(t)
	k := openReady(t, config)
	put(t, k, "prod", "value")
	k = reopen(t, k, config)
	wantValue(t, k, "prod", "value")
	if r := k.Report(); r.Source != store.SourceKey || r.Dir == "" || !strings.Contains(r.Protection, "key") {
		t.Errorf("Report = %+v", r)
	}
	// Without what is remembered the store is found all the same.
	config.Backend = store.Auto
	forgotten := openReady(t, config)
	wantValue(t, forgotten, "prod", "value")
	if r := forgotten.Report(); !r.Adopted || r.Backend != store.File {
		t.Errorf("Report = %+v, want an adopted file store", r)
	}
}

func TestFileIsPrivate(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("no modes here")
	}
	config := fileConfig(t)
	k := openReady(t, config)
	put(t, k, "prod", "value")
	dir := k.Report().Dir
	// Bug of the library's: the mode of what is there stays as it is.
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, path := range itemFiles(t, dir) {
		if err := os.Chmod(path, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	wantValue(t, k, "prod", "value")
	if err := k.Ready(t.Context()); err != nil {
		t.Error(err)
	}
	for _, path := range append(itemFiles(t, dir), dir, filepath.Join(config.Dir, "store.key")) {
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s has mode %v", filepath.Base(path), info.Mode())
		}
	}
	for _, path := range itemFiles(t, config.Dir) {
		data, err := os.ReadFile(path)
		if err == nil && strings.Contains(string(data), "value") {
			t.Errorf("%s holds the value in clear", path)
		}
	}
}

// itemFiles lists the files under dir.
func itemFiles(t *testing.T, dir string) []string {
	t.Helper()
	var files []string
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() {
			files = append(files, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// TestFileIgnoresForeignFiles: the library lists every file in its directory, temporary
// ones too, as a key.
func TestFileIgnoresForeignFiles(t *testing.T) {
	t.Parallel()
	k := openReady(t, fileConfig(t))
	put(t, k, "prod", "value")
	dir := k.Report().Dir
	for _, name := range []string{"README", ".DS_Store", "prod", "c.prod~0000000000000001.tmp", "c.x~1"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("not ours"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(filepath.Join(dir, "sub"), 0o700); err != nil {
		t.Fatal(err)
	}
	if names, err := k.List(t.Context()); err != nil || len(names) != 1 {
		t.Errorf("List = %q, %v; want prod alone", names, err)
	}
	put(t, k, "prod", "again")
	if _, err := os.Stat(filepath.Join(dir, "README")); err != nil {
		t.Errorf("a file of somebody else's is gone: %v", err)
	}
}

func TestFileRefusesSymlinks(t *testing.T) {
	t.Parallel()
	config := fileConfig(t)
	k := openReady(t, config)
	put(t, k, "prod", "value")
	path := itemOf(t, k.Report().Dir, "c.prod~")
	elsewhere := filepath.Join(t.TempDir(), "elsewhere")
	if err := os.Rename(path, elsewhere); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(elsewhere, path); err != nil {
		t.Fatal(err)
	}
	if got, err := k.Get(t.Context(), "prod"); !errors.Is(err, store.ErrDenied) {
		t.Errorf("Get through a symbolic link = %q, %v; want ErrDenied", got, err)
	}
}

// itemOf returns the path of the one item whose key begins with prefix.
func itemOf(t *testing.T, dir, prefix string) string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(dir, prefix+"*"))
	if err != nil || len(found) != 1 {
		t.Fatalf("items %s* = %q, %v; want one", prefix, found, err)
	}
	return found[0]
}

func TestFileDirectoryIsAFile(t *testing.T) {
	t.Parallel()
	// Bug of the library's: Keys answers nothing at all, without an error.
	config := fileConfig(t)
	if err := os.MkdirAll(config.Dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(config.Dir, "items.keyfile"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	k := open(t, config)
	if names, err := k.List(t.Context()); err == nil {
		t.Errorf("List = %q, nil; want an error", names)
	}
}

// TestFileTruncated: the library truncates a file before it writes it, and leaves it
// empty if it dies there.
func TestFileTruncated(t *testing.T) {
	t.Parallel()
	config := fileConfig(t)
	k := openReady(t, config)
	put(t, k, "prod", "value")
	put(t, k, "dev", "value")
	dir := k.Report().Dir
	for _, key := range []string{"c.prod~7fffffffffffffff", "c.new~0000000000000001"} {
		if err := os.WriteFile(filepath.Join(dir, key), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	wantValue(t, k, "prod", "value")
	k = reopen(t, k, config)
	wantValue(t, k, "prod", "value")
	if names, err := k.List(t.Context()); err != nil || strings.Join(names, " ") != "dev prod" {
		t.Errorf("List = %q, %v", names, err)
	}
	if n := len(itemFiles(t, dir)); n != 3 {
		t.Errorf("%d files at rest, want the marker and two items", n)
	}
	// A file that is cut after it was acknowledged is not passed over in silence.
	path := itemOf(t, dir, "c.dev~")
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	data[len(data)-30] ^= 1
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := k.Get(t.Context(), "dev"); !errors.Is(err, store.ErrDamaged) {
		t.Errorf("Get of a damaged item = %v, want ErrDamaged", err)
	}
}

func TestFileMarkerGone(t *testing.T) {
	t.Parallel()
	config := fileConfig(t)
	k := openReady(t, config)
	put(t, k, "prod", "value")
	if err := os.RemoveAll(k.Report().Dir); err != nil {
		t.Fatal(err)
	}
	if names, err := k.List(t.Context()); !errors.Is(err, store.ErrUnmarked) {
		t.Errorf("List of a store that was removed = %q, %v; want ErrUnmarked", names, err)
	}
	if _, err := k.Get(t.Context(), "prod"); !errors.Is(err, store.ErrUnmarked) {
		t.Errorf("Get = %v, want ErrUnmarked", err)
	}
	if err := k.Put(t.Context(), "prod", []byte("x")); !errors.Is(err, store.ErrUnmarked) {
		t.Errorf("Put = %v, want ErrUnmarked", err)
	}
	k = reopen(t, k, config)
	if err := k.Ready(t.Context()); !errors.Is(err, store.ErrUnmarked) {
		t.Errorf("Ready after a restart = %v, want ErrUnmarked", err)
	}
}

func TestRememberedElsewhere(t *testing.T) {
	t.Parallel()
	config := fileConfig(t)
	k := openReady(t, config)
	remembered := k.Report().Choice
	tests := map[string]func(*store.Config){
		"another backend": func(c *store.Config) { c.Backend = store.Pass },
		"another source":  func(c *store.Config) { c.Source = store.SourcePrompt },
		"passphrase file": func(c *store.Config) { c.PassphraseFile = "/nowhere" },
	}
	for name, change := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			changed := config
			changed.Remembered = remembered
			change(&changed)
			if _, err := store.Open(context.Background(), changed); !errors.Is(err, store.ErrElsewhere) {
				t.Errorf("Open = %v, want ErrElsewhere", err)
			}
		})
	}
}
