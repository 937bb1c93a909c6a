package configs

import (
	"errors"
	"fmt"
	"path/filepath"
)

// ErrNoHome is returned by Path where the environment does not say whose settings
// are looked for.
var ErrNoHome = errors.New("no home directory in the environment")

// Path returns where the settings are on the system goos, in the environment that
// getenv looks up: the platform's own place for such files.
func Path(getenv func(string) string, goos string) (string, error) {
	switch goos {
	case "windows":
		return under(getenv, "AppData")
	case "darwin":
		return under(getenv, "HOME", "Library", "Application Support")
	}
	// The XDG specification says that a relative path is to be ignored.
	if dir := getenv("XDG_CONFIG_HOME"); filepath.IsAbs(dir) {
		return filepath.Join(dir, "bento-cred", "config.toml"), nil
	}
	return under(getenv, "HOME", ".config")
}

// under returns our file below the directory that the variable name holds.
func under(getenv func(string) string, name string, dirs ...string) (string, error) {
	home := getenv(name)
	if home == "" {
		return "", fmt.Errorf("finding the settings: %w: %s is not set", ErrNoHome, name)
	}
	dirs = append([]string{home}, dirs...)
	return filepath.Join(append(dirs, "bento-cred", "config.toml")...), nil
}
