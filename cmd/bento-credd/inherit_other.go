//go:build unix && !linux

package main

import (
	"fmt"
	"os"
	"strconv"
	"syscall"
)

// inheritNothing keeps what the shell that started us has open (a lock, a pipe of make's
// or of CI's) from being held open by the daemon and its worker for as long as they live.
func inheritNothing() error {
	entries, err := os.ReadDir("/dev/fd")
	if err != nil {
		return fmt.Errorf("letting go of inherited files: %w", err)
	}
	for _, entry := range entries {
		if fd, err := strconv.Atoi(entry.Name()); err == nil && fd > 2 {
			syscall.CloseOnExec(fd)
		}
	}
	return nil
}
