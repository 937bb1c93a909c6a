//go:build unix

package main

import (
	"fmt"
	"os"
	"syscall"
)

// again runs this program anew in the place of this process. It is for one that somebody
// started by hand, and counts on: of what it had in memory nothing is left, and it goes on
// to answer that it is locked.
func again(executable string, environ []string) error {
	if err := syscall.Exec(executable, os.Args, environ); err != nil { //nolint:gosec // it is this program, with its own arguments
		return fmt.Errorf("starting anew, for it was locked: %w", err)
	}
	return nil
}
