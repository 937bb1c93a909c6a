package server

import (
	"errors"
	"net"
	"os"
)

// Peer is the process at the other end, as the kernel knows it.
type Peer struct {
	UID int // -1 on Windows, where SID says it
	PID int // of the process that connected; 0 where the kernel does not say
	SID string
}

// errNoDescriptor is returned for a connection that is not a socket of the kernel.
var errNoDescriptor = errors.New("the connection has no descriptor to ask the kernel about")

// identify asks the kernel who is at the other end of conn.
func identify(conn net.Conn) (Peer, error) {
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
	if err := raw.Control(func(fd uintptr) { peer, askErr = askKernel(fd) }); err != nil {
		return Peer{}, err
	}
	return peer, os.NewSyscallError("asking for the peer", askErr)
}
