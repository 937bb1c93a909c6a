// Package private keeps files from other users and safe from a crash.
package private

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
)

// ErrNotOurs is the error for a file or directory that others own or can reach.
var ErrNotOurs = errors.New("not private to this user")

// MakeDir makes the directory path, if need be with those above it, and makes sure that
// it is ours alone.
func MakeDir(path string) error {
	if !filepath.IsAbs(path) {
		return fmt.Errorf("making directory %q: not an absolute path", path)
	}
	info, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		if err := os.MkdirAll(path, 0o700); err != nil {
			return fmt.Errorf("making a private directory: %w", err)
		}
		info, err = os.Lstat(path)
	}
	if err != nil {
		return fmt.Errorf("looking at a private directory: %w", err)
	}
	if !info.IsDir() {
		return fmt.Errorf("%w: %q is no directory (%s)", ErrNotOurs, path, info.Mode().Type())
	}
	return claim(path, info, 0o700)
}

// CheckFile returns nil when path is a file of ours; access that others have to it is
// taken away. The error is fs.ErrNotExist where there is none, and ErrNotOurs for a
// symbolic link or another user's file.
func CheckFile(path string) error {
	info, err := os.Lstat(path)
	if err != nil {
		return fmt.Errorf("looking at a private file: %w", err)
	}
	if !info.Mode().IsRegular() {
		return fmt.Errorf("%w: %q is no file (%s)", ErrNotOurs, path, info.Mode().Type())
	}
	return claim(path, info, 0o600)
}

// claim returns nil when path, of which info is the Lstat, belongs to us, and sets its
// mode.
func claim(path string, info fs.FileInfo, mode fs.FileMode) error {
	if runtime.GOOS == "windows" {
		return nil // a profile's directory has an access list, not a mode
	}
	if uid, known := owner(info); known && uid != os.Getuid() {
		return fmt.Errorf("%w: %q belongs to uid %d", ErrNotOurs, path, uid)
	}
	if info.Mode().Perm() == mode {
		return nil
	}
	if err := os.Chmod(path, mode); err != nil {
		return fmt.Errorf("taking others' access away: %w", err)
	}
	return nil
}

// Read reads a small file of ours, as CheckFile has it.
func Read(path string, limit int64) ([]byte, error) {
	if err := CheckFile(path); err != nil {
		return nil, err
	}
	return read(path, limit)
}

// ReadGiven reads a small file that the user named. Nothing about it is changed: it must
// belong to this user or to root, who often hands such files in, and no one else may
// have access to it. It may be reached by symbolic links.
func ReadGiven(path string, limit int64) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("looking at a private file: %w", err)
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%w: %q is no file (%s)", ErrNotOurs, path, info.Mode().Type())
	}
	if runtime.GOOS != "windows" {
		if uid, known := owner(info); known && uid != os.Getuid() && uid != 0 {
			return nil, fmt.Errorf("%w: %q belongs to uid %d", ErrNotOurs, path, uid)
		}
		if mode := info.Mode().Perm(); mode&0o077 != 0 {
			return nil, fmt.Errorf("%w: %q has mode %04o, and needs 0600 or less", ErrNotOurs, path, mode)
		}
	}
	return read(path, limit)
}

// read reads at most limit bytes and refuses more.
func read(path string, limit int64) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("opening a private file: %w", err)
	}
	defer func() { _ = f.Close() }()
	data, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err != nil {
		return nil, fmt.Errorf("reading a private file: %w", err)
	}
	if int64(len(data)) > limit {
		return nil, fmt.Errorf("reading %q: larger than %d bytes", path, limit)
	}
	return data, nil
}

// Create writes a new file of mode 0600, whole or not at all, and puts it on the disk.
// The caller sees to it that nobody else creates it at the same time; an existing file
// is fs.ErrExist.
func Create(path string, data []byte) (err error) {
	if _, err := os.Lstat(path); err == nil {
		return fmt.Errorf("creating %q: %w", path, fs.ErrExist)
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".new-*") // made with mode 0600
	if err != nil {
		return fmt.Errorf("creating a private file: %w", err)
	}
	defer func() {
		if err != nil {
			_ = os.Remove(f.Name())
		}
	}()
	_, writeErr := f.Write(data)
	if err := errors.Join(writeErr, f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("writing a private file: %w", err)
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return fmt.Errorf("naming a private file: %w", err)
	}
	return Sync(path)
}

// Sync puts the file at path on the disk, if there is one, and then the directory's
// entry for it, or for its absence.
func Sync(path string) error {
	err := syncOne(path, os.O_RDWR)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("writing a file to the disk: %w", err)
	}
	if runtime.GOOS == "windows" {
		return nil // directories cannot be synced there
	}
	if err := syncOne(filepath.Dir(path), os.O_RDONLY); err != nil {
		return fmt.Errorf("writing a directory to the disk: %w", err)
	}
	return nil
}

// syncOne calls fsync on one file or directory.
func syncOne(path string, flag int) error {
	f, err := os.OpenFile(path, flag, 0)
	if err != nil {
		return fmt.Errorf("opening it: %w", err)
	}
	if err := errors.Join(f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("syncing it: %w", err)
	}
	return nil
}
