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
// above it that has one.
func NearestDirectoryFile(dir string) (path string, found bool) {
	if !filepath.IsAbs(dir) {
		return "", false
	}
	dir = filepath.Clean(dir)
	for {
		path = filepath.Join(dir, DirectoryFile)
		if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
			return path, err == nil
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return "", false
		}
		dir = parent
	}
}
