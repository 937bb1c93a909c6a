//go:build unix && !linux

package e2e_test

import (
	"errors"
	"net"
)

// dialAs connects to a socket, as the tester alone.
func dialAs(socket string, uid int) (net.Conn, error) {
	if uid >= 0 {
		return nil, errors.ErrUnsupported
	}
	return net.Dial("unix", socket)
}

// listenAs would listen as another user.
func listenAs(string, int) (net.Listener, error) { return nil, errors.ErrUnsupported }
