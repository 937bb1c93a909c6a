//go:build unix

package ipc

import (
	"errors"
	"os"
	"syscall"
)

// Lock takes the lock file at path and returns it; closing it, or the end of the
// process, gives it back. Without wait it fails with ErrLockHeld where another
// process has it.
//
// The file itself stays for ever: removing it would let two processes hold locks on
// two files of one name.
func Lock(path string, wait bool) (*os.File, error) {
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|syscall.O_NOFOLLOW, 0o600)
	if err != nil {
		return nil, err
	}
	how := syscall.LOCK_EX
	if !wait {
		how |= syscall.LOCK_NB
	}
	for {
		err = syscall.Flock(int(file.Fd()), how)
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
