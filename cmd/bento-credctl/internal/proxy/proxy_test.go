package proxy_test

import (
	"bufio"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/bento-cred/bento-cred/cmd/bento-credctl/internal/proxy"
	"github.com/bento-cred/bento-cred/ipc"
)

// hello answers everything.
func hello(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "hello") }

func TestWhatArrives(t *testing.T) {
	t.Parallel()
	s := newStage(t, hello, nil)
	r := s.request(http.MethodPost, "/a%2Fb//c?x=1;y=%zz", strings.NewReader("body"))
	r.Header.Set("Cookie", "theirs=1; __Host-bento-cred-other=secret; more=2")
	r.Header.Set("Referer", s.address()+"/page")
	r.Header.Set("Bento-Cred-Capability", "wrong")
	r.Header.Set("X-Forwarded-For", "1.2.3.4")
	r.Header.Set("X-Copy", "of "+s.proxy.Capability().Reveal())
	if got := s.send(r); got.status != http.StatusOK || got.text != "hello" {
		t.Fatalf("%+v", got)
	}
	got := s.last()
	if got.RequestURI != "/a%2Fb//c?x=1;y=%zz" || got.Host != strings.TrimPrefix(s.upstream.URL, "http://") {
		t.Errorf("arrived at %q of %q", got.RequestURI, got.Host)
	}
	want := map[string]string{
		"Authorization": "Bearer " + firstToken, "Cookie": "theirs=1; more=2", "Referer": s.upstream.URL + "/page",
		"Bento-Cred-Capability": "", "X-Forwarded-For": "", "X-Copy": "",
	}
	for name, value := range want {
		if got.Header.Get(name) != value {
			t.Errorf("%s is %q, want %q", name, got.Header.Get(name), value)
		}
	}
	for name, values := range got.Header {
		if strings.Contains(strings.Join(values, " "), s.proxy.Capability().Reveal()) {
			t.Errorf("the capability went on in %s", name)
		}
	}
}

// TestOwnHeader puts the token elsewhere, and leaves the application's own login alone.
func TestOwnHeader(t *testing.T) {
	t.Parallel()
	s := newStage(t, hello, func(c *proxy.Config) { c.Header = "x-gateway-key" })
	r := s.request(http.MethodGet, "/", nil)
	r.Header.Set("Bento-Cred-Capability", s.proxy.Capability().Reveal())
	r.Header.Set("Authorization", "Basic bWFkZTp1cA==")
	if got := s.send(r); got.status != http.StatusOK {
		t.Fatalf("%+v", got)
	}
	if got := s.last().Header; got.Get("Authorization") != "Basic bWFkZTp1cA==" || got.Get("X-Gateway-Key") != "Bearer "+firstToken {
		t.Errorf("arrived: %q, %q", got.Get("Authorization"), got.Get("X-Gateway-Key"))
	}
	for _, header := range []string{"Host", "Connection", "Cookie", "a b", "X\r\nY"} {
		if _, err := proxy.New(proxy.Config{Upstream: s.upstream.URL, Inject: s.inject, Header: header}); err == nil {
			t.Errorf("the token may go into %q", header)
		}
	}
}

// TestRenewedToken is used by the next request, at once where the old one was refused.
func TestRenewedToken(t *testing.T) {
	t.Parallel()
	s := newStage(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/refused" && r.Header.Get("Authorization") == "Bearer "+firstToken {
			w.WriteHeader(http.StatusUnauthorized)
		}
	}, nil)
	if got := s.send(s.request(http.MethodGet, "/refused", nil)); got.status != http.StatusUnauthorized || got.header.Get(proxy.HintHeader) == "" {
		t.Errorf("refused: %+v", got)
	}
	s.set(secondToken, nil)
	if got := s.send(s.request(http.MethodGet, "/refused", nil)); got.status != http.StatusOK {
		t.Errorf("with another token: %+v", got)
	}
	s.set("", &ipc.Error{Code: ipc.LoginRequired, Message: "there is no login", Hint: "log in"})
	time.Sleep(1100 * time.Millisecond)
	got := s.send(s.request(http.MethodGet, "/", nil))
	if got.status != http.StatusBadGateway || !strings.Contains(got.text, "there is no login") || !strings.Contains(got.text, "log in") {
		t.Errorf("without a token: %+v", got)
	}
	before := s.count()
	for range 20 {
		s.send(s.request(http.MethodGet, "/", nil))
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.asked > 5 || len(s.arrived) != before {
		t.Errorf("the daemon was asked %d times, and %d requests went on without a token", s.asked, len(s.arrived)-before)
	}
}

// TestStreams pass a part at a time, in both directions.
func TestStreams(t *testing.T) {
	t.Parallel()
	next := make(chan struct{})
	s := newStage(t, func(w http.ResponseWriter, r *http.Request) {
		flusher := http.NewResponseController(w)
		_ = flusher.EnableFullDuplex()
		w.Header().Set("Content-Type", "text/event-stream")
		w.Header().Set("Trailer", "X-Sum")
		lines := bufio.NewScanner(r.Body)
		for lines.Scan() {
			_, _ = io.WriteString(w, "data: "+lines.Text()+"\n\n")
			_ = flusher.Flush()
			<-next
		}
		w.Header().Set("X-Sum", r.Trailer.Get("X-Sent"))
	}, nil)
	body, feed := io.Pipe()
	r := s.request(http.MethodPost, "/", body)
	r.Trailer = http.Header{"X-Sent": nil}
	go func() { _, _ = io.WriteString(feed, "one\n") }()
	reply, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = reply.Body.Close() }()
	events := bufio.NewReader(reply.Body)
	for _, want := range []string{"one", "two", "three"} {
		line, err := events.ReadString('\n')
		if err != nil || line != "data: "+want+"\n" {
			t.Fatalf("%q, %v; want %s before the next is sent", line, err, want)
		}
		_, _ = events.ReadString('\n')
		switch want {
		case "one":
			next <- struct{}{}
			_, _ = io.WriteString(feed, "two\n")
		case "two":
			next <- struct{}{}
			_, _ = io.WriteString(feed, "three\n")
		default:
			r.Trailer.Set("X-Sent", "3")
			_ = feed.Close()
			next <- struct{}{}
		}
	}
	if _, err := io.Copy(io.Discard, events); err != nil || reply.Trailer.Get("X-Sum") != "3" {
		t.Errorf("at the end: %v, trailer %q", err, reply.Trailer.Get("X-Sum"))
	}
}

