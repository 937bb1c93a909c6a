// Command floord is the least that a daemon in Go can be: whatever it is asked, it answers
// the same. The socket is its one argument.
package main

import (
	"net"
	"os"
)

func main() {
	listener, err := net.Listen("unix", os.Args[1]) //nolint:noctx // It listens as long as it lives.
	if err != nil {
		os.Exit(1)
	}
	for {
		conn, err := listener.Accept()
		if err != nil {
			os.Exit(2)
		}
		go answer(conn)
	}
}

func answer(conn net.Conn) {
	defer func() { _ = conn.Close() }() // nothing more is written
	var request [256]byte
	for {
		if _, err := conn.Read(request[:]); err != nil {
			return
		}
		if _, err := conn.Write([]byte("made-up-answer-of-the-floor\n")); err != nil {
			return
		}
	}
}
