package server

import (
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
)

// ErrNoSocket says that what a service manager handed over is not a listening socket at a
// path.
var ErrNoSocket = errors.New("not a listening Unix stream socket at a path")

// Inherited is the socket that a service manager listens at on the daemon's behalf: it is
// there before the daemon and after it, and whoever connects meanwhile waits.
type Inherited struct {
	unix *net.UnixListener
	path string
}

// Inherit takes over a socket that a service manager opened, and closes file. The socket
// says itself at which path it is.
func Inherit(file *os.File) (*Inherited, error) {
	defer func() { _ = file.Close() }() // the listener has a descriptor of its own
	listener, err := net.FileListener(file)
	if err != nil {
		return nil, fmt.Errorf("taking over the service manager's socket: %w: %w", ErrNoSocket, err)
	}
	unix, isUnix := listener.(*net.UnixListener)
	if !isUnix || !filepath.IsAbs(unix.Addr().String()) {
		return nil, errors.Join(fmt.Errorf("taking over the service manager's socket: %w", ErrNoSocket), listener.Close())
	}
	if unix.Addr().Network() != "unix" {
		return nil, errors.Join(fmt.Errorf("taking over the service manager's socket: %w", ErrNoSocket), listener.Close())
	}
	unix.SetUnlinkOnClose(false)
	return &Inherited{unix: unix, path: unix.Addr().String()}, nil
}

// Path returns where the socket is.
func (i *Inherited) Path() string { return i.path }

// Listen returns the Listener of an inherited socket. A daemon that lost its path to the
// service manager is waited for: it sees that, answers those who had reached it, and leaves.
func (i *Inherited) Listen() (*Listener, error) {
	if err := prepareDirectory(filepath.Dir(i.path)); err != nil {
		return nil, errors.Join(err, i.unix.Close())
	}
	// A knock at this path proves nothing: it is this very socket that lets it in.
	lock, err := takeLock(i.path, func(string) bool { return false })
	if err != nil {
		return nil, errors.Join(err, i.unix.Close())
	}
	made, err := os.Lstat(i.path)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("looking at the socket: %w", err), i.unix.Close(), lock.Close())
	}
	return &Listener{unix: i.unix, path: i.path, made: made, lock: lock, inherited: true}, nil
}
