package ipc

import (
	"errors"
	"os"
	"syscall"
	"time"
)

// errSharingViolation is what CreateFile says of a file another process has open
// for itself alone.
const errSharingViolation = syscall.Errno(32)

// Lock takes the lock file at path and returns it; closing it, or the end of the
// process, gives it back. Without wait it fails with ErrLockHeld where another
// process has it. The lock is an open file that is shared with nobody.
func Lock(path string, wait bool) (*os.File, error) {
	name, err := syscall.UTF16PtrFromString(path)
	if err != nil {
		return nil, err
	}
	for {
		handle, err := syscall.CreateFile(name, syscall.GENERIC_READ|syscall.GENERIC_WRITE, 0, nil,
			syscall.OPEN_ALWAYS, syscall.FILE_ATTRIBUTE_NORMAL, 0)
		if err == nil {
			return os.NewFile(uintptr(handle), path), nil
		}
		if !errors.Is(err, errSharingViolation) {
			return nil, &os.PathError{Op: "lock", Path: path, Err: err}
		}
		if !wait {
			return nil, ErrLockHeld
		}
		time.Sleep(10 * time.Millisecond)
	}
}
