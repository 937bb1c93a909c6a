package proxy_test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/bento-cred/bento-cred/cmd/bento-credctl/internal/proxy"
)

// visit is a request that arrived at a raw upstream.
type visit struct {
	*http.Request
	conn   net.Conn
	number int // of the connection, from 1
	nth    int // request on it, from 1
}

// say writes an answer as it is.
func (v visit) say(raw string) { _, _ = io.WriteString(v.conn, raw) } // who hangs up misses it

// rawStage is a proxy before an upstream that writes what it likes.
type rawStage struct {
	*stage
	connections atomic.Int32
	requests    atomic.Int32
}

// eachWay runs a test with both ways to the upstream, which have one contract.
func eachWay(t *testing.T, test func(t *testing.T, usual bool)) {
	t.Parallel()
	for name, usual := range map[string]bool{"direct": false, "transport": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, usual)
		})
	}
}

// newRawStage starts a proxy before an upstream that reads the heads of requests. It ends a
// connection when answer returns false.
func newRawStage(t *testing.T, usual bool, answer func(visit) bool) *rawStage {
	t.Helper()
	var config net.ListenConfig
	listener, err := config.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	s := &rawStage{stage: &stage{t: t, token: firstToken}}
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go s.attend(conn, int(s.connections.Add(1)), answer)
		}
	}()
	s.start(proxy.Config{Upstream: "http://" + listener.Addr().String(), Inject: s.inject}, usual)
	return s
}

func (s *rawStage) attend(conn net.Conn, number int, answer func(visit) bool) {
	defer func() { _ = conn.Close() }()
	reader := bufio.NewReader(conn)
	for nth := 1; ; nth++ {
		r, err := http.ReadRequest(reader)
		if err != nil {
			return
		}
		s.requests.Add(1)
		if !answer(visit{r, conn, number, nth}) {
			return
		}
		_, _ = io.Copy(io.Discard, r.Body)
	}
}

// get sends a request that must be answered with a status.
func (s *rawStage) get(method, path string, status int) reply {
	s.t.Helper()
	var body io.Reader
	if method == http.MethodPost {
		body = strings.NewReader("sent once")
	}
	got := s.send(s.request(method, path, body))
	if got.status != status {
		s.t.Errorf("%s %s: %+v, want %d", method, path, got, status)
	}
	return got
}

// dial connects to the proxy as a client that writes what it likes.
func (s *rawStage) dial() (net.Conn, *bufio.Reader) {
	s.t.Helper()
	var dialer net.Dialer
	conn, err := dialer.DialContext(s.t.Context(), "tcp", fmt.Sprintf("127.0.0.1:%d", s.port))
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { _ = conn.Close() })
	_ = conn.SetDeadline(time.Now().Add(10 * time.Second))
	return conn, bufio.NewReader(conn)
}

// head returns the head of a request that is let in, without its last line.
func (s *rawStage) head(line string) string {
	return fmt.Sprintf("%s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nAuthorization: Bearer %s\r\n", line, s.port, s.proxy.Capability().Reveal())
}

// gone waits until the other side of a connection ends it.
func gone(conn net.Conn) error {
	_ = conn.SetReadDeadline(time.Now().Add(10 * time.Second))
	_, err := io.Copy(io.Discard, conn)
	var late net.Error
	if errors.As(err, &late) && late.Timeout() {
		return err
	}
	return nil
}
