// Command floord is the least that a daemon in Go can be: whatever it is asked, it answers
// the same. The socket is its one argument.
package main

import (
	"net"
	"os"

	"github.com/bento-cred/bento-cred/tools/bench/listen"
)

func main() { listen.Forever(os.Args[1], answer) }

func answer(conn net.Conn) {
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
