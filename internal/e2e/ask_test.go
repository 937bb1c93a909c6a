//go:build unix

package e2e_test

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/bento-cred/bento-cred/ipc"
)

// cmdAsk sends one request and shows the reply on standard output.
//
//	[!] ask [-uid=N] [-raw=FILE] OP [key=value…]
//	ask -slowly OP
//
// It must be answered, with ! by an error. -uid asks as another user; -raw sends the
// bytes of a file in place of a request and shows whatever comes back; -slowly sends a
// byte now and then, and is done when the daemon hangs up.
func cmdAsk(ts *testscript.TestScript, neg bool, args []string) {
	uid, raw, slowly := -1, "", false
	for len(args) > 0 && strings.HasPrefix(args[0], "-") {
		name, value, _ := strings.Cut(args[0], "=")
		switch name {
		case "-uid":
			n, err := strconv.Atoi(value)
			ts.Check(err)
			uid = n
		case "-raw":
			raw = ts.ReadFile(value)
		case "-slowly":
			slowly = true
		default:
			ts.Fatalf("ask has no flag %s", name)
		}
		args = args[1:]
	}
	text := raw
	if raw == "" {
		if len(args) == 0 {
			ts.Fatalf("usage: ask [-uid=N] [-raw=FILE] OP [key=value…]")
		}
		text = "bento-cred/1\nop=" + args[0] + "\n" + strings.Join(append(args[1:], ""), "\n") + "\n"
	}
	if slowly {
		ts.Check(drip(ts.Getenv(ipc.SocketVariable), text))
		return
	}
	reply, err := exchange(ts.Getenv(ipc.SocketVariable), uid, text)
	ts.Check(err)
	_, err = io.WriteString(ts.Stdout(), reply)
	ts.Check(err)
	failed := strings.Contains("\n"+reply, "\nerror=")
	if raw == "" && failed != neg {
		ts.Fatalf("the reply is an error: %v, want %v", failed, neg)
	}
}

// exchange sends text to the socket, as the user uid if that is not -1, and returns
// what comes back until the daemon closes the connection or is asked to.
func exchange(socket string, uid int, text string) (string, error) {
	conn, err := dialAs(socket, uid)
	if err != nil {
		return "", err
	}
	defer func() { _ = conn.Close() }() // everything was read
	if err := conn.SetDeadline(time.Now().Add(patience)); err != nil {
		return "", err
	}
	if _, err := io.WriteString(conn, text); err != nil && !errors.Is(err, syscall.EPIPE) {
		return "", fmt.Errorf("sending: %w", err)
	}
	if half, ok := conn.(*net.UnixConn); ok {
		_ = half.CloseWrite() // the peer may have closed it already
	}
	reply, err := io.ReadAll(conn)
	if errors.Is(err, syscall.ECONNRESET) {
		err = nil // it hung up on what it did not want to read
	}
	if err != nil {
		return string(reply), fmt.Errorf("reading the reply: %w", err)
	}
	return string(reply), nil
}

// drip sends text so slowly that the daemon must lose its patience, and returns when it
// has hung up.
func drip(socket, text string) error {
	conn, err := net.Dial("unix", socket)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }() // nothing is expected of it
	for late := time.Now().Add(patience); time.Now().Before(late); time.Sleep(750 * time.Millisecond) {
		_, err := io.WriteString(conn, text[:1])
		if errors.Is(err, syscall.EPIPE) {
			return nil
		}
		if err != nil {
			return err
		}
		text = text[1:] + "a"
	}
	return errors.New("the daemon did not hang up")
}

// dump prints the variables named by its arguments, in Go's quotes, one a line. It
// runs as a program of its own.
func dump() {
	for _, name := range os.Args[1:] {
		value, set := os.LookupEnv(name)
		if !set {
			fmt.Println(name + " is not set")
			continue
		}
		fmt.Println(name + "=" + strconv.Quote(value))
	}
}
