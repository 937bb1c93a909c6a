package proxy_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/bento-cred/bento-cred/cmd/bento-credctl/internal/proxy"
)

// TestEarlyAnswer reaches the client before it has sent its body, and nothing of the body is
// taken for a request.
func TestEarlyAnswer(t *testing.T) {
	eachWay(t, func(t *testing.T, usual bool) {
		s := newRawStage(t, usual, func(v visit) bool {
			if v.Method == http.MethodPost {
				v.say("HTTP/1.1 413 Content Too Large\r\nContent-Length: 2\r\n\r\nno")
				_ = gone(v.conn)
				return false
			}
			v.say(plainOK)
			return true
		})
		conn, reader := s.dial()
		_, _ = io.WriteString(conn, s.head("POST /")+"Content-Length: 1000000\r\n\r\nsome")
		got, err := http.ReadResponse(reader, nil)
		if err != nil || got.StatusCode != http.StatusRequestEntityTooLarge {
			t.Fatalf("%v, %v", got, err)
		}
		defer func() { _ = got.Body.Close() }()
		if text, err := io.ReadAll(got.Body); err != nil || string(text) != "no" {
			t.Errorf("%q, %v", text, err)
		}
		s.get(http.MethodGet, "/", http.StatusOK)
		if n := s.connections.Load(); n != 2 {
			t.Errorf("%d connections; the first had half a body", n)
		}
	})
}

// TestSlowUpload passes on part by part. An upload that breaks off must not look whole.
func TestSlowUpload(t *testing.T) {
	eachWay(t, func(t *testing.T, usual bool) {
		parts, ended := make(chan string, 9), make(chan error, 1)
		s := newRawStage(t, usual, func(v visit) bool {
			buffer := make([]byte, 100)
			for {
				n, err := v.Body.Read(buffer)
				parts <- string(buffer[:n])
				if err != nil {
					ended <- err
					return false
				}
			}
		})
		conn, _ := s.dial()
		_, _ = io.WriteString(conn, s.head("PUT /")+"Content-Length: 8192\r\n\r\n")
		for range 3 {
			part := strings.Repeat("x", 100) // ReverseProxy's transport holds less than 4 KiB back
			if usual {
				part = strings.Repeat("x", 1<<10)
			}
			_, _ = io.WriteString(conn, part)
			if usual {
				continue
			}
			select {
			case got := <-parts:
				if got != part {
					t.Errorf("%q arrived", got)
				}
			case <-time.After(5 * time.Second):
				t.Fatal("a part waits for the next")
			}
		}
		_ = conn.Close()
		for {
			select {
			case <-parts:
			case err := <-ended:
				if !errors.Is(err, io.ErrUnexpectedEOF) {
					t.Errorf("at the upstream it ends in %v", err)
				}
				return
			case <-time.After(5 * time.Second):
				t.Fatal("the upstream still waits")
			}
		}
	})
}

// TestClientLeaves while it waits for an answer, and in the middle of one. The upstream
// learns of it.
func TestClientLeaves(t *testing.T) {
	eachWay(t, func(t *testing.T, usual bool) {
		left := make(chan error, 1)
		begun := make(chan struct{}, 1)
		s := newRawStage(t, usual, func(v visit) bool {
			if v.URL.Path == "/half" {
				v.say("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n" + strings.Repeat("x", 10000))
			}
			begun <- struct{}{}
			left <- gone(v.conn)
			return false
		})
		for _, line := range []string{"GET /", "GET /half", "POST /", "POST /half"} {
			conn, reader := s.dial()
			length := "\r\n"
			if strings.HasPrefix(line, "POST") {
				length = "Content-Length: 4\r\n\r\nbody"
			}
			_, _ = io.WriteString(conn, s.head(line)+length)
			<-begun
			if strings.HasSuffix(line, "/half") {
				_, _ = reader.ReadString('\n')
			}
			_ = conn.Close()
			if err := <-left; err != nil {
				t.Errorf("%s: the upstream still waits: %v", line, err)
			}
		}
	})
}

