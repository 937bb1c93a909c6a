//go:build unix

package main

import (
	"os"
	"syscall"
)

// statusOf returns the status of a command as shells count it: 128 and the number of the
// signal that ended it.
func statusOf(state *os.ProcessState) int {
	const signalled = 128
	if status, ok := state.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		return signalled + int(status.Signal())
	}
	return state.ExitCode()
}
