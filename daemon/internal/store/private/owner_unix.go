//go:build unix

package private

import (
	"io/fs"
	"syscall"
)

// owner returns the user a file belongs to, and whether that is known.
func owner(info fs.FileInfo) (int, bool) {
	status, known := info.Sys().(*syscall.Stat_t)
	if !known {
		return 0, false
	}
	return int(status.Uid), true
}
