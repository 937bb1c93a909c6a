//go:build unix

package proxy

import (
	"fmt"
	"io/fs"
	"os"
	"syscall"
)

// checkPrivate returns an error unless the directory belongs to the user and is closed to
// everybody else. A socket's own mode is not looked at on every system; its directory's is.
func checkPrivate(dir string, info fs.FileInfo) error {
	stat, ok := info.Sys().(*syscall.Stat_t)
	switch {
	case !ok || int(stat.Uid) != os.Geteuid():
		return fmt.Errorf("the directory %q of the proxy's socket is not yours", dir)
	case info.Mode().Perm()&0o077 != 0:
		return fmt.Errorf("other users can enter the directory %q of the proxy's socket; run chmod 700 %q, or choose another", dir, dir)
	}
	return nil
}
