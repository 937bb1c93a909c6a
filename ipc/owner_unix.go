//go:build unix

package ipc

import (
	"errors"
	"io/fs"
	"os"
	"strconv"
	"syscall"
)

// openOurs opens a file of ours beside the socket, and makes it where flags say so. In a
// directory that others can write to, such as /tmp, somebody else may have put a file or
// a link there before us: that is untrusted, whatever its mode.
func openOurs(path string, flags int) (*os.File, error) {
	file, err := os.OpenFile(path, flags|syscall.O_NOFOLLOW|syscall.O_NONBLOCK, 0o600)
	if err != nil {
		return nil, err
	}
	info, err := file.Stat()
	if err == nil && info.Mode().IsRegular() && ownedByUs(info) && links(info) == 1 {
		return file, nil
	}
	if err == nil && links(info) == 0 { // its directory is being taken away
		_ = file.Close() // nothing was written to it
		return nil, &os.PathError{Op: "open", Path: path, Err: syscall.ENOENT}
	}
	return nil, errors.Join(&Error{
		Code:    Untrusted,
		Message: "the file " + strconv.Quote(path) + " is not yours alone",
		Hint:    "remove it, or set " + SocketVariable + " to a path in a directory only you can enter",
	}, file.Close())
}

// links returns how many names a file has.
func links(info fs.FileInfo) uint64 {
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return 0
	}
	return uint64(stat.Nlink) //nolint:unconvert // it is narrower on other systems
}

// ownedByUs reports whether the file belongs to the user we run as.
func ownedByUs(info fs.FileInfo) bool {
	stat, ok := info.Sys().(*syscall.Stat_t)
	return ok && int(stat.Uid) == os.Geteuid()
}
