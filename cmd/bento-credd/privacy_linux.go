package main

import (
	"fmt"

	"golang.org/x/sys/unix"
)

// guardMemory closes this process to debuggers and to /proc for all but root: programs of the
// same user can then neither read its memory nor trace it.
func guardMemory() error {
	if err := unix.Prctl(unix.PR_SET_DUMPABLE, 0, 0, 0, 0); err != nil {
		return fmt.Errorf("closing the memory to other programs: %w", err)
	}
	return nil
}
