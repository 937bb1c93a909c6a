package server

import (
	"os"

	"golang.org/x/sys/unix"
)

// ours reports whether the peer runs as the same user as the daemon.
func (p Peer) ours() bool { return p.UID == os.Geteuid() }

func askKernel(fd uintptr) (Peer, error) {
	cred, err := unix.GetsockoptUcred(int(fd), unix.SOL_SOCKET, unix.SO_PEERCRED)
	if err != nil {
		return Peer{}, err
	}
	return Peer{UID: int(cred.Uid), PID: int(cred.Pid)}, nil
}
