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

// Certainly calls look, with a pidfd of the process, or -1 where there is none, and reports whether, all that time, PID was the number of the process
// that connected. It may have ended, and another one have its number: what was looked at
// then is of somebody else, and must not be believed.
func (p Peer) Certainly(look func(pidfd int)) bool {
	if p.raw == nil {
		look(-1)
		return false
	}
	sure := false
	if err := p.raw.Control(func(fd uintptr) { sure = p.pinned(fd, look) }); err != nil {
		return false // the connection is closed
	}
	return sure
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
