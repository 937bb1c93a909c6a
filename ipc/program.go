package ipc

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

// The programs of the house.
const (
	ProgramHelper = "bento-cred"
	ProgramFace   = "bento-credctl"
	ProgramDaemon = "bento-credd"
)

// FindProgram returns the path of one of our programs: beside the program that runs
// now, which is where an installation puts it and where nobody's PATH can lead
// astray, else on PATH.
func FindProgram(name string, getenv func(string) string) (string, error) {
	if runtime.GOOS == "windows" {
		name += ".exe"
	}
	if self, err := os.Executable(); err == nil {
		if self, err = filepath.EvalSymlinks(self); err == nil {
			if path := filepath.Join(filepath.Dir(self), name); runnable(path) {
				return path, nil
			}
		}
	}
	for _, dir := range filepath.SplitList(getenv("PATH")) {
		if path := filepath.Join(dir, name); filepath.IsAbs(path) && runnable(path) {
			return path, nil
		}
	}
	return "", &os.PathError{Op: "finding", Path: name, Err: errNotInstalled}
}

var errNotInstalled = errors.New("not beside this program and not on PATH")

func runnable(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular() && (runtime.GOOS == "windows" || info.Mode()&0o111 != 0)
}

// ConfigFromEnvironment returns the Config every program of ours uses: the socket
// where the environment puts it, and a daemon started on demand unless
// BENTO_CRED_AUTOSTART is 0. The daemon's program is looked for only when one has to
// be started.
func ConfigFromEnvironment(environ []string, version string, notice func(string)) (Config, error) {
	getenv := Lookup(environ)
	socket, err := SocketPath(getenv)
	if err != nil {
		return Config{}, err
	}
	config := Config{Socket: socket, Version: version, Notice: notice}
	if getenv(StartVariable) != "0" {
		config.Start = &Starter{Environ: environ}
	}
	return config, nil
}

// Lookup returns a function that looks a variable up in environ, the last of a name
// winning as in os.Getenv's own table.
func Lookup(environ []string) func(string) string {
	return func(name string) string {
		for i := len(environ) - 1; i >= 0; i-- {
			if key, value, _ := strings.Cut(environ[i], "="); key == name {
				return value
			}
		}
		return ""
	}
}
