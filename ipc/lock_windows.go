package ipc

import (
	"errors"
	"os"
	"syscall"
)

// errSharingViolation is what CreateFile says of a file another process has open
// for itself alone.
const errSharingViolation = syscall.Errno(32)

// Lock takes the lock file at path and returns it; closing it, or the end of the
// process, gives it back. It fails with ErrLockHeld where another process has it. The
// lock is an open file that is shared with nobody.
func Lock(path string) (*os.File, error) {
	name, err := syscall.UTF16PtrFromString(path)
	if err != nil {
		return nil, err
	}
	handle, err := syscall.CreateFile(name, syscall.GENERIC_READ|syscall.GENERIC_WRITE, 0, nil,
		syscall.OPEN_ALWAYS, syscall.FILE_ATTRIBUTE_NORMAL, 0)
	if errors.Is(err, errSharingViolation) {
		return nil, ErrLockHeld
	}
	if err != nil {
		return nil, &os.PathError{Op: "lock", Path: path, Err: err}
	}
	return os.NewFile(uintptr(handle), path), nil
}
