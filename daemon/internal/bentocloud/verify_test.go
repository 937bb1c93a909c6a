package bentocloud_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/bento-cred/bento-cred/daemon/internal/bentocloud"
	"github.com/bento-cred/bento-cred/internal/cloudtest"
	"github.com/bento-cred/bento-cred/internal/credential"
	"github.com/bento-cred/bento-cred/internal/endpoint"
)

const (
	needle   = "made-up-hunter2"
	pathUser = "/api/v1/auth/current"
	pathOrg  = "/api/v1/current_org"
)

// token is the one every cloud of these tests knows.
var token = credential.NewSecret(needle)

// start returns a cloud that knows token.
func start(t *testing.T, cfg cloudtest.Config) *cloudtest.Cloud {
	t.Helper()
	cfg.Tokens = append(cfg.Tokens, cloudtest.Token{Value: needle, Name: "mine", Developer: true})
	return cloudtest.New(t, cfg)
}

// client returns a client that is quick to give up.
func client(t *testing.T, cfg bentocloud.Config) *bentocloud.Client {
	t.Helper()
	if cfg.Timeout == 0 {
		cfg.Timeout = 5 * time.Second
	}
	c := bentocloud.New(cfg)
	t.Cleanup(c.Close)
	return c
}

func TestVerify(t *testing.T) {
	t.Parallel()
	cloud := start(t, cloudtest.Config{Organization: "analytical engines"})
	want := bentocloud.Account{
		User: "ada", Email: "ada@acme.example", FirstName: "Ada", LastName: "Made-Up", Organization: "analytical engines",
	}
	got, err := client(t, bentocloud.Config{UserAgent: "bento-cred/1.2.3"}).Verify(t.Context(), cloud.URL()+"/", token)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	var paths []string
	for _, request := range cloud.Requests() {
		paths = append(paths, request.Method+" "+request.Path)
		if request.Management != cloudtest.Fingerprint(needle) || request.Bearer != "" {
			t.Errorf("the token went out in another way: %v", request)
		}
	}
	if diff := cmp.Diff([]string{"GET " + pathUser, "GET " + pathOrg}, paths); diff != "" {
		t.Errorf("requests -want +got:\n%s", diff)
	}
}

func TestVerifyOverTLS(t *testing.T) {
	t.Parallel()
	cloud := start(t, cloudtest.Config{TLS: true})
	got, err := client(t, bentocloud.Config{RootCAs: cloud.Authorities()}).Verify(t.Context(), cloud.URL(), token)
	if err != nil || got.User != "ada" {
		t.Errorf("Verify() = %v, %v", got, err)
	}
}

// fails makes sure that err is an *Error of a kind, with words a person needs and
// without the token.
func fails(t *testing.T, err, kind error, words ...string) {
	t.Helper()
	var failure *bentocloud.Error
	if !errors.As(err, &failure) || !errors.Is(err, kind) {
		t.Fatalf("error %v, want one of kind %q", err, kind)
	}
	if failure.Kind != kind { //nolint:errorlint // The very sentinel is asked for, not what it wraps.
		t.Errorf("kind %q, want %q itself", failure.Kind, kind)
	}
	for _, word := range words {
		if !strings.Contains(err.Error(), word) {
			t.Errorf("error %q, want %q in it", err, word)
		}
	}
	if failure.Hint() == "" {
		t.Errorf("no hint for %v", err)
	}
	if strings.Contains(err.Error(), "hunter2") {
		t.Errorf("the token is shown: %v", err)
	}
}

