package bentocloud_test

import (
	"bufio"
	"errors"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/bento-cred/bento-cred/daemon/internal/bentocloud"
	"github.com/bento-cred/bento-cred/internal/cloudtest"
)

// body is a 200 reply.
func body(text string) cloudtest.Fault {
	return cloudtest.Fault{Header: http.Header{"Content-Type": {"application/json"}}, Body: text}
}

// says is a reply in one of the error families.
func says(status int, text string) cloudtest.Fault {
	return cloudtest.Fault{Status: status, Header: http.Header{"Content-Type": {"application/json"}}, Body: text}
}

func TestVerifyAgainstFaults(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		fault cloudtest.Fault
		kind  error
		words []string
	}{
		"401, no body":             {says(401, ""), bentocloud.ErrRefused, []string{"401"}},
		"403, no body":             {says(403, ""), bentocloud.ErrRefused, []string{"403"}},
		"401, message":             {says(401, `{"message":"who are you"}`), bentocloud.ErrRefused, []string{"who are you"}},
		"403, error":               {says(403, `{"error":"go away"}`), bentocloud.ErrRefused, []string{"go away"}},
		"403, plain text":          {says(403, "forbidden\n"), bentocloud.ErrRefused, []string{"forbidden"}},
		"403, a list":              {says(403, `["no"]`), bentocloud.ErrRefused, nil},
		"403, other types":         {says(403, `{"message":{"a":1},"error":2}`), bentocloud.ErrRefused, nil},
		"403, deleted":             {says(403, `{"message":"get api token: record not found"}`), bentocloud.ErrTokenUnknown, nil},
		"403, a proxy's page":      {cloudtest.Page(403), bentocloud.ErrWrongHost, nil},
		"403, scope":               {says(403, `{"error":"the api_token need the scopes: api"}`), bentocloud.ErrScope, nil},
		"404, empty":               {says(404, ""), bentocloud.ErrWrongHost, []string{"404"}},
		"404, page":                {cloudtest.Page(404), bentocloud.ErrWrongHost, nil},
		"404, API":                 {says(404, `{"error":"user: record not found"}`), bentocloud.ErrNotFound, nil},
		"400, record not found":    {says(400, `{"error":"user: record not found"}`), bentocloud.ErrNotFound, nil},
		"400":                      {says(400, `{"error":"bad day"}`), bentocloud.ErrRejected, []string{"bad day"}},
		"429":                      {says(429, ""), bentocloud.ErrRejected, []string{"429"}},
		"500 with trace":           {cloudtest.Oops("trace-7f"), bentocloud.ErrServer, []string{"trace-7f", "internal server error"}},
		"502, page":                {cloudtest.Page(502), bentocloud.ErrServer, []string{"502"}},
		"503, empty":               {says(503, ""), bentocloud.ErrServer, []string{"503"}},
		"204":                      {says(204, ""), bentocloud.ErrBadReply, []string{"204"}},
		"304":                      {says(304, ""), bentocloud.ErrBadReply, []string{"304"}},
		"page":                     {cloudtest.Page(200), bentocloud.ErrWrongHost, nil},
		"page without its type":    {body(" \n<html>"), bentocloud.ErrWrongHost, nil},
		"empty":                    {cloudtest.Fault{Status: 200}, bentocloud.ErrBadReply, []string{"empty"}},
		"not JSON":                 {body("hello hunter2"), bentocloud.ErrBadReply, []string{"not JSON"}},
		"half JSON":                {body(`{"name":"ada"`), bentocloud.ErrBadReply, []string{"not JSON"}},
		"JSON and more":            {body(`{"name":"ada","email":"e"}{}`), bentocloud.ErrBadReply, []string{"not JSON"}},
		"bad UTF-8":                {body("{\"name\":\"ad\xff\",\"email\":\"e\"}"), bentocloud.ErrBadReply, []string{"UTF-8"}},
		"wrong type":               {body(`{"name":1,"email":"hunter2"}`), bentocloud.ErrBadReply, []string{"types"}},
		"a list":                   {body(`[{"name":"ada"}]`), bentocloud.ErrBadReply, []string{"types"}},
		"null":                     {body(`null`), bentocloud.ErrBadReply, []string{"no name"}},
		"no name":                  {body(`{"email":"e"}`), bentocloud.ErrBadReply, []string{"no name"}},
		"empty name":               {body(`{"name":"\u0007 ","email":"e"}`), bentocloud.ErrBadReply, []string{"no name"}},
		"too large":                {body(`{"name":"` + strings.Repeat("x", 1<<20) + `"}`), bentocloud.ErrBadReply, []string{"too large"}},
		"too deep":                 {body(strings.Repeat("[", 500_000)), bentocloud.ErrBadReply, []string{"not JSON"}},
		"too many headers":         {cloudtest.Fault{Header: http.Header{"X-Long": {strings.Repeat("x", 128<<10)}}}, bentocloud.ErrBadReply, nil},
		"not HTTP":                 {cloudtest.Fault{Raw: "SSH-2.0-OpenSSH_9.6 " + needle + "\r\n\r\n"}, bentocloud.ErrBadReply, nil},
		"bad header":               {cloudtest.Fault{Raw: "HTTP/1.1 200 OK\r\n" + needle + "\r\n\r\n"}, bentocloud.ErrBadReply, nil},
		"bad gzip":                 {cloudtest.Fault{Header: http.Header{"Content-Encoding": {"gzip"}}, Body: strings.Repeat("hunter2", 9)}, bentocloud.ErrBadReply, nil},
		"closed at once":           {cloudtest.Fault{Close: true}, bentocloud.ErrUnreachable, nil},
		"cut in the body":          {cloudtest.Fault{Cut: true, Body: `{"name"`}, bentocloud.ErrUnreachable, nil},
		"cut in a refusal":         {cloudtest.Fault{Cut: true, Status: 403, Body: `{"mess`}, bentocloud.ErrUnreachable, nil},
		"silence":                  {cloudtest.Fault{Hang: true}, bentocloud.ErrTimeout, nil},
		"redirect within":          {cloudtest.Redirect("/login?next=hunter2"), bentocloud.ErrRedirect, []string{"/login"}},
		"redirect away":            {cloudtest.Redirect("https://elsewhere.example/a"), bentocloud.ErrRedirectAway, []string{"https://elsewhere.example/a"}},
		"redirect, scheme-less":    {cloudtest.Redirect("//elsewhere.example"), bentocloud.ErrRedirectAway, []string{"elsewhere.example"}},
		"redirect, other port":     {cloudtest.Redirect("http://127.0.0.1:1/"), bentocloud.ErrRedirectAway, []string{"127.0.0.1:1"}},
		"redirect with the token":  {cloudtest.Redirect("https://elsewhere.example/" + needle), bentocloud.ErrRedirectAway, []string{"[secret]"}},
		"redirect with a user":     {cloudtest.Redirect("https://hunter2:hunter2@elsewhere.example/"), bentocloud.ErrRedirectAway, nil},
		"redirect to nonsense":     {cloudtest.Redirect("http://[::1"), bentocloud.ErrRedirectAway, nil},
		"redirect that keeps data": {cloudtest.Fault{Status: 308, Header: http.Header{"Location": {"https://elsewhere.example"}}}, bentocloud.ErrRedirectAway, nil},
		"message with the token":   {says(403, `{"message":"token `+needle+` is bad"}`), bentocloud.ErrRefused, []string{"token [secret] is bad"}},
		"token in pieces":          {says(403, `{"message":"made-up-\u0000hun\u200bter2"}`), bentocloud.ErrRefused, []string{"[secret]"}},
		"token at the cut":         {says(403, `{"message":"`+strings.Repeat("x", 192)+needle+`"}`), bentocloud.ErrRefused, nil},
		"message of a terminal":    {says(403, `{"message":"a\u001b[2J\r\nb\u202ec"}`), bentocloud.ErrRefused, []string{`"a[2J bc"`}},
		"trace id of a terminal":   {cloudtest.Oops("a\tb" + needle), bentocloud.ErrServer, []string{`"a b[secret]"`}},
	}
	for name, test := range tests {
		for _, path := range []string{pathUser, pathOrg} {
			t.Run(name+path, func(t *testing.T) {
				t.Parallel()
				cloud := start(t, cloudtest.Config{})
				cloud.Fail(path, test.fault)
				cfg := bentocloud.Config{}
				if test.fault.Hang {
					cfg.Timeout = 100 * time.Millisecond
				}
				got, err := client(t, cfg).Verify(t.Context(), cloud.URL(), token)
				fails(t, err, test.kind, test.words...)
				if got != (bentocloud.Account{}) {
					t.Errorf("a failure gave %v", got)
				}
				if last := cloud.Requests(); last[len(last)-1].Path != path {
					t.Errorf("it went on after the failure: %v", last)
				}
			})
		}
	}
}

