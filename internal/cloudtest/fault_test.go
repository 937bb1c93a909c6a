package cloudtest_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/bento-cred/bento-cred/internal/cloudtest"
)

const pathUser = "/api/v1/auth/current"

func TestFaultsWithAReply(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		fault  cloudtest.Fault
		status int
		body   string
		header string
		value  string
	}{
		"status":   {fault: cloudtest.Fault{Status: 503}, status: 503},
		"body":     {fault: cloudtest.Fault{Body: "\xff"}, status: 200, body: "\xff"},
		"huge":     {fault: cloudtest.Fault{Body: strings.Repeat("x", 1<<20)}, status: 200, body: "xxx"},
		"redirect": {fault: cloudtest.Redirect("https://elsewhere.example/"), status: 302, header: "Location", value: "https://elsewhere.example/"},
		"page":     {fault: cloudtest.Page(404), status: 404, body: "<p>This is a page.", header: "Content-Type", value: "text/html; charset=utf-8"},
		"oops":     {fault: cloudtest.Oops("t-1"), status: 500, body: "internal", header: "X-Trace-Id", value: "t-1"},
		"echo":     {fault: cloudtest.Fault{Status: 403, Body: "not " + cloudtest.EchoedToken + "!"}, status: 403, body: "not " + tokenDeveloper + "!"},
		"late":     {fault: cloudtest.Fault{Latency: time.Millisecond}, status: 200, body: "ada"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cloud := cloudtest.New(t, config())
			cloud.Fail(pathUser, test.fault)
			reply, err := get(t, cloud.URL()+pathUser, management, tokenDeveloper)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = reply.Body.Close() }()
			body, err := io.ReadAll(reply.Body)
			if err != nil || reply.StatusCode != test.status || !strings.Contains(string(body), test.body) {
				t.Errorf("got %d, %d bytes, %v; want %d with %q", reply.StatusCode, len(body), err, test.status, test.body)
			}
			if got := reply.Header.Get(test.header); got != test.value {
				t.Errorf("%s is %q, want %q", test.header, got, test.value)
			}
			cloud.Heal()
			if got := fetch(t, cloud.URL()+pathUser, management, tokenDeveloper); got.Status != http.StatusOK {
				t.Errorf("healed, it still gives %v", got)
			}
		})
	}
}

func TestFaultsWithoutAWholeReply(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		fault cloudtest.Fault
		want  error
	}{
		"closed": {cloudtest.Fault{Close: true}, io.EOF},
		"cut":    {cloudtest.Fault{Cut: true, Body: `{"name"`}, io.ErrUnexpectedEOF},
		"raw":    {cloudtest.Fault{Raw: "SSH-2.0-made_up\r\n"}, nil},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cloud := cloudtest.New(t, config())
			cloud.Fail(pathUser, test.fault)
			reply, err := get(t, cloud.URL()+pathUser, management, tokenDeveloper)
			if err == nil {
				defer func() { _ = reply.Body.Close() }()
				_, err = io.ReadAll(reply.Body)
			}
			if err == nil || (test.want != nil && !errors.Is(err, test.want)) {
				t.Errorf("error %v, want %v", err, test.want)
			}
		})
	}
}

func TestHangLastsUntilTheCallerLeaves(t *testing.T) {
	t.Parallel()
	cloud := cloudtest.New(t, config())
	cloud.Fail(pathUser, cloudtest.Fault{Hang: true, Times: 1})
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, cloud.URL()+pathUser, nil)
	if err != nil {
		t.Fatal(err)
	}
	reply, err := http.DefaultTransport.RoundTrip(req)
	if err == nil {
		_ = reply.Body.Close()
	}
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("error %v, want the deadline's", err)
	}
	if got := fetch(t, cloud.URL()+pathUser, management, tokenDeveloper); got.Status != http.StatusOK {
		t.Errorf("the second request gives %v, want 200: the fault was for one", got)
	}
}

// TestHangOfARequestWithABody makes sure that a server which did not read what came
// still notices that the caller left: else Close would wait for ever.
func TestHangOfARequestWithABody(t *testing.T) {
	t.Parallel()
	cloud := cloudtest.Start(config())
	cloud.Fail("POST "+pathTokens, cloudtest.Fault{Hang: true})
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, cloud.URL()+pathTokens, strings.NewReader(`{"name":"n","scopes":[]}`))
	if err != nil {
		t.Fatal(err)
	}
	reply, err := (&http.Transport{}).RoundTrip(req)
	if err == nil {
		_ = reply.Body.Close()
	}
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("error %v, want the deadline's", err)
	}
	closed := make(chan struct{})
	go func() { defer close(closed); cloud.Close() }()
	select {
	case <-closed:
	case <-time.After(10 * time.Second):
		t.Fatal("the server still waits for who left")
	}
}

