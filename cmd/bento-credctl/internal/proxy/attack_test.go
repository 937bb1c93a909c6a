package proxy_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/bento-cred/bento-cred/cmd/bento-credctl/internal/proxy"
)

// exchange sends raw bytes to the proxy and returns the first answer.
func (s *stage) exchange(raw string) reply {
	s.t.Helper()
	var dialer net.Dialer
	conn, err := dialer.DialContext(s.t.Context(), "tcp", fmt.Sprintf("127.0.0.1:%d", s.port))
	if err != nil {
		s.t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	_ = conn.SetDeadline(time.Now().Add(5 * time.Second))
	if _, err := io.WriteString(conn, raw); err != nil {
		s.t.Fatal(err)
	}
	got, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		return reply{text: err.Error()}
	}
	defer func() { _ = got.Body.Close() }()
	text, _ := io.ReadAll(got.Body) // it may be cut off
	return reply{got.StatusCode, got.Header, string(text)}
}

// browser returns a cookie that a one-use link gave, and the name it is good under.
func (s *stage) browser() (cookie, host string) {
	s.t.Helper()
	link, err := s.proxy.Link(s.port)
	if err != nil {
		s.t.Fatal(err)
	}
	host = strings.TrimPrefix(s.proxy.Address(s.port), "http://")
	path := strings.TrimPrefix(link.Reveal(), "http://"+host)
	first := s.exchange("GET " + path + " HTTP/1.1\r\nHost: " + host + "\r\nSec-Fetch-Site: none\r\nSec-Fetch-Mode: navigate\r\n\r\n")
	if first.status != http.StatusSeeOther || first.header.Get("Location") != "/" || first.header.Get("Referrer-Policy") != "no-referrer" {
		s.t.Fatalf("the link answers %+v", first)
	}
	set := first.header.Get("Set-Cookie")
	for _, want := range []string{"__Host-", "HttpOnly", "Secure", "SameSite=Strict", "Path=/"} {
		if !strings.Contains(set, want) {
			s.t.Errorf("the cookie has no %s", want)
		}
	}
	again := s.exchange("GET " + path + " HTTP/1.1\r\nHost: " + host + "\r\n\r\n")
	if again.status != http.StatusForbidden || again.header.Get("Referrer-Policy") != "no-referrer" {
		s.t.Errorf("a second time the link answers %+v", again)
	}
	cookie, _, _ = strings.Cut(set, ";")
	return cookie, host
}

