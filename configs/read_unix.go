//go:build unix

package configs

import (
	"io/fs"
	"os"
	"strconv"
	"syscall"
)

// openFile opens path for reading. Without O_NONBLOCK a named pipe in the file's
// place would hold us until somebody writes to it.
func openFile(path string) (*os.File, error) {
	return os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
}

// checkOwner refuses a file that is neither the user uid's nor root's, or that those
// in writers may write.
func checkOwner(path string, info fs.FileInfo, writers fs.FileMode, uid int) error {
	stat, isStat := info.Sys().(*syscall.Stat_t)
	if !isStat {
		return &Error{File: path, Summary: "has no owner the system tells of"}
	}
	if owner := int(stat.Uid); owner != uid && owner != 0 {
		return &Error{
			File:    path,
			Summary: "belongs to user " + strconv.Itoa(owner) + ", not to you",
			Hint:    "look who wrote it; if it is yours: sudo chown " + strconv.Itoa(uid) + " " + shellQuote(path),
		}
	}
	if info.Mode().Perm()&writers != 0 {
		return &Error{
			File:    path,
			Summary: "can be written by others",
			Hint:    "look what is in it, then run: chmod go-w " + shellQuote(path),
		}
	}
	return nil
}
