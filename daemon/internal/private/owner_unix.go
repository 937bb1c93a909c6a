//go:build unix

package private

import (
	"io/fs"
	"syscall"
)

// noFollow has no link opened, and nobody waited for at the end of a pipe.
const noFollow = syscall.O_NOFOLLOW | syscall.O_NONBLOCK

// errReadOnly is what a disk that cannot be written says.
const errReadOnly = syscall.EROFS

// owner returns the user a file belongs to, and whether that is known.
func owner(info fs.FileInfo) (int, bool) {
	status, known := info.Sys().(*syscall.Stat_t)
	if !known {
		return 0, false
	}
	return int(status.Uid), true
}