func TestUserWithoutEmail(t *testing.T) {
	t.Parallel()
	cloud := start(t, cloudtest.Config{})
	cloud.Fail(pathUser, body(`{"name":"ada"}`))
	_, err := client(t, bentocloud.Config{}).Verify(t.Context(), cloud.URL(), token)
	fails(t, err, bentocloud.ErrBadReply, "no email")
	cloud.Fail(pathUser, body(`{"name":"ada","email":"","first_name":null}`))
	if got, err := client(t, bentocloud.Config{}).Verify(t.Context(), cloud.URL(), token); err != nil || got.User != "ada" {
		t.Errorf("an empty e-mail gives %v, %v; want the account", got, err)
	}
}

func TestMessageIsCut(t *testing.T) {
	t.Parallel()
	cloud := start(t, cloudtest.Config{})
	cloud.Fail(pathUser, says(403, `{"message":"`+strings.Repeat("é", 1000)+`"}`))
	_, err := client(t, bentocloud.Config{}).Verify(t.Context(), cloud.URL(), token)
	fails(t, err, bentocloud.ErrRefused, strings.Repeat("é", 200)+"…")
	if len(err.Error()) > 600 {
		t.Errorf("the message has %d bytes", len(err.Error()))
	}
}

func TestNamesAreCleaned(t *testing.T) {
	t.Parallel()
	cloud := start(t, cloudtest.Config{
		Organization: "ac\x1b[31mme",
		Users:        []cloudtest.User{{Name: "a\nda " + needle, Email: "ada\u202e@acme.example"}},
	})
	got, err := client(t, bentocloud.Config{}).Verify(t.Context(), cloud.URL(), token)
	want := bentocloud.Account{User: "a da [secret]", Email: "ada@acme.example", Organization: "ac[31mme"}
	if err != nil || got != want {
		t.Errorf("Verify() = %q, %v; want %q", got, err, want)
	}
}

