// Command echo answers each message with one of another size, and does nothing else: what
// a conversation over a Unix socket costs in Go.
//
//	echo SOCKET SIZE-OF-REQUEST SIZE-OF-REPLY
package main

import (
	"bytes"
	"io"
	"net"
	"os"
	"strconv"
)

func main() {
	request, err := strconv.Atoi(os.Args[2])
	if err != nil {
		os.Exit(2)
	}
	reply, err := strconv.Atoi(os.Args[3])
	if err != nil {
		os.Exit(2)
	}
	listener, err := net.Listen("unix", os.Args[1]) //nolint:noctx // It listens as long as it lives.
	if err != nil {
		os.Exit(1)
	}
	for {
		conn, err := listener.Accept()
		if err != nil {
			os.Exit(1)
		}
		go answer(conn, make([]byte, request), bytes.Repeat([]byte("x"), reply))
	}
}

func answer(conn net.Conn, request, reply []byte) {
	defer func() { _ = conn.Close() }() // nothing more is written
	for {
		if _, err := io.ReadFull(conn, request); err != nil {
			return
		}
		if _, err := conn.Write(reply); err != nil {
			return
		}
	}
}
