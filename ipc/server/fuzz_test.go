package server_test

import (
	"io"
	"net"
	"testing"
	"time"

	"github.com/bento-cred/bento-cred/ipc"
	"github.com/bento-cred/bento-cred/ipc/ipctest"
)

// FuzzAnswer sends any bytes to a server. Whatever they are, the conversation ends when the
// peer hangs up, each reply is a message, and the next peer is answered.
func FuzzAnswer(f *testing.F) {
	for _, seed := range []string{
		"", "\n\n", "bento-cred/1\nop=ping\n\n", "bento-cred/1\nop=get\nurl=https://x\nwait=9999\n\n",
		"bento-cred/1\nop=log\nafter=18446744073709551616\nwait=-1\nlimit=x\n\n", "bento-cred/1\nop=grant\nttl=1\nuses=-1\nhost[]=a\n\n",
		"bento-cred/1\nop=test_policy\nprogram=\nverb=\xff\n\n", "bento-cred/1\nop=login\naccess[]=root\n\n", "bento-cred/2\nop=ping\n\n",
		"bento-cred/1\nop=create_token\nexpires=never\nscope[]=\n\nbento-cred/1\nop=lock\n\n", "bento-cred/1\nop=end_grant\nid=\n\n",
		"bento-cred/1\nop=status\n\nbento-cred/1\nop=contexts\n\nbento-cred/1\nop=verify_log\n\n",
	} {
		f.Add([]byte(seed))
	}
	r := serve(f, ipctest.NewMemory())
	f.Fuzz(func(t *testing.T, request []byte) {
		conn, err := net.DialUnix("unix", nil, &net.UnixAddr{Name: r.path, Net: "unix"})
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		if err := conn.SetDeadline(time.Now().Add(20 * time.Second)); err != nil {
			t.Fatal(err)
		}
		_, _ = conn.Write(request) // the server may have had enough of it
		_ = conn.CloseWrite()      // likewise
		reader := ipc.NewReader(conn, ipc.MaxReply)
		for {
			if err := reader.Await(); err != nil {
				break
			}
			reply, err := reader.Next()
			if err != nil {
				t.Fatalf("%q: the reply is no message: %v", request, err)
			}
			if reply.Get("server") == "" {
				t.Errorf("%q: a reply does not say who answers", request)
			}
		}
		next := r.raw(t)
		if _, err := io.WriteString(next, "bento-cred/1\nop=ping\n\n"); err != nil {
			t.Fatal(err)
		}
		readReply(t, next)
		_ = next.Close()
	})
}
