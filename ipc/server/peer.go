package server

import (
	"errors"
	"net"
	"os"
	"syscall"
)

// Peer is the process at the other end, as the kernel knows it.
type Peer struct {
	UID int // -1 on Windows, where SID says it
	PID int // of the process that connected; 0 where the kernel does not say
	SID string
	// Contained reports whether it runs in a pid namespace of its own: in a container, to
	// which somebody handed our socket.
	Contained bool

	raw syscall.RawConn // the connection; nil for a Peer that did not come through a door
}

// ErrEnded is the error for a process that is not there any more. Another one may have its
// number: what that leads to is of somebody else, and must not be believed.
var ErrEnded = errors.New("the process that connected has ended")

// Certainly calls look, with a pidfd of the process or -1 where there is none, and returns nil if
// all that time PID was the number of the process that connected; ErrEnded if it may not have been,
// and another error where that could not be told, for want of descriptors, say.
func (p Peer) Certainly(look func(pidfd int)) error {
	if p.raw == nil {
		return ErrEnded
	}
	var err error
	if closed := p.raw.Control(func(fd uintptr) { err = p.pinned(fd, look) }); closed != nil {
		return ErrEnded
	}
	return err
}

// errNoDescriptor is returned for a connection that is not a socket of the kernel.
var errNoDescriptor = errors.New("the connection has no descriptor to ask the kernel about")

// identify asks the kernel who is at the other end of conn. home names the pid namespace that
// we are in.
func identify(conn net.Conn, home string) (Peer, error) {
	unix, ok := conn.(*net.UnixConn)
	if !ok {
		return Peer{}, errNoDescriptor
	}
	raw, err := unix.SyscallConn()
	if err != nil {
		return Peer{}, err
	}
	var peer Peer
	var askErr error
	if err := raw.Control(func(fd uintptr) { peer, askErr = askKernel(fd, home) }); err != nil {
		return Peer{}, err
	}
	peer.raw = raw
	return peer, os.NewSyscallError("asking for the peer", askErr)
}
