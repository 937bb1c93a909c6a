//go:build unix

package server

import (
	"fmt"
	"io/fs"
	"os"
	"syscall"
)

// prepareDirectory makes the socket's directory, or makes sure that nobody but us,
// or root in a sticky directory such as /tmp, can put another socket in the place of
// ours.
func prepareDirectory(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("making the socket's directory: %w", err)
	}
	info, err := os.Stat(dir)
	if err != nil {
		return fmt.Errorf("looking at the socket's directory: %w", err)
	}
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return fmt.Errorf("looking at the socket's directory %q: no owner is known", dir)
	}
	shared := info.Mode().Perm()&0o022 != 0
	ours := int(stat.Uid) == os.Geteuid()
	switch {
	case shared && info.Mode()&fs.ModeSticky == 0:
		return fmt.Errorf("the socket's directory %q can be written by other users; run chmod go-w %q", dir, dir)
	case !ours && stat.Uid != 0:
		return fmt.Errorf("the socket's directory %q belongs to user %d", dir, stat.Uid)
	}
	return nil
}
