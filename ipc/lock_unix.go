//go:build unix

package ipc

import (
	"errors"
	"os"
	"syscall"
)

// Lock takes the lock file at path and returns it; closing it, or the end of the
// process, gives it back. It fails with ErrLockHeld where another process has it.
//
// The file itself stays for ever: removing it would let two processes hold locks on
// two files of one name. On a file system that has become read-only it can be locked
// still, and not be written to.
func Lock(path string) (*os.File, error) {
	file, err := openOurs(path, os.O_RDWR|os.O_CREATE)
	if errors.Is(err, syscall.EROFS) {
		var readErr error
		if file, readErr = openOurs(path, os.O_RDONLY); readErr == nil {
			err = nil
		}
	}
	if err != nil {
		return nil, err
	}
	for {
		err = syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if !errors.Is(err, syscall.EINTR) {
			break
		}
	}
	if err == nil {
		return file, nil
	}
	_ = file.Close() // the lock was not taken; nothing to lose
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return nil, ErrLockHeld
	}
	return nil, &os.PathError{Op: "flock", Path: path, Err: err}
}
