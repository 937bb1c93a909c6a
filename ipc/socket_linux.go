package ipc

import (
	"os"
	"syscall"
)

func newSocket() (int, error) {
	return syscall.Socket(syscall.AF_UNIX, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
}

// checkListener makes sure that the process which listens is ours. The socket's
// file could have been replaced between looking at it and connecting; what the
// kernel says of the listener cannot.
func checkListener(fd int, path string) error {
	peer, err := syscall.GetsockoptUcred(fd, syscall.SOL_SOCKET, syscall.SO_PEERCRED)
	if err != nil {
		return os.NewSyscallError("getsockopt", err)
	}
	if int(peer.Uid) != os.Geteuid() {
		return untrusted(path, int(peer.Uid))
	}
	return nil
}
