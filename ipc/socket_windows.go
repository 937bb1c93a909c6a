package ipc

import (
	"errors"
	"io"
	"net"
	"os"
	"syscall"
	"time"
)

// socket is a connected stream socket. Windows knows Unix sockets since version
// 1803; package net speaks to them.
type socket struct{ net.Conn }

// The errors of a socket on which nobody listens, and of one that was closed.
const (
	wsaConnectionRefused = syscall.Errno(10061)
	wsaConnectionReset   = syscall.Errno(10054)
)

// connect connects to the socket at path. It stands in the user's own profile,
// where no other user can put one.
func connect(path string) (*socket, error) {
	conn, err := net.Dial("unix", path)
	if err != nil {
		return nil, err
	}
	return &socket{conn}, nil
}

// setTimeout bounds every later read; 0 takes the bound away.
func (s *socket) setTimeout(d time.Duration) error {
	if d == 0 {
		return s.SetReadDeadline(time.Time{})
	}
	return s.SetReadDeadline(time.Now().Add(d))
}

// interrupt ends every read and write under way.
func (s *socket) interrupt() { _ = s.SetDeadline(time.Unix(1, 0)) }

func nobodyListens(err error) bool {
	return errors.Is(err, os.ErrNotExist) || errors.Is(err, wsaConnectionRefused)
}

func hungUp(err error) bool {
	return errors.Is(err, io.EOF) || errors.Is(err, wsaConnectionReset)
}