// TestWhoGetsIn tries the rows of what browsers send, and what programs do.
func TestWhoGetsIn(t *testing.T) {
	t.Parallel()
	s := newStage(t, hello, func(c *proxy.Config) { c.Accept = []string{"X-YATAI-API-TOKEN"} })
	cookie, name := s.browser()
	capability := s.proxy.Capability().Reveal()
	own := fmt.Sprintf("127.0.0.1:%d", s.port)
	bearer := "Authorization: Bearer " + capability
	upgrade := "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA=="
	tests := map[string]struct {
		method, host string
		headers      []string
		status       int
	}{
		"a program":                          {"GET", own, []string{bearer}, 200},
		"a program, by another name":         {"GET", fmt.Sprintf("localhost:%d", s.port), []string{bearer}, 200},
		"a program, in our header":           {"POST", own, []string{"Bento-Cred-Capability: " + capability}, 200},
		"a program, as BentoML's client":     {"GET", own, []string{"X-YATAI-API-TOKEN: " + capability}, 200},
		"a program without":                  {"GET", own, nil, 403},
		"a program with another":             {"GET", own, []string{bearer + "x"}, 403},
		"a program with half of it":          {"GET", own, []string{bearer[:len(bearer)-1]}, 403},
		"a program with the real token":      {"GET", own, []string{"Authorization: Bearer " + firstToken}, 403},
		"rebinding":                          {"GET", fmt.Sprintf("evil.example:%d", s.port), []string{bearer}, 421},
		"another port":                       {"GET", "127.0.0.1:1", []string{bearer}, 421},
		"no port":                            {"GET", "127.0.0.1", []string{bearer}, 421},
		"another name below localhost":       {"GET", fmt.Sprintf("evil.localhost:%d", s.port), []string{"Cookie: " + cookie, "Sec-Fetch-Site: none", "Sec-Fetch-Mode: navigate"}, 421},
		"the browser":                        {"GET", name, []string{"Cookie: " + cookie, "Sec-Fetch-Site: none", "Sec-Fetch-Mode: navigate"}, 200},
		"its page's call":                    {"POST", name, []string{"Cookie: " + cookie, "Sec-Fetch-Site: same-origin", "Origin: http://" + name}, 200},
		"its page's websocket":               {"GET", name, []string{"Cookie: " + cookie, "Origin: http://" + name, upgrade}, 200},
		"the browser without its cookie":     {"GET", name, []string{"Sec-Fetch-Site: none", "Sec-Fetch-Mode: navigate"}, 403},
		"the cookie under the address":       {"GET", own, []string{"Cookie: " + cookie, "Sec-Fetch-Site: same-origin"}, 403},
		"the cookie as a capability":         {"GET", own, []string{"Authorization: Bearer " + strings.SplitN(cookie, "=", 2)[1]}, 403},
		"the capability as a cookie":         {"GET", name, []string{"Cookie: __Host-bento-cred-session=" + capability, "Sec-Fetch-Site: none", "Sec-Fetch-Mode: navigate"}, 403},
		"the cookie without a word of where": {"GET", name, []string{"Cookie: " + cookie}, 403},
		"another port's page":                {"GET", name, []string{"Cookie: " + cookie, "Sec-Fetch-Site: same-site", "Sec-Fetch-Mode: no-cors"}, 403},
		"another port's link":                {"GET", name, []string{"Cookie: " + cookie, "Sec-Fetch-Site: same-site", "Sec-Fetch-Mode: navigate"}, 403},
		"another site's link":                {"GET", name, []string{"Cookie: " + cookie, "Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: navigate"}, 403},
		"another site's form":                {"POST", name, []string{"Cookie: " + cookie, "Sec-Fetch-Site: none", "Sec-Fetch-Mode: navigate"}, 403},
		"another origin's call":              {"POST", name, []string{"Cookie: " + cookie, "Origin: http://127.0.0.1:1", "Sec-Fetch-Site: same-site"}, 403},
		"another origin with the capability": {"GET", own, []string{bearer, "Origin: http://evil.example"}, 403},
		"an origin of null":                  {"POST", name, []string{"Cookie: " + cookie, "Origin: null"}, 403},
		"another origin's websocket":         {"GET", name, []string{"Cookie: " + cookie, "Origin: http://evil.localhost", upgrade}, 403},
		"a websocket of nowhere":             {"GET", name, []string{"Cookie: " + cookie, upgrade}, 403},
		"another origin's preflight":         {"OPTIONS", own, []string{"Origin: http://evil.example", "Access-Control-Request-Method: POST"}, 403},
	}
	for what, test := range tests {
		before := s.count()
		headers := strings.Join(append(test.headers, "Host: "+test.host, "Content-Length: 0"), "\r\n")
		got := s.exchange(test.method + " / HTTP/1.1\r\n" + headers + "\r\n\r\n")
		if got.status != test.status {
			t.Errorf("%s: %+v, want %d", what, got, test.status)
			continue
		}
		if arrived := s.count() > before; arrived != (test.status == http.StatusOK) {
			t.Errorf("%s: it went on to the upstream: %v", what, arrived)
		}
		if test.status == http.StatusOK {
			continue
		}
		h, text := got.header, got.text
		if h.Get("Access-Control-Allow-Origin") != "" || h.Get("Cache-Control") != "no-store" || h.Get("Referrer-Policy") != "no-referrer" || strings.Contains(text, capability) {
			t.Errorf("%s: the answer has %v %q", what, h, text)
		}
	}
}