func TestTLSFaults(t *testing.T) {
	t.Parallel()
	secure := start(t, cloudtest.Config{TLS: true})
	plain := start(t, cloudtest.Config{})
	tests := map[string]struct {
		address string
		cfg     bentocloud.Config
	}{
		"unknown authority": {secure.URL(), bentocloud.Config{}},
		"another name":      {strings.Replace(secure.URL(), "127.0.0.1", "localhost", 1), bentocloud.Config{RootCAs: secure.Authorities()}},
		"no TLS there":      {strings.Replace(plain.URL(), "http://", "https://", 1), bentocloud.Config{}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := client(t, test.cfg).Verify(t.Context(), test.address, token)
			fails(t, err, bentocloud.ErrTLS)
		})
	}
	t.Cleanup(func() {
		if got := append(secure.Requests(), plain.Requests()...); len(got) != 0 {
			t.Errorf("the token was sent: %v", got)
		}
	})
}

// proxy listens as a proxy that refuses, and tells what it was asked for.
func proxy(t *testing.T) (address *url.URL, asked <-chan string) {
	t.Helper()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	lines := make(chan string, 1)
	go func() {
		connection, err := listener.Accept()
		if err != nil {
			close(lines)
			return
		}
		defer func() { _ = connection.Close() }()
		line, _ := bufio.NewReader(connection).ReadString('\n')
		_, _ = connection.Write([]byte("HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n"))
		lines <- line
	}()
	return &url.URL{Scheme: "http", Host: listener.Addr().String()}, lines
}

func TestProxyIsAskedForOthers(t *testing.T) {
	t.Parallel()
	address, asked := proxy(t)
	_, err := client(t, bentocloud.Config{Proxy: http.ProxyURL(address)}).Verify(t.Context(), "https://cloud.example", token)
	fails(t, err, bentocloud.ErrUnreachable, "proxy")
	if got := <-asked; !strings.HasPrefix(got, "CONNECT cloud.example:443 ") {
		t.Errorf("the proxy was asked %q", got)
	}
}

func TestProxySettingsAreNotQuoted(t *testing.T) {
	t.Parallel()
	broken := func(*http.Request) (*url.URL, error) { return nil, errors.New("invalid proxy http://me:hunter2@:x") }
	_, err := client(t, bentocloud.Config{Proxy: broken}).Verify(t.Context(), "https://cloud.example", token)
	fails(t, err, bentocloud.ErrUnreachable, "proxy settings")
}

func TestProxyIsNotAskedForLoopback(t *testing.T) {
	t.Parallel()
	cloud := start(t, cloudtest.Config{})
	broken := http.ProxyURL(&url.URL{Scheme: "http", Host: "127.0.0.1:1"})
	for _, host := range []string{"127.0.0.1", "localhost", "x.localhost"} {
		address := strings.Replace(cloud.URL(), "127.0.0.1", host, 1)
		if _, err := client(t, bentocloud.Config{Proxy: broken}).Verify(t.Context(), address, token); err != nil {
			t.Errorf("%s: %v", host, err)
		}
	}
}
