//go:build unix

package main

import (
	"fmt"
	"syscall"
)

// closeToOthers keeps every file the daemon and its worker make from other users, whatever
// the shell that started them allows, and their memory from other programs and out of core
// dumps, which others collect and keep. It is called before either knows a secret.
func closeToOthers() error {
	syscall.Umask(0o077)
	if err := syscall.Setrlimit(syscall.RLIMIT_CORE, &syscall.Rlimit{}); err != nil {
		return fmt.Errorf("turning core dumps off: %w", err)
	}
	return guardMemory()
}