func TestPatternOfAFault(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		patterns []string // their faults are 501, 502, …
		method   string
		path     string
		want     int // 0 for none
	}{
		"path":                    {[]string{pathUser}, "GET", pathUser, 501},
		"path, any method":        {[]string{pathUser}, "DELETE", pathUser, 501},
		"another path":            {[]string{pathUser}, "GET", pathTokens, 0},
		"longer path":             {[]string{pathTokens}, "DELETE", pathTokens + "/u", 0},
		"method":                  {[]string{"POST " + pathTokens}, "POST", pathTokens, 501},
		"another method":          {[]string{"POST " + pathTokens}, "GET", pathTokens, 0},
		"open":                    {[]string{"DELETE " + pathTokens + "/*"}, "DELETE", pathTokens + "/u", 501},
		"open, nothing behind":    {[]string{pathTokens + "*"}, "GET", pathTokens, 501},
		"open, not there":         {[]string{pathTokens + "/*"}, "GET", pathTokens, 0},
		"all":                     {[]string{"*"}, "GET", pathUser, 501},
		"longer before shorter":   {[]string{"/api/*", "/api/v1/*", "*"}, "GET", pathUser, 502},
		"whole before open":       {[]string{"GET " + pathUser + "*", pathUser}, "GET", pathUser, 502},
		"longer before a method":  {[]string{"GET *", "/api/*"}, "GET", pathUser, 502},
		"method before none":      {[]string{pathUser, "GET " + pathUser}, "GET", pathUser, 502},
		"method before any, open": {[]string{"/api/*", "GET /api/*"}, "GET", pathUser, 502},
		"the last of two":         {[]string{pathUser, pathUser}, "GET", pathUser, 502},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cloud := cloudtest.New(t, config())
			for i, pattern := range test.patterns {
				cloud.Fail(pattern, cloudtest.Fault{Status: 501 + i})
			}
			got, err := send(t, test.method, cloud.URL()+test.path, tokenDeveloper, "")
			if err != nil {
				t.Fatal(err)
			}
			if got.Status != test.want && (test.want != 0 || got.Status > 500) {
				t.Errorf("got %v, want %d", got, test.want)
			}
		})
	}
}

// TestFaultAfterTheWork has the answer lost, in every way, of what was done.
func TestFaultAfterTheWork(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		fault  cloudtest.Fault
		status int // 0 where no whole answer arrives
	}{
		"closed":      {cloudtest.Fault{Close: true}, 0},
		"cut in half": {cloudtest.Fault{Cut: true}, 0},
		"cut":         {cloudtest.Fault{Cut: true, Body: `{"uid`}, 0},
		"failed":      {cloudtest.Fault{Status: 502}, 502},
		"late":        {cloudtest.Fault{Latency: time.Millisecond}, 200},
		"nothing":     {cloudtest.Fault{}, 200},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cloud := cloudtest.New(t, config())
			test.fault.After, test.fault.Times = true, 1
			cloud.Fail("POST "+pathTokens, test.fault)
			made, err := send(t, http.MethodPost, cloud.URL()+pathTokens, tokenDeveloper, `{"name":"n","scopes":[]}`)
			if (err != nil) != (test.status == 0) || (err == nil && made.Status != test.status) {
				t.Errorf("creating gives %v, %v; want %d", made, err, test.status)
			}
			if told := made.Body["token"] != nil; told != (test.status == http.StatusOK) {
				t.Errorf("the value is told: %v", told)
			}
			tokens := cloud.Tokens()
			if len(tokens) != len(config().Tokens)+1 {
				t.Fatalf("there are %d tokens", len(tokens))
			}
			uid := tokens[len(tokens)-1].UID
			cloud.Fail("DELETE "+pathTokens+"/*", test.fault)
			if _, err := send(t, http.MethodDelete, cloud.URL()+pathTokens+"/"+uid, tokenDeveloper, ""); (err != nil) != (test.status == 0) {
				t.Errorf("deleting: %v", err)
			}
			if got := len(cloud.Tokens()); got != len(config().Tokens) {
				t.Errorf("there are %d tokens, want the made one deleted", got)
			}
		})
	}
}

func TestTLSWithItsOwnAuthority(t *testing.T) {
	t.Parallel()
	cfg := config()
	cfg.TLS = true
	cloud := cloudtest.New(t, cfg)
	if !strings.HasPrefix(cloud.URL(), "https://") || len(cloud.Certificate()) == 0 {
		t.Fatalf("%s with %d bytes of certificate", cloud.URL(), len(cloud.Certificate()))
	}
	if reply, err := get(t, cloud.URL()+pathUser, management, tokenDeveloper); err == nil {
		_ = reply.Body.Close()
		t.Error("the system's authorities trust the stand-in")
	}
}