// TestPipelined requests are answered in their order, and all are guarded.
func TestPipelined(t *testing.T) {
	eachWay(t, func(t *testing.T, usual bool) {
		s := newRawStage(t, usual, func(v visit) bool {
			if v.Header.Get("Authorization") != "Bearer "+firstToken || len(v.Header["Content-Length"]) > 1 {
				v.say("HTTP/1.1 500 Wrong\r\nContent-Length: 0\r\n\r\n")
				return true
			}
			body, _ := io.ReadAll(v.Body)
			text := v.URL.Path + string(body)
			v.say(fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s", len(text), text))
			return true
		})
		conn, reader := s.dial()
		_, _ = io.WriteString(conn, s.head("GET /1")+"\r\n"+s.head("POST /2")+"Content-Length: 4\r\n\r\nbody"+
			s.head("GET /3")+"Content-Length: 0\r\n\r\n"+
			"GET /4 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
		for _, want := range []string{"/1", "/2body", "/3", ""} {
			got, err := http.ReadResponse(reader, nil)
			if err != nil {
				t.Fatal(want, err)
			}
			text, err := io.ReadAll(got.Body)
			_ = got.Body.Close()
			switch {
			case err != nil:
				t.Error(err)
			case want == "" && got.StatusCode != http.StatusMisdirectedRequest:
				t.Errorf("without the capability, for another: %d", got.StatusCode)
			case want != "" && string(text) != want:
				t.Errorf("%q, want %q", text, want)
			}
		}
	})
}

// TestManyClients use few connections one after the other, and each has its own answer.
func TestManyClients(t *testing.T) {
	eachWay(t, func(t *testing.T, usual bool) {
		s := newRawStage(t, usual, func(v visit) bool {
			body, _ := io.ReadAll(v.Body)
			text := v.URL.Path + " " + string(body)
			switch len(text) % 3 {
			case 0:
				v.say(fmt.Sprintf("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n", len(text), text))
			case 1:
				v.say(fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s", len(text), text))
			default:
				v.say("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + text)
				return false
			}
			return true
		})
		client := http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 16}}
		t.Cleanup(client.CloseIdleConnections)
		var all sync.WaitGroup
		for worker := range 16 {
			all.Go(func() {
				for i := range 40 {
					path := fmt.Sprintf("/%d/%d", worker, i)
					body := strings.Repeat("b", i*i*worker)
					reply, err := client.Do(s.request(http.MethodPut, path, strings.NewReader(body)))
					if err != nil {
						t.Error(err)
						return
					}
					text, err := io.ReadAll(reply.Body)
					_ = reply.Body.Close()
					if err != nil || string(text) != path+" "+body {
						t.Errorf("%s: %d bytes, %v", path, len(text), err)
					}
				}
			})
		}
		all.Wait()
	})
}

// TestEndsUnderWay closes the connections of a proxy that is told to end, whatever they do.
func TestEndsUnderWay(t *testing.T) {
	eachWay(t, func(t *testing.T, usual bool) {
		ended := make(chan error, 3)
		begun := make(chan struct{}, 3)
		var s *rawStage
		t.Run("a proxy", func(t *testing.T) {
			s = newRawStage(t, usual, func(v visit) bool {
				if v.URL.Path == "/kept" {
					v.say(plainOK)
				} else {
					begun <- struct{}{}
				}
				ended <- gone(v.conn)
				return false
			})
			for _, rest := range []string{"\r\n", "Content-Length: 10000\r\n\r\n" + strings.Repeat("x", 9000)} {
				conn, _ := s.dial()
				_, _ = io.WriteString(conn, s.head("POST /")+rest)
				<-begun
			}
			s.get(http.MethodGet, "/kept", http.StatusOK)
		})
		for range 3 {
			if err := <-ended; err != nil {
				t.Error("a connection is left:", err)
			}
		}
	})
}

// TestNobodyAnswers is told as what it is.
func TestNobodyAnswers(t *testing.T) {
	t.Parallel()
	var told proxy.Request
	seen := make(chan struct{})
	s := newStage(t, hello, func(c *proxy.Config) {
		c.Upstream = "http://127.0.0.1:1"
		c.Observe = func(r proxy.Request) { told = r; close(seen) }
	})
	if got := s.send(s.request(http.MethodGet, "/", nil)); !strings.Contains(got.text, "nothing listens there") {
		t.Errorf("%+v", got)
	}
	<-seen
	if told.Err == nil || told.Status != http.StatusBadGateway {
		t.Errorf("%+v", told)
	}
}
