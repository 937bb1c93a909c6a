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

	"github.com/bento-cred/bento-cred/tools/bench/listen"
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
	listen.Forever(os.Args[1], func(conn net.Conn) {
		answer(conn, make([]byte, request), bytes.Repeat([]byte("x"), reply))
	})
}

func answer(conn net.Conn, request, reply []byte) {
	for {
		if _, err := io.ReadFull(conn, request); err != nil {
			return
		}
		if _, err := conn.Write(reply); err != nil {
			return
		}
	}
}
