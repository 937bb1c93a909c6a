//go:build unix

package terminal

import "golang.org/x/sys/unix"

// hush turns the terminal's echo off.
func hush(fd int) error {
	state, err := unix.IoctlGetTermios(fd, getState)
	if err != nil {
		return err
	}
	state.Lflag &^= unix.ECHO
	return unix.IoctlSetTermios(fd, setState, state)
}
