//go:build unix

package server

import (
	"errors"
	"net"

	"golang.org/x/sys/unix"
)

// peek looks whether there is something to be read, and leaves it there. It returns
// net.ErrClosed of a peer that is gone, and nil of one that only has no more to say.
func peek(fd uintptr) error {
	n, _, err := unix.Recvfrom(int(fd), make([]byte, 1), unix.MSG_PEEK|unix.MSG_DONTWAIT)
	switch {
	case errors.Is(err, unix.EAGAIN), errors.Is(err, unix.EINTR):
		return errNothingYet
	case err != nil:
		return net.ErrClosed
	case n > 0:
		return nil
	}
	ends := []unix.PollFd{{Fd: int32(fd)}}
	if n, _ := unix.Poll(ends, 0); n > 0 && ends[0].Revents&unix.POLLHUP != 0 {
		return net.ErrClosed
	}
	return nil // socat, say, whose own input has ended, waits for the answer
}
