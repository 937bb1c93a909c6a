// Package listen is what the daemons that ours is compared with have in common: the least that
// one in Go needs to have peers.
package listen

import (
	"net"
	"os"
)

// Forever has answer converse with each peer that connects to the socket at path, and closes the
// connection afterwards. It ends the program where it cannot listen.
func Forever(path string, answer func(net.Conn)) {
	listener, err := net.Listen("unix", path) //nolint:noctx // It listens as long as it lives.
	for err == nil {
		var conn net.Conn
		if conn, err = listener.Accept(); err == nil {
			go func() {
				answer(conn)
				_ = conn.Close() // nothing more is written
			}()
		}
	}
	os.Exit(1)
}
