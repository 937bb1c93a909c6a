package server

import (
	"os"
	"unsafe"

	"golang.org/x/sys/windows"
)

// sioAFUnixGetPeerPID asks a Unix socket for the process at its other end (mstcpip.h).
const sioAFUnixGetPeerPID = 0x58000100

// homeNamespace returns nothing: there are no pid namespaces here.
func homeNamespace() string { return "" }

// ours reports whether the peer runs as the same user as the daemon.
func (p Peer) ours() bool {
	self, err := ownerOf(windows.CurrentProcess())
	return err == nil && p.SID == self
}

// askKernel finds the peer's process and, from its token, its user. Windows keeps no
// credentials of the moment of connecting, so a peer that has ended by now is
// refused: OpenProcess fails.
func askKernel(fd uintptr, _ string) (Peer, error) {
	var pid, returned uint32
	err := windows.WSAIoctl(windows.Handle(fd), sioAFUnixGetPeerPID, nil, 0,
		(*byte)(unsafe.Pointer(&pid)), uint32(unsafe.Sizeof(pid)), &returned, nil, 0)
	if err != nil {
		return Peer{}, err
	}
	process, err := windows.OpenProcess(windows.PROCESS_QUERY_LIMITED_INFORMATION, false, pid)
	if err != nil {
		return Peer{}, err
	}
	defer windows.CloseHandle(process)
	sid, err := ownerOf(process)
	if err != nil {
		return Peer{}, err
	}
	return Peer{UID: os.Getuid(), PID: int(pid), SID: sid}, nil
}

// pinned calls look while a handle keeps the number of the process from being given to
// another one.
func (p Peer) pinned(_ uintptr, look func(pidfd int)) error {
	process, err := windows.OpenProcess(windows.PROCESS_QUERY_LIMITED_INFORMATION, false, uint32(p.PID))
	if err != nil {
		return ErrEnded
	}
	defer windows.CloseHandle(process)
	look(-1)
	return nil
}

// ownerOf returns the security identifier of the user a process runs as.
func ownerOf(process windows.Handle) (string, error) {
	var token windows.Token
	if err := windows.OpenProcessToken(process, windows.TOKEN_QUERY, &token); err != nil {
		return "", err
	}
	defer token.Close()
	user, err := token.GetTokenUser()
	if err != nil {
		return "", err
	}
	return user.User.Sid.String(), nil
}
