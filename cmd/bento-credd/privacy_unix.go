//go:build unix

package main

import (
	"fmt"
	"syscall"
)

// closeToOthers, which the daemon and its worker call before anything else, keeps every file the daemon makes from other users, whatever the shell
// that started it allows, and its memory from other programs and out of core dumps, which
// others collect and keep.
func closeToOthers() error {
	syscall.Umask(0o077)
	if err := syscall.Setrlimit(syscall.RLIMIT_CORE, &syscall.Rlimit{}); err != nil {
		return fmt.Errorf("turning core dumps off: %w", err)
	}
	return guardMemory()
}
