package ipc

import (
	"os"
	"path/filepath"
	"runtime"
	"strconv"
)

// SocketVariable overrides where the socket is.
const SocketVariable = "BENTO_CRED_SOCKET"

// MaxSocketPath is the longest path of a socket, in bytes: macOS can carry no more,
// and one limit everywhere means that what works on one machine works on the next.
const MaxSocketPath = 103

// The files beside the socket.
const (
	lockSuffix  = ".lock"  // held by the daemon while it lives
	startSuffix = ".start" // held by a client while it starts a daemon
	logSuffix   = ".log"   // what a daemon started on demand has to say
	oldSuffix   = ".old"   // behind the log's: what earlier ones had
	stampSuffix = ".stamp" // changes when what a context gives does
	spillSuffix = ".audit" // records that could not be written to their own place
)

// LockPath returns the lock file of the daemon that serves socket.
func LockPath(socket string) string { return socket + lockSuffix }

// LogPath returns the log file of a daemon that a client started for socket.
func LogPath(socket string) string { return socket + logSuffix }

// StampPath returns the file beside socket whose content changes when what `bento-cred env`
// prints may have: a shell compares it with what it has seen, and runs nothing while it is
// the same.
func StampPath(socket string) string { return socket + stampSuffix }

// SpillPath returns the file for records of decisions that cannot be written to their own.
func SpillPath(socket string) string { return socket + spillSuffix }

// Beside returns the files that stand beside a socket while daemons come and go, and hold
// nothing that anybody would miss.
func Beside(socket string) []string {
	return []string{socket + startSuffix, LogPath(socket), LogPath(socket) + oldSuffix, StampPath(socket), LockPath(socket)}
}

// SocketPath returns where the socket is, the same for every program of one user;
// docs/protocol.md section 1 has the rules.
func SocketPath(getenv func(string) string) (string, error) {
	path, err := socketPath(getenv)
	if err != nil {
		return "", err
	}
	if !filepath.IsAbs(path) {
		return "", &Error{
			Code:    Usage,
			Message: SocketVariable + "=" + strconv.Quote(path) + " is not an absolute path",
			Hint:    "set " + SocketVariable + " to an absolute path, or unset it",
		}
	}
	if len(path) > MaxSocketPath {
		return "", &Error{
			Code: Usage,
			Message: "the socket path " + strconv.Quote(path) + " has " + strconv.Itoa(len(path)) +
				" bytes, and a socket path can have " + strconv.Itoa(MaxSocketPath),
			Hint: "set " + SocketVariable + " to a shorter path in a directory only you can enter",
		}
	}
	return path, nil
}

func socketPath(getenv func(string) string) (string, error) {
	if path := getenv(SocketVariable); path != "" {
		return path, nil
	}
	if dir := runtimeDirectory(getenv); dir != "" {
		return filepath.Join(dir, "bento-cred", "s"), nil
	}
	dir, err := cacheDirectory(getenv)
	if err != nil {
		return "", err
	}
	return filepath.Join(dir, "bento-cred", "s"), nil
}

// runtimeDirectory returns the user's runtime directory, "" where there is none.
// Programs started outside the login session (cron, an ssh command, an IDE's child)
// lack XDG_RUNTIME_DIR although the directory is there; they must come to the same
// socket as the shells that have the variable.
func runtimeDirectory(getenv func(string) string) string {
	if runtime.GOOS == "windows" || runtime.GOOS == "darwin" {
		return ""
	}
	if dir := getenv("XDG_RUNTIME_DIR"); filepath.IsAbs(dir) {
		return dir
	}
	dir := "/run/user/" + strconv.Itoa(os.Getuid())
	if info, err := os.Lstat(dir); err == nil && info.IsDir() && ownedByUs(info) {
		return dir
	}
	return ""
}

func cacheDirectory(getenv func(string) string) (string, error) {
	home, name := getenv("HOME"), "HOME"
	switch runtime.GOOS {
	case "windows":
		home, name = getenv("LocalAppData"), "LocalAppData"
	case "darwin":
		if home != "" {
			return filepath.Join(home, "Library", "Caches"), nil
		}
	default:
		if dir := getenv("XDG_CACHE_HOME"); filepath.IsAbs(dir) {
			return dir, nil
		}
		if home != "" {
			return filepath.Join(home, ".cache"), nil
		}
	}
	if home == "" {
		return "", &Error{
			Code:    Usage,
			Message: name + " is not set, so there is no place for the socket",
			Hint:    "set " + name + " or " + SocketVariable,
		}
	}
	return home, nil
}