func TestVerifyOfATokenThatIsNotTaken(t *testing.T) {
	t.Parallel()
	expired := time.Now().Add(-time.Hour)
	tests := map[string]struct {
		manner cloudtest.Manner
		token  cloudtest.Token
		want   error
		status int
	}{
		"unknown, Yatai":        {cloudtest.Yatai, cloudtest.Token{}, bentocloud.ErrTokenUnknown, 403},
		"unknown, unauthorized": {cloudtest.Unauthorized, cloudtest.Token{}, bentocloud.ErrTokenUnknown, 401},
		"unknown, empty":        {cloudtest.Empty, cloudtest.Token{}, bentocloud.ErrRefused, 401},
		"expired, Yatai":        {cloudtest.Yatai, cloudtest.Token{Developer: true, Expires: expired}, bentocloud.ErrRefused, 403},
		"expired, unauthorized": {cloudtest.Unauthorized, cloudtest.Token{Developer: true, Expires: expired}, bentocloud.ErrRefused, 401},
		"for endpoints only":    {cloudtest.Yatai, cloudtest.Token{AllEndpoints: true}, bentocloud.ErrScope, 400},
		"scope missing": {
			cloudtest.Yatai, cloudtest.Token{Developer: true, Scopes: []string{"read_cluster"}}, bentocloud.ErrScope, 400,
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cloud := start(t, cloudtest.Config{Manner: test.manner})
			value := credential.NewSecret("made-up-nobody")
			if test.token.Developer || test.token.AllEndpoints {
				test.token.Value = value.Reveal()
				cloud.AddToken(test.token)
			}
			_, err := client(t, bentocloud.Config{}).Verify(t.Context(), cloud.URL(), value)
			fails(t, err, test.want, cloud.URL())
			var failure *bentocloud.Error
			if errors.As(err, &failure) && failure.Status != test.status {
				t.Errorf("status %d, want %d", failure.Status, test.status)
			}
			if refused := errors.Is(err, bentocloud.ErrRefused); refused == errors.Is(err, bentocloud.ErrScope) {
				t.Errorf("refused: %v; a missing scope is no refusal of the token", refused)
			}
		})
	}
}

func TestVerifyOfABadToken(t *testing.T) {
	t.Parallel()
	tests := map[string]string{
		"empty":          "",
		"line break":     "hunter2\r\nX-Evil: 1",
		"trailing break": "hunter2\n",
		"leading space":  " hunter2",
		"trailing space": "hunter2 ",
		"NUL":            "hunter2\x00",
		"DEL":            "hunter2\x7f",
		"huge":           strings.Repeat("hunter2", 2000),
	}
	cloud := start(t, cloudtest.Config{})
	for name, value := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := client(t, bentocloud.Config{}).Verify(t.Context(), cloud.URL(), credential.NewSecret(value))
			fails(t, err, bentocloud.ErrToken)
		})
	}
	t.Cleanup(func() {
		if got := cloud.Requests(); len(got) != 0 {
			t.Errorf("something was sent: %v", got)
		}
	})
}

func TestVerifyOfABadEndpoint(t *testing.T) {
	t.Parallel()
	_, err := client(t, bentocloud.Config{}).Verify(t.Context(), "http://cloud.example.com", token)
	if !errors.Is(err, endpoint.ErrPlainHTTP) {
		t.Errorf("error %v, want %v", err, endpoint.ErrPlainHTTP)
	}
}

func TestVerifyOfCancelled(t *testing.T) {
	t.Parallel()
	cloud := start(t, cloudtest.Config{})
	cloud.Fail(pathUser, cloudtest.Fault{Hang: true})
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(20*time.Millisecond, cancel)
	_, err := client(t, bentocloud.Config{}).Verify(ctx, cloud.URL(), token)
	if !errors.Is(err, context.Canceled) || errors.Is(err, bentocloud.ErrTimeout) {
		t.Errorf("error %v, want %v", err, context.Canceled)
	}
}

// TestNothingListens asks a port that was free a moment ago.
func TestNothingListens(t *testing.T) {
	t.Parallel()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := listener.Addr().String()
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	_, err = client(t, bentocloud.Config{}).Verify(t.Context(), "http://"+address, token)
	fails(t, err, bentocloud.ErrUnreachable, address)
}

func TestNameThatDoesNotResolve(t *testing.T) {
	t.Parallel()
	direct := bentocloud.Config{Proxy: func(*http.Request) (*url.URL, error) { return nil, nil }}
	_, err := client(t, direct).Verify(t.Context(), "https://nobody.invalid", token)
	fails(t, err, bentocloud.ErrUnreachable, "nobody.invalid")
}

// TestLocalhostNeedsNoDNS calls a name below localhost that no resolver is asked for.
func TestLocalhostNeedsNoDNS(t *testing.T) {
	t.Parallel()
	cloud := start(t, cloudtest.Config{})
	address := strings.Replace(cloud.URL(), "127.0.0.1", "any-name.localhost", 1)
	if _, err := client(t, bentocloud.Config{}).Verify(t.Context(), address, token); err != nil {
		t.Fatal(err)
	}
	if !slices.ContainsFunc(cloud.Requests(), func(r cloudtest.Request) bool { return strings.HasPrefix(r.Host, "any-name.localhost:") }) {
		t.Errorf("the host was not kept: %v", cloud.Requests())
	}
}
