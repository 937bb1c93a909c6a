package server

import (
	"bytes"
	"errors"
	"os"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// ours reports whether the peer runs as the same user as the daemon. In another user
// namespace the kernel tells the uid that is ours here, or 65534 where none is.
func (p Peer) ours() bool { return p.UID == os.Geteuid() }

func askKernel(fd uintptr, home string) (Peer, error) {
	cred, err := unix.GetsockoptUcred(int(fd), unix.SOL_SOCKET, unix.SO_PEERCRED)
	if err != nil {
		return Peer{}, err
	}
	peer := Peer{UID: int(cred.Uid), PID: int(cred.Pid)}
	peer.Contained = contained(peer.PID, home)
	return peer, nil
}

// homeNamespace returns the name of the pid namespace we are in, which we never leave; empty
// where it cannot be told.
func homeNamespace() string {
	name, err := os.Readlink("/proc/self/ns/pid")
	if err != nil {
		return ""
	}
	return name
}

// contained reports whether a process is in a pid namespace that is not ours. A process that
// the kernel has no number for here is in one that is not below ours. Where the kernel shows
// no namespace of it, as of a program that guards its memory, its numbers tell: it has one in
// each namespace from ours down to its own.
func contained(pid int, home string) bool {
	if pid == 0 {
		return true
	}
	base := "/proc/" + strconv.Itoa(pid)
	theirs, err := os.Readlink(base + "/ns/pid")
	if err == nil {
		return theirs != home
	}
	status, err := os.ReadFile(base + "/status")
	if err != nil {
		return !errors.Is(err, os.ErrNotExist) // it has ended, or there is no /proc at all
	}
	_, numbers, _ := bytes.Cut(status, []byte("\nNSpid:"))
	numbers, _, _ = bytes.Cut(numbers, []byte("\n"))
	return len(strings.Fields(string(numbers))) > 1
}

// pinned calls look and returns nil if PID belonged to the process that connected, by a pidfd: as
// long as that process has not been waited for, its number is nobody else's.
func (p Peer) pinned(fd uintptr, look func(pidfd int)) error {
	// Since Linux 6.5 the socket knows it; before, it is opened by its number, which is
	// right unless the number changed hands between connecting and now.
	pidfd, err := unix.GetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_PEERPIDFD)
	if errors.Is(err, unix.ENOPROTOOPT) { // and for nothing else: a peer that has ended is an error, too
		pidfd, err = unix.PidfdOpen(p.PID, 0)
	}
	switch {
	case errors.Is(err, unix.ENOSYS): // before Linux 5.3 nothing holds a number to its process
		look(-1)
		return nil
	case errors.Is(err, unix.EMFILE), errors.Is(err, unix.ENFILE), errors.Is(err, unix.ENOMEM):
		return os.NewSyscallError("holding on to the process that connected", err)
	case err != nil:
		return ErrEnded
	}
	defer func() { _ = unix.Close(pidfd) }() // it was only looked at
	look(pidfd)
	return running(pidfd)
}

// running returns nil if a process has not ended. A signal of Go's own scheduler may come
// between, also to a poll that does not wait.
func running(pidfd int) error {
	ended := []unix.PollFd{{Fd: int32(pidfd), Events: unix.POLLIN}}
	for {
		n, err := unix.Poll(ended, 0)
		switch {
		case errors.Is(err, unix.EINTR):
		case err != nil:
			return os.NewSyscallError("poll", err)
		case n > 0:
			return ErrEnded
		default:
			return nil
		}
	}
}
