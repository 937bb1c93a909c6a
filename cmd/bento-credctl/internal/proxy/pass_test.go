package proxy_test

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/bento-cred/bento-cred/cmd/bento-credctl/internal/proxy"
)

// TestHeadersOfOneConnection end with it, in both directions, whatever a request wants to
// have dropped.
func TestHeadersOfOneConnection(t *testing.T) {
	eachWay(t, func(t *testing.T, usual bool) {
		arrived := make(chan http.Header, 1)
		s := newRawStage(t, usual, func(v visit) bool {
			arrived <- v.Header
			v.say("HTTP/1.1 200 OK\r\nConnection: X-Gone\r\nX-Gone: 1\r\nKeep-Alive: timeout=5\r\n" +
				"Proxy-Authenticate: Basic\r\nAlt-Svc: h3=\":443\"\r\nBento-Cred-Hint: x\r\nX-Stays: 1\r\nContent-Length: 2\r\n\r\nok")
			return false
		})
		if got := s.exchange(s.head("GET /?a b") + "\r\n"); got.status != http.StatusBadRequest {
			t.Errorf("a target of two words: %+v", got)
		}
		conn, reader := s.dial()
		_, _ = io.WriteString(conn, s.head("GET /")+"Connection: X-Drop, authorization, Content-Length\r\nX-Drop: 1\r\nKeep-Alive: 1\r\n"+
			"Proxy-Authorization: x\r\nProxy-Connection: x\r\nTE: trailers, gzip\r\nForwarded: for=x\r\nX-Forwarded-Host: x\r\n"+
			"X-Stays: 1\r\nContent-Length: 0\r\n\r\n")
		got, err := http.ReadResponse(reader, nil)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = got.Body.Close() }()
		sent := <-arrived
		for _, name := range []string{"X-Drop", "Keep-Alive", "Proxy-Authorization", "Proxy-Connection", "Connection", "Forwarded", "X-Forwarded-Host", "User-Agent", "Content-Length"} {
			if values, found := sent[name]; found {
				t.Errorf("%s went on: %q", name, values)
			}
		}
		if sent.Get("Authorization") != "Bearer "+firstToken || sent.Get("Te") != "trailers" || sent.Get("X-Stays") != "1" {
			t.Errorf("arrived: %v", sent)
		}
		for _, name := range []string{"X-Gone", "Keep-Alive", "Proxy-Authenticate", "Connection", "Alt-Svc", "Bento-Cred-Hint"} {
			if values, found := got.Header[name]; found {
				t.Errorf("%s came back: %q", name, values)
			}
		}
		if got.Header.Get("X-Stays") != "1" {
			t.Errorf("came back: %v", got.Header)
		}
	})
}

// TestEvents reach the client before the next is sent, and so does the head before the
// first.
func TestEvents(t *testing.T) {
	eachWay(t, func(t *testing.T, usual bool) {
		next := make(chan struct{})
		event := "data: a word\n\n"
		heads := map[string]string{
			"/chunks": "Content-Type: text/event-stream\r\nTransfer-Encoding: chunked",
			"/close":  "Connection: close", "/length": "Content-Length: " + "42",
		}
		s := newRawStage(t, usual, func(v visit) bool {
			if v.URL.Path == "/close" || v.URL.Path == "/chunks" {
				v.say("HTTP/1.1 200 OK\r\n" + heads[v.URL.Path] + "\r\n\r\n")
				<-next
			} else {
				v.say("HTTP/1.1 200 OK\r\n" + heads[v.URL.Path] + "\r\n\r\n" + event[:1])
			}
			for i := range 3 {
				part := event
				switch {
				case v.URL.Path == "/chunks":
					part = "e\r\n" + event + "\r\n"
				case v.URL.Path == "/length" && i == 0:
					part = event[1:]
				}
				v.say(part)
				<-next
			}
			if v.URL.Path == "/chunks" {
				v.say("0\r\n\r\n")
			}
			return v.URL.Path != "/close"
		})
		for path := range heads {
			reply, err := http.DefaultTransport.RoundTrip(s.request(http.MethodGet, path, nil))
			if err != nil {
				t.Fatal(path, err)
			}
			if path != "/length" {
				next <- struct{}{}
			}
			buffer := make([]byte, len(event))
			for range 3 {
				if _, err := io.ReadFull(reply.Body, buffer); err != nil || string(buffer) != event {
					t.Fatalf("%s: %q, %v", path, buffer, err)
				}
				next <- struct{}{}
			}
			if rest, err := io.ReadAll(reply.Body); err != nil || len(rest) != 0 {
				t.Errorf("%s: %q, %v", path, rest, err)
			}
			_ = reply.Body.Close()
		}
	})
}

// ATTACK: an upstream sends first answers without end, each of which is small.
// THIS TEST VERIFIES that there is one.
func TestFirstAnswersHaveAnEnd(t *testing.T) {
	t.Parallel()
	s := newRawStage(t, false, func(v visit) bool {
		hint := "HTTP/1.1 103 Early Hints\r\nX-A: " + strings.Repeat("a", 1000) + "\r\n\r\n"
		_ = v.conn.SetDeadline(time.Now().Add(5 * time.Second))
		for range 100 {
			v.say(strings.Repeat(hint, 100))
		}
		return false
	})
	conn, reader := s.dial()
	_, _ = io.WriteString(conn, s.head("GET /")+"\r\n")
	for {
		got, err := http.ReadResponse(reader, nil)
		if err != nil {
			t.Fatal(err)
		}
		_ = got.Body.Close()
		if got.StatusCode == http.StatusBadGateway {
			return
		}
	}
}

// TestClientLeavesWhileTheDaemonIsAsked makes sure that the question goes on: broken off, it
// would take the connection to the daemon with it, and every later request would fail.
func TestClientLeavesWhileTheDaemonIsAsked(t *testing.T) {
	t.Parallel()
	begun, answer := make(chan struct{}), make(chan struct{})
	s := newStage(t, hello, func(c *proxy.Config) {
		give := c.Inject
		c.Inject = func(ctx context.Context) (proxy.Injection, error) {
			close(begun) // a second question panics
			<-answer
			if err := ctx.Err(); err != nil {
				t.Error("the question was broken off:", err)
			}
			return give(ctx)
		}
	})
	ctx, leave := context.WithCancel(t.Context())
	go func() {
		<-begun
		leave()
	}()
	if reply, err := http.DefaultTransport.RoundTrip(s.request(http.MethodGet, "/", nil).WithContext(ctx)); err == nil {
		_ = reply.Body.Close()
		t.Error("it was answered before there was a token")
	}
	time.Sleep(50 * time.Millisecond) // for the proxy to learn of it
	close(answer)
	if got := s.send(s.request(http.MethodGet, "/", nil)); got.status != http.StatusOK {
		t.Errorf("the next one: %+v", got)
	}
}
