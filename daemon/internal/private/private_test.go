//go:build unix

package private_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/bento-cred/bento-cred/daemon/internal/private"
)

func TestMakeDir(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file, link := filepath.Join(dir, "file"), filepath.Join(dir, "link")
	wide := filepath.Join(dir, "wide")
	if err := errors.Join(
		os.WriteFile(file, nil, 0o600), os.Symlink(dir, link), os.Mkdir(wide, 0o700), os.Chmod(wide, 0o777),
	); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{filepath.Join(dir, "a", "b"), wide} {
		if err := private.MakeDir(path); err != nil {
			t.Errorf("MakeDir: %v", err)
		}
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o700 {
			t.Errorf("%q has mode %v, %v", path, info.Mode(), err)
		}
	}
	if err := private.MakeDir(link); !errors.Is(err, private.ErrNotOurs) {
		t.Errorf("MakeDir of a symbolic link = %v, want ErrNotOurs", err)
	}
	if err := os.Symlink(filepath.Join(dir, "nothing"), filepath.Join(dir, "dangling")); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"file", "dangling"} {
		if err := private.MakeDir(filepath.Join(dir, name)); !errors.Is(err, private.ErrNotOurs) {
			t.Errorf("MakeDir where there is a %s = %v, want ErrNotOurs", name, err)
		}
	}
	if err := private.MakeDir("relative"); err == nil {
		t.Error("MakeDir of a relative path = nil")
	}
}

func TestCheckFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file, link := filepath.Join(dir, "file"), filepath.Join(dir, "link")
	if err := errors.Join(os.WriteFile(file, []byte("x"), 0o600), os.Chmod(file, 0o666), os.Symlink(file, link)); err != nil {
		t.Fatal(err)
	}
	if err := private.CheckFile(file); err != nil {
		t.Error(err)
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v; want it mended", info.Mode(), err)
	}
	if err := private.CheckFile(link); !errors.Is(err, private.ErrNotOurs) {
		t.Errorf("CheckFile of a symbolic link = %v, want ErrNotOurs", err)
	}
	if err := private.CheckFile(dir); !errors.Is(err, private.ErrNotOurs) {
		t.Errorf("CheckFile of a directory = %v, want ErrNotOurs", err)
	}
	if err := private.CheckFile(filepath.Join(dir, "none")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("CheckFile of nothing = %v, want ErrNotExist", err)
	}
}

func TestOthersFiles(t *testing.T) {
	t.Parallel()
	if os.Getuid() != 0 {
		t.Skip("only root can make another user's files")
	}
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	if err := errors.Join(os.WriteFile(file, []byte("x"), 0o600), os.Chown(file, 12345, 12345)); err != nil {
		t.Fatal(err)
	}
	_, readErr := private.Read(file, 10)
	_, givenErr := private.ReadGiven(file, 10)
	_, openErr := private.Open(file, os.O_RDWR)
	for call, err := range map[string]error{
		"CheckFile": private.CheckFile(file), "Read": readErr, "ReadGiven": givenErr, "Open": openErr,
	} {
		if !errors.Is(err, private.ErrNotOurs) {
			t.Errorf("%s of another user's file = %v, want ErrNotOurs", call, err)
		}
	}
	if err := os.Chown(dir, 12345, 12345); err != nil {
		t.Fatal(err)
	}
	if err := private.MakeDir(dir); !errors.Is(err, private.ErrNotOurs) {
		t.Errorf("MakeDir of another user's directory = %v, want ErrNotOurs", err)
	}
}

func TestOpen(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	in := func(name string) string { return filepath.Join(dir, name) }
	if err := errors.Join(
		os.WriteFile(in("wide"), []byte("text"), 0o600), os.Chmod(in("wide"), 0o666),
		os.Symlink(in("wide"), in("link")), os.Symlink(in("nothing"), in("dangling")),
		syscall.Mkfifo(in("pipe"), 0o600),
	); err != nil {
		t.Fatal(err)
	}
	tests := map[string]struct {
		flag int
		want error
	}{
		"wide":     {os.O_RDWR, nil},
		"new":      {os.O_WRONLY | os.O_CREATE, nil},
		"none":     {os.O_RDONLY, fs.ErrNotExist},
		"link":     {os.O_RDONLY, private.ErrNotOurs},
		"dangling": {os.O_WRONLY | os.O_CREATE, private.ErrNotOurs},
		"pipe":     {os.O_RDONLY, private.ErrNotOurs},
		".":        {os.O_RDONLY, private.ErrNotOurs},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f, err := private.Open(in(name), test.flag)
			if !errors.Is(err, test.want) {
				t.Fatalf("Open = %v, want %v", err, test.want)
			}
			if err != nil {
				return
			}
			defer func() { _ = f.Close() }()
			if info, err := os.Lstat(in(name)); err != nil || info.Mode() != 0o600 {
				t.Errorf("mode %v, %v; want 0600", info.Mode(), err)
			}
		})
	}
	t.Cleanup(func() {
		if _, err := os.Lstat(in("nothing")); err == nil {
			t.Error("a file was made at the end of a link")
		}
	})
}

func TestReadGiven(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	tests := map[string]struct {
		mode fs.FileMode
		want error
	}{
		"ours": {0o600, nil}, "read only": {0o400, nil},
		"group": {0o640, private.ErrNotOurs}, "world": {0o604, private.ErrNotOurs},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(dir, name)
			if err := errors.Join(os.WriteFile(path, []byte("text"), 0o600), os.Chmod(path, test.mode)); err != nil {
				t.Fatal(err)
			}
			got, err := private.ReadGiven(path, 4)
			if !errors.Is(err, test.want) || (err == nil) != (string(got) == "text") {
				t.Errorf("ReadGiven = %q, %v; want %v", got, err, test.want)
			}
			if info, err := os.Stat(path); err != nil || info.Mode().Perm() != test.mode {
				t.Errorf("the mode was changed to %v, %v", info.Mode(), err)
			}
			if _, err := private.ReadGiven(path, 3); err == nil {
				t.Error("more than the limit was read")
			}
		})
	}
	if _, err := private.ReadGiven(dir, 10); !errors.Is(err, private.ErrNotOurs) {
		t.Errorf("ReadGiven of a directory = %v", err)
	}
	if _, err := private.ReadGiven(filepath.Join(dir, "none"), 10); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("ReadGiven of nothing = %v", err)
	}
}

func TestCreate(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "key")
	if err := private.Create(path, []byte("text")); err != nil {
		t.Fatal(err)
	}
	if got, err := private.Read(path, 10); err != nil || string(got) != "text" {
		t.Errorf("Read = %q, %v", got, err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	if err := private.Create(path, []byte("other")); !errors.Is(err, fs.ErrExist) {
		t.Errorf("Create over a file = %v, want ErrExist", err)
	}
	if err := private.Create(filepath.Join(dir, "none", "key"), nil); err == nil {
		t.Error("Create in no directory = nil")
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 1 || strings.HasPrefix(entries[0].Name(), ".") {
		t.Errorf("entries %v, %v; want the file alone", entries, err)
	}
}

func TestSync(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "file")
	if err := private.Sync(path); err != nil {
		t.Errorf("Sync of a file that was removed = %v", err)
	}
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := private.Sync(path); err != nil {
		t.Errorf("Sync = %v", err)
	}
	if err := private.Sync(filepath.Join(dir, "none", "file")); err == nil {
		t.Error("Sync in no directory = nil")
	}
}
