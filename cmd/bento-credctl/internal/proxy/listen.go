package proxy

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strconv"
)

// maxPorts is how many free ports are tried until one is free on both loopbacks.
const maxPorts = 16

// maxPath bounds a socket's path: what macOS has room for, and so every other system.
const maxPath = 103

// Listener is where a Proxy is reached.
type Listener struct {
	listeners []net.Listener
	port      int
}

// Listen listens on loopback, on a free port if port is 0.
//
// It listens on 127.0.0.1 and, where this machine has it, on ::1. Browsers take names
// below localhost for both and may try ::1 first: had another user's program the same port
// there, it would be sent the link.
func Listen(ctx context.Context, port int) (*Listener, error) {
	if port != 0 {
		return listenBoth(ctx, port, hasIPv6(ctx))
	}
	six := hasIPv6(ctx)
	var last error
	for range maxPorts {
		l, err := listenBoth(ctx, 0, six)
		if err == nil {
			return l, nil
		}
		last = err
	}
	return nil, last
}

// hasIPv6 reports whether anything can listen on ::1.
func hasIPv6(ctx context.Context) bool {
	l, err := listenTCP(ctx, "::1", 0)
	if err != nil {
		return false
	}
	l.Close()
	return true
}

// listenBoth listens on one port of 127.0.0.1, and on the same of ::1 if six.
func listenBoth(ctx context.Context, port int, six bool) (*Listener, error) {
	four, err := listenTCP(ctx, "127.0.0.1", port)
	if err != nil {
		return nil, err
	}
	l := &Listener{listeners: []net.Listener{four}}
	if addr, ok := four.Addr().(*net.TCPAddr); ok {
		l.port = addr.Port
	}
	if !six {
		return l, nil
	}
	other, err := listenTCP(ctx, "::1", l.port)
	if err != nil {
		four.Close()
		return nil, err
	}
	l.listeners = append(l.listeners, other)
	return l, nil
}

func listenTCP(ctx context.Context, host string, port int) (net.Listener, error) {
	var config net.ListenConfig
	l, err := config.Listen(ctx, "tcp", net.JoinHostPort(host, strconv.Itoa(port)))
	if err != nil {
		return nil, fmt.Errorf("listening for the proxy: %w", err)
	}
	return l, nil
}

// ListenUnix listens on a Unix socket that only the user can connect to: of mode 0600, in
// a directory, made if need be, that nobody else can enter. Who connects needs no
// capability.
func ListenUnix(ctx context.Context, path string) (*Listener, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("finding the proxy's socket: %w", err)
	}
	if len(path) > maxPath {
		return nil, fmt.Errorf("the path of the proxy's socket has %d bytes; %d are the most", len(path), maxPath)
	}
	if err := privateDirectory(filepath.Dir(path)); err != nil {
		return nil, err
	}
	if err := clearPath(ctx, path); err != nil {
		return nil, err
	}
	var config net.ListenConfig
	l, err := config.Listen(ctx, "unix", path)
	if err != nil {
		return nil, fmt.Errorf("making the proxy's socket: %w", err)
	}
	if err := os.Chmod(path, 0o600); err != nil {
		l.Close()
		return nil, fmt.Errorf("closing the proxy's socket to other users: %w", err)
	}
	return &Listener{listeners: []net.Listener{l}}, nil
}

// privateDirectory makes dir, or makes sure that nobody but the user can enter it.
func privateDirectory(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("making the directory of the proxy's socket: %w", err)
	}
	info, err := os.Stat(dir)
	if err != nil {
		return fmt.Errorf("looking at the directory of the proxy's socket: %w", err)
	}
	return checkPrivate(dir, info)
}

// clearPath takes away the socket of a proxy that died, and nothing else.
func clearPath(ctx context.Context, path string) error {
	info, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return fmt.Errorf("looking at the proxy's socket: %w", err)
	case info.Mode().Type() != fs.ModeSocket:
		return fmt.Errorf("%q is there already, and not a socket", path)
	}
	var dialer net.Dialer
	if conn, err := dialer.DialContext(ctx, "unix", path); err == nil {
		conn.Close()
		return fmt.Errorf("another program listens at %q", path)
	}
	if err := os.Remove(path); err != nil {
		return fmt.Errorf("removing a dead proxy's socket: %w", err)
	}
	return nil
}

// Port returns the port listened on; 0 for a Unix socket.
func (l *Listener) Port() int { return l.port }

// Close ends the listening. A listener that was served is closed already.
func (l *Listener) Close() error {
	var all []error
	for _, listener := range l.listeners {
		if err := listener.Close(); !errors.Is(err, net.ErrClosed) {
			all = append(all, err)
		}
	}
	return errors.Join(all...)
}
