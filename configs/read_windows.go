package configs

import (
	"io/fs"
	"os"
)

// openFile opens path for reading.
func openFile(path string) (*os.File, error) { return os.Open(path) }

// checkOwner takes every file: on Windows the profile directory the settings are in
// is its user's by an access list, which permission bits do not tell of.
func checkOwner(string, fs.FileInfo, fs.FileMode, int) error { return nil }
