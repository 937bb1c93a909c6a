package server_test

import (
	"bufio"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/bento-cred/bento-cred/ipc"
	"github.com/bento-cred/bento-cred/ipc/ipctest"
)

func TestWire(t *testing.T) {
	huge := "bento-cred/1\nop=" + strings.Repeat("x", ipc.MaxRequest)
	tests := map[string]struct{ request, want string }{
		"ping":            {"bento-cred/1\nop=ping\n\n", "protocols=1"},
		"unknown key":     {"bento-cred/1\nop=ping\nflavour=plum\n\n", "protocols=1"},
		"unknown op":      {"bento-cred/1\nop=dance\n\n", "error=unsupported"},
		"no op":           {"bento-cred/1\n\n", "error=unsupported"},
		"another version": {"bento-cred/2\nop=ping\n\n", "error=version"},
		"another tongue":  {"GET / HTTP/1.1\nhost: localhost\n\n", "error=bad_request"},
		"too long":        {huge, "error=bad_request"},
		"bad access":      {"bento-cred/1\nop=login\naccess[]=root\n\n", "error=usage"},
	}
	r := serve(t, ipctest.NewMemory())
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			conn := r.raw(t)
			if _, err := io.WriteString(conn, test.request); err != nil {
				t.Fatal(err)
			}
			reply := readReply(t, conn)
			if !strings.HasPrefix(reply, "bento-cred/1\n") || !strings.Contains(reply, test.want+"\n") {
				t.Errorf("got %q, want %q in it", reply, test.want)
			}
			if !strings.Contains(reply, "server=1.0.0\n") {
				t.Errorf("%q does not say which server answers", reply)
			}
		})
	}
}

// readReply reads up to the blank line.
func readReply(t *testing.T, conn net.Conn) string {
	t.Helper()
	var reply strings.Builder
	lines := bufio.NewReader(conn)
	for {
		line, err := lines.ReadString('\n')
		if err != nil {
			t.Fatalf("reading the reply: %v after %q", err, reply.String())
		}
		if line == "\n" {
			return reply.String()
		}
		reply.WriteString(line)
	}
}

func TestHalfClosedPeerGetsItsAnswer(t *testing.T) {
	conn := serve(t, ipctest.NewMemory()).raw(t)
	if _, err := io.WriteString(conn, "bento-cred/1\nop=ping\n\n"); err != nil {
		t.Fatal(err)
	}
	half, ok := conn.(*net.UnixConn)
	if !ok {
		t.Fatalf("dialled a %T", conn)
	}
	if err := half.CloseWrite(); err != nil {
		t.Fatal(err)
	}
	if reply := readReply(t, conn); !strings.Contains(reply, "protocols=1") {
		t.Errorf("got %q", reply)
	}
}

// TestLastRequestEndsTheConversation: the daemon closes the connection behind the answer.
func TestLastRequestEndsTheConversation(t *testing.T) {
	conn := serve(t, ipctest.NewMemory()).raw(t)
	if err := conn.SetDeadline(time.Now().Add(5 * time.Second)); err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(conn, "bento-cred/1\nop=ping\nlast=true\n\n"); err != nil {
		t.Fatal(err)
	}
	if all, err := io.ReadAll(conn); err != nil || !strings.Contains(string(all), "protocols=1") {
		t.Errorf("got %q, %v", all, err)
	}
}

func TestSilentPeersHoldNobodyUp(t *testing.T) {
	r := serve(t, ipctest.NewMemory())
	for range 50 {
		if _, err := io.WriteString(r.raw(t), "bento-cred/1\nop=pi"); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := r.dial(t).Ping(t.Context()); err != nil {
		t.Error(err)
	}
}