// TestTargets tries to be led elsewhere, and to smuggle a second request past the guard.
func TestTargets(t *testing.T) {
	t.Parallel()
	s := newStage(t, hello, nil)
	own := fmt.Sprintf("127.0.0.1:%d", s.port)
	headers := " HTTP/1.1\r\nHost: " + own + "\r\nAuthorization: Bearer " + s.proxy.Capability().Reveal() + "\r\n"
	smuggled := "GET /smuggled HTTP/1.1\r\nHost: " + own + "\r\n\r\n"
	tests := map[string]struct {
		raw     string
		status  []int
		arrives string // the path at the upstream; empty for none
	}{
		"another host":           {"GET http://evil.example/x" + headers + "\r\n", []int{400, 421}, ""},
		"our own, absolute":      {"GET http://" + own + "/x" + headers + "\r\n", []int{400}, ""},
		"a tunnel":               {"CONNECT evil.example:443" + headers + "\r\n", []int{400, 421}, ""},
		"a star":                 {"OPTIONS *" + headers + "\r\n", []int{400}, ""},
		"two slashes":            {"GET //evil.example/x" + headers + "\r\n", []int{200}, "//evil.example/x"},
		"a backslash":            {"GET /\\evil.example/x" + headers + "\r\n", []int{200, 400}, `/%5Cevil.example/x`},
		"an at sign":             {"GET /@evil.example" + headers + "\r\n", []int{200}, "/@evil.example"},
		"two hosts":              {"GET /x" + headers + "Host: evil.example\r\n\r\n", []int{400}, ""},
		"two lengths":            {"POST /x" + headers + "Content-Length: 0\r\nContent-Length: 5\r\n\r\n" + smuggled, []int{400}, ""},
		"a length and chunks":    {"POST /x" + headers + "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + smuggled, []int{200, 400}, "/x"},
		"chunks spelled oddly":   {"POST /x" + headers + "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n" + smuggled, []int{400, 501}, ""},
		"a folded header":        {"GET /x" + headers + "X-A: b\r\n c\r\n\r\n", []int{200, 400}, "/x"},
		"a header with a space":  {"GET /x" + headers + "X-A : b\r\n\r\n", []int{400}, ""},
		"an upgrade to HTTP/2":   {"GET /x" + headers + "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n", []int{200}, "/x"},
		"a dropped header":       {"GET /x" + headers + "Connection: Authorization\r\n\r\n", []int{200}, "/x"},
		"a path of the proxy's":  {"GET /.bento-cred/x" + headers + "\r\n", []int{404}, ""},
		"a login without ticket": {"GET /.bento-cred/login?t=" + headers + "\r\n", []int{403, 421}, ""},
	}
	for what, test := range tests {
		before := s.count()
		if got := s.exchange(test.raw); !slices.Contains(test.status, got.status) {
			t.Errorf("%s: %+v, want one of %v", what, got, test.status)
		}
		time.Sleep(10 * time.Millisecond) // for what was smuggled
		switch got := s.count() - before; {
		case got > 1 || got == 1 && test.arrives == "":
			t.Errorf("%s: %d requests went on", what, got)
		case got == 1 && s.last().URL.EscapedPath() != test.arrives && s.last().RequestURI != test.arrives:
			t.Errorf("%s: it went on to %q, want %q", what, s.last().RequestURI, test.arrives)
		case got == 1 && s.last().Header.Get("Authorization") != "Bearer "+firstToken:
			t.Errorf("%s: it went on without the token", what)
		}
	}
}

// TestLinks work for a real client, once, and not for long.
func TestLinks(t *testing.T) {
	t.Parallel()
	now := time.Now()
	s := newStage(t, hello, func(c *proxy.Config) { c.Now = func() time.Time { return now } })
	late, err := s.proxy.Link(s.port)
	if err != nil {
		t.Fatal(err)
	}
	now = now.Add(61 * time.Second)
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	client := http.Client{Jar: jar}
	path := strings.TrimPrefix(late.Reveal(), s.proxy.Address(s.port))
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.address()+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Host = strings.TrimPrefix(s.proxy.Address(s.port), "http://")
	reply, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	_ = reply.Body.Close()
	if reply.StatusCode != http.StatusForbidden {
		t.Errorf("after a minute: %d", reply.StatusCode)
	}
}

// TestNothingIsLeft of a proxy that has ended, also of what was under way.
func TestNothingIsLeft(t *testing.T) {
	before := runtime.NumGoroutine()
	t.Run("a proxy", func(t *testing.T) {
		s := newStage(t, func(w http.ResponseWriter, r *http.Request) {
			_ = http.NewResponseController(w).Flush()
			<-r.Context().Done()
		}, nil)
		for range 5 {
			reply, err := http.DefaultTransport.RoundTrip(s.request(http.MethodGet, "/", nil))
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = reply.Body.Close() })
		}
	})
	for late := time.Now().Add(10 * time.Second); runtime.NumGoroutine() > before+2; time.Sleep(20 * time.Millisecond) {
		if time.Now().After(late) {
			t.Fatalf("%d goroutines are left of %d before", runtime.NumGoroutine(), before)
		}
	}
}
