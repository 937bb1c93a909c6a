package main

import (
	"fmt"

	"golang.org/x/sys/unix"
)

// inheritNothing keeps what the shell that started us has open (a lock, a pipe of make's
// or of CI's) from being held open by the daemon and its worker for as long as they live.
func inheritNothing() error {
	const firstOfOthers, all = 3, ^uint(0)
	if err := unix.CloseRange(firstOfOthers, all, unix.CLOSE_RANGE_CLOEXEC); err != nil {
		return fmt.Errorf("letting go of inherited files: %w", err)
	}
	return nil
}