// TestLargeUpload passes more than a proxy should ever hold.
func TestLargeUpload(t *testing.T) {
	t.Parallel()
	const size = 256 << 20
	s := newStage(t, func(w http.ResponseWriter, r *http.Request) {
		n, err := io.Copy(io.Discard, r.Body)
		_, _ = fmt.Fprint(w, n, err)
	}, nil)
	if got := s.send(s.request(http.MethodPut, "/", io.LimitReader(zeros{}, size))); got.text != fmt.Sprint(size, nil) {
		t.Errorf("arrived: %s", got.text)
	}
}

// zeros is a file without an end.
type zeros struct{}

// Read implements io.Reader.
func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

// TestAddresses of the upstream become ours, those of others stay.
func TestAddresses(t *testing.T) {
	t.Parallel()
	s := newStage(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Location", strings.ReplaceAll(r.URL.Query().Get("to"), "UP", "http://"+r.Host))
		w.Header().Add("Set-Cookie", "a=b; Domain=127.0.0.1; Path=/; HttpOnly")
		w.Header().Add("Set-Cookie", "evil=1; Domain=evil.example")
		w.WriteHeader(http.StatusFound)
	}, nil)
	for to, want := range map[string]string{
		"UP/next?x=1": s.address() + "/next?x=1", "/next": "/next", "https://evil.example/UP": "https://evil.example/" + s.upstream.URL,
		"UP@evil.example/": s.upstream.URL + "@evil.example/",
	} {
		reply := s.send(s.request(http.MethodGet, "/?to="+to, nil))
		if got := reply.header.Get("Location"); got != want {
			t.Errorf("%s becomes %s, want %s", to, got, want)
		}
		if got := reply.header.Values("Set-Cookie"); len(got) != 1 || got[0] != "a=b; Path=/; HttpOnly" {
			t.Errorf("cookies are %q", got)
		}
	}
}

func TestUnreachableUpstream(t *testing.T) {
	t.Parallel()
	s := newStage(t, hello, nil)
	s.upstream.Close()
	got := s.send(s.request(http.MethodGet, "/", nil))
	if got.status != http.StatusBadGateway || !strings.Contains(got.text, "cannot be reached") || strings.Contains(got.text, firstToken) {
		t.Errorf("%+v", got)
	}
}

// TestUnixSocket wants a directory that nobody else can enter.
func TestUnixSocketNeedsItsOwnDirectory(t *testing.T) {
	t.Parallel()
	if _, err := proxy.ListenUnix(t.Context(), "/tmp/bento-cred-test-socket"); err == nil {
		t.Error("it listens in /tmp, where everybody is")
	}
	if _, err := proxy.ListenUnix(t.Context(), "/"+strings.Repeat("x", 200)); err == nil {
		t.Error("a path that is too long is taken")
	}
	var dialer net.Dialer
	if conn, err := dialer.DialContext(t.Context(), "unix", "/tmp/bento-cred-test-socket"); err == nil || !errors.Is(err, net.ErrClosed) && conn != nil {
		t.Error("somebody listens")
	}
}

// TestHTTP2Upstream speaks HTTP/2 over TLS with an upstream that does, and to a client that
// came with it in clear, trailers and all.
func TestHTTP2Upstream(t *testing.T) {
	t.Parallel()
	upstream := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Trailer", "X-Sum")
		_, _ = fmt.Fprint(w, r.Proto, " ", r.Header.Get("Authorization"))
		w.Header().Set("X-Sum", "1")
	}))
	upstream.EnableHTTP2 = true
	upstream.StartTLS()
	t.Cleanup(upstream.Close)
	s := newStage(t, hello, func(c *proxy.Config) {
		c.Upstream, c.RootCAs = upstream.URL, x509.NewCertPool()
		c.RootCAs.AddCert(upstream.Certificate())
	})
	clear := &http.Transport{Protocols: new(http.Protocols)}
	clear.Protocols.SetUnencryptedHTTP2(true)
	t.Cleanup(clear.CloseIdleConnections)
	got, err := clear.RoundTrip(s.request(http.MethodGet, "/", nil))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = got.Body.Close() }()
	text, err := io.ReadAll(got.Body)
	if err != nil || string(text) != "HTTP/2.0 Bearer "+firstToken || got.ProtoMajor != 2 || got.Trailer.Get("X-Sum") != "1" {
		t.Errorf("%q in %s, trailer %q, %v", text, got.Proto, got.Trailer.Get("X-Sum"), err)
	}
	untrusted := newStage(t, hello, func(c *proxy.Config) { c.Upstream = upstream.URL })
	if got := untrusted.send(untrusted.request(http.MethodGet, "/", nil)); got.status != http.StatusBadGateway || !strings.Contains(got.text, "certificate is not trusted") {
		t.Errorf("of a certificate nobody trusts: %+v", got)
	}
}
