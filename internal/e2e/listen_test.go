//go:build unix

package e2e_test

import (
	"io"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/bento-cred/bento-cred/ipc"
)

// cmdListen listens at a path as another user until the script ends, and answers
// every connection with a reply that would do.
func cmdListen(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: listen UID PATH")
	}
	uid, err := strconv.Atoi(args[0])
	ts.Check(err)
	listener, err := listenAs(args[1], uid)
	ts.Check(err)
	ts.Defer(func() { _ = listener.Close() }) // it served nobody
	heard := filepath.Join(ts.Getenv("WORK"), "heard")
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			overhear(conn, heard)
		}
	}()
}

// overhear writes what a peer sends to a file, and answers with a token.
func overhear(conn net.Conn, file string) {
	defer func() { _ = conn.Close() }() // the peer is deceived either way
	_ = conn.SetDeadline(time.Now().Add(1500 * time.Millisecond))
	text := make([]byte, ipc.MaxRequest)
	if n, _ := conn.Read(text); n > 0 {
		_ = os.WriteFile(file, text[:n], 0o600) // the script looks whether it is there
	}
	_, _ = io.WriteString(conn, "bento-cred/1\nendpoint=https://elsewhere.example\nvalue=planted\n\n")
}
