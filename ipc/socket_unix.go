//go:build unix

package ipc

import (
	"errors"
	"io"
	"os"
	"strconv"
	"sync/atomic"
	"syscall"
	"time"
)

// socket is a connected stream socket. It is the bare descriptor, blocking, with the
// kernel's own time limits: package net costs a helper a tenth of its whole time.
type socket struct {
	fd     int
	closed atomic.Bool // the number may be another file's by now
}

// connect connects to the socket at path after making sure that it is ours.
func connect(path string) (*socket, error) {
	var stat syscall.Stat_t
	if err := syscall.Stat(path, &stat); err != nil {
		return nil, &os.PathError{Op: "stat", Path: path, Err: err}
	}
	if int(stat.Uid) != os.Geteuid() {
		return nil, untrusted(path, int(stat.Uid))
	}
	fd, err := newSocket()
	if err != nil {
		return nil, os.NewSyscallError("socket", err)
	}
	s := &socket{fd: fd}
	// It bounds the wait for a daemon that lets nobody in, too.
	tv := syscall.NsecToTimeval(int64(sendTime))
	if err := syscall.SetsockoptTimeval(fd, syscall.SOL_SOCKET, syscall.SO_SNDTIMEO, &tv); err != nil {
		return nil, errors.Join(os.NewSyscallError("setsockopt", err), s.Close())
	}
	for {
		err = syscall.Connect(fd, &syscall.SockaddrUnix{Name: path})
		if !errors.Is(err, syscall.EINTR) {
			break
		}
	}
	if err == nil || errors.Is(err, syscall.EISCONN) {
		err = checkListener(fd, path)
	} else {
		err = &os.PathError{Op: "connect", Path: path, Err: err}
	}
	if err != nil {
		_ = s.Close() // nothing was written to it
		return nil, err
	}
	return s, nil
}

// untrusted is the answer to a socket of another user.
func untrusted(path string, uid int) error {
	return &Error{
		Code:    Untrusted,
		Message: "the socket " + strconv.Quote(path) + " belongs to user " + strconv.Itoa(uid) + ", not to you",
		Hint:    "remove it, or set " + SocketVariable + " to a path in a directory only you can enter",
	}
}

// sendTime bounds connecting, and each write.
const sendTime = 10 * time.Second

// setTimeout bounds every later read; 0 takes the bound away.
func (s *socket) setTimeout(d time.Duration) error {
	tv := syscall.NsecToTimeval(int64(d))
	if err := syscall.SetsockoptTimeval(s.fd, syscall.SOL_SOCKET, syscall.SO_RCVTIMEO, &tv); err != nil {
		return os.NewSyscallError("setsockopt", err)
	}
	return nil
}

// Read implements io.Reader; a time limit that passes is os.ErrDeadlineExceeded.
func (s *socket) Read(p []byte) (int, error) {
	if s.closed.Load() {
		return 0, os.ErrClosed
	}
	for {
		n, err := syscall.Read(s.fd, p)
		switch {
		case err == nil && n == 0 && len(p) > 0:
			return 0, io.EOF
		case err == nil:
			return n, nil
		case errors.Is(err, syscall.EAGAIN):
			return 0, os.ErrDeadlineExceeded
		case !errors.Is(err, syscall.EINTR):
			return 0, os.NewSyscallError("read", err)
		}
	}
}

// Write implements io.Writer.
func (s *socket) Write(p []byte) (int, error) {
	if s.closed.Load() {
		return 0, os.ErrClosed
	}
	written := 0
	for written < len(p) {
		n, err := syscall.Write(s.fd, p[written:])
		if errors.Is(err, syscall.EINTR) {
			continue
		}
		if err != nil {
			return written, os.NewSyscallError("write", err)
		}
		written += n
	}
	return written, nil
}

// interrupt ends every read and write under way; Close alone would not wake them.
func (s *socket) interrupt() {
	if !s.closed.Load() {
		_ = syscall.Shutdown(s.fd, syscall.SHUT_RDWR) // one that is not connected needs none
	}
}

// Close closes the connection; closing it again does nothing.
func (s *socket) Close() error {
	if s.closed.Swap(true) {
		return nil
	}
	return os.NewSyscallError("close", syscall.Close(s.fd))
}

// nobodyListens reports whether err says that no daemon is behind the path.
func nobodyListens(err error) bool {
	return errors.Is(err, syscall.ENOENT) || errors.Is(err, syscall.ECONNREFUSED)
}

// hungUp reports whether err says that the daemon closed the connection.
func hungUp(err error) bool {
	return errors.Is(err, io.EOF) || errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE)
}
