package ipc

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// DirectoryFile is the name of the file that chooses a context for a directory and all below.
const DirectoryFile = ".bento-cred.toml"

// NearestDirectoryFile returns the path of the DirectoryFile in dir or the nearest directory
// above it that has one; fs.ErrNotExist where none has, and another error where that cannot be
// told.
func NearestDirectoryFile(dir string) (path string, err error) {
	if !filepath.IsAbs(dir) {
		return "", &os.PathError{Op: "look", Path: dir, Err: fs.ErrNotExist}
	}
	dir = filepath.Clean(dir)
	for {
		path = filepath.Join(dir, DirectoryFile)
		if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
			return path, err
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return "", fs.ErrNotExist
		}
		dir = parent
	}
}
