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
