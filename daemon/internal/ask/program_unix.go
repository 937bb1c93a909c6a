//go:build unix

package ask

import (
	"io/fs"
	"os"
	"syscall"

	"golang.org/x/term"
)

// untrusted says why a file in that directory is not run; empty: it is. A directory that
// a group can write to is let pass, for Debian's /usr/local/bin is one.
func untrusted(file, dir fs.FileInfo) string {
	owner, known := file.Sys().(*syscall.Stat_t)
	switch {
	case file.Mode().Perm()&0o111 == 0:
		return "is not executable"
	case file.Mode().Perm()&0o022 != 0:
		return "can be written by others"
	case !known || (owner.Uid != 0 && int(owner.Uid) != os.Geteuid()):
		return "belongs to another user"
	case dir.Mode().Perm()&0o002 != 0 && dir.Mode()&fs.ModeSticky == 0:
		return "is in a directory that everybody can write to"
	}
	return ""
}

// isTerminal reports whether a device is a terminal that this user may use. It does not
// become the daemon's own by being looked at.
func isTerminal(path string) bool {
	device, err := os.OpenFile(path, os.O_RDWR|syscall.O_NOCTTY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return false
	}
	defer func() { _ = device.Close() }()
	return term.IsTerminal(int(device.Fd()))
}
