package terminal

import "golang.org/x/sys/unix"

// The requests of ioctl for a terminal's state.
const (
	getState = unix.TCGETS
	setState = unix.TCSETS
)
