package ipc

import "errors"

// ErrLockHeld is returned by Lock when another process holds the lock.
var ErrLockHeld = errors.New("another process holds the lock")
