//go:build unix

package ask

import (
	"errors"
	"syscall"
)

// signal sends a process group a signal.
func signal(group int, s syscall.Signal) error { return syscall.Kill(-group, s) }

// isGone reports whether nobody is left of a process group.
func isGone(group int) bool { return errors.Is(syscall.Kill(-group, 0), syscall.ESRCH) }
