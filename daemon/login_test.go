package daemon_test

import (
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/bento-cred/bento-cred/internal/cloudtest"
	"github.com/bento-cred/bento-cred/internal/credential"
	"github.com/bento-cred/bento-cred/ipc"
	"github.com/bento-cred/bento-cred/ipc/management"
)

// The tokens a test's cloud knows beside goodToken.
const (
	endpointToken = "made-up-token-endpoints"
	callsToken    = "made-up-token-endpoints-alone"
	expiredToken  = "made-up-token-expired"
)

// newCloud starts a cloud that knows goodToken.
func newCloud(t *testing.T) *cloudtest.Cloud {
	t.Helper()
	return cloudtest.New(t, cloudtest.Config{
		HideValues: true,
		Tokens: []cloudtest.Token{
			{Value: goodToken, Name: "good", Developer: true, AllEndpoints: true},
			{Value: endpointToken, Name: "endpoints", Developer: true, AllEndpoints: true},
			{Value: callsToken, Name: "calls", AllEndpoints: true},
			{Value: expiredToken, Name: "old", Developer: true, Expires: time.Now().Add(-time.Hour)},
		},
	})
}

// snapshot returns every file below the daemon's data directory with its content.
func (h *house) snapshot() string {
	h.t.Helper()
	var all strings.Builder
	err := filepath.WalkDir(h.config.DataDir, func(path string, entry os.DirEntry, err error) error {
		if entry.IsDir() && entry.Name() == "audit" {
			return filepath.SkipDir // of what is decided it grows
		}
		if err != nil || entry.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		all.WriteString(path + "\n" + string(data) + "\n")
		return err
	})
	if err != nil {
		h.t.Fatal(err)
	}
	return all.String()
}

// TestLoginThatFailsChangesNothing has the cloud fail in every way it can; each has its
// own code and a next step, and what was kept before is kept after.
func TestLoginThatFailsChangesNothing(t *testing.T) {
	t.Parallel()
	const user, organization = "/api/v1/auth/current", "/api/v1/current_org"
	elsewhere := cloudtest.New(t, cloudtest.Config{})
	reply := func(status int, body string) cloudtest.Fault { return cloudtest.Fault{Status: status, Body: body} }
	tests := map[string]struct {
		path  string
		fault cloudtest.Fault
		want  ipc.Code
	}{
		"401":                      {user, reply(http.StatusUnauthorized, `{"message":"no"}`), ipc.TokenRefused},
		"401, empty":               {user, reply(http.StatusUnauthorized, ""), ipc.TokenRefused},
		"403, message":             {user, reply(http.StatusForbidden, `{"message":"no"}`), ipc.TokenRefused},
		"403, error":               {user, reply(http.StatusForbidden, `{"error":"no"}`), ipc.TokenRefused},
		"403 for the organization": {organization, reply(http.StatusForbidden, ""), ipc.TokenRefused},
		"not BentoCloud":           {user, cloudtest.Page(http.StatusNotFound), ipc.Unreachable},
		"a page":                   {user, cloudtest.Page(http.StatusOK), ipc.Unreachable},
		"empty":                    {user, reply(http.StatusOK, ""), ipc.BadReply},
		"not JSON":                 {organization, reply(http.StatusOK, "{"), ipc.BadReply},
		"broken":                   {user, cloudtest.Oops("trace-1"), ipc.UpstreamFailed},
		"redirect away":            {user, cloudtest.Redirect(elsewhere.URL() + user), ipc.Redirected},
		"silence":                  {user, cloudtest.Fault{Hang: true}, ipc.TimedOut},
		"hangs up":                 {user, cloudtest.Fault{Close: true}, ipc.Unreachable},
	}
	h := newHouse(t)
	h.writeConfig("[login]\ntimeout = \"1s\"\n")
	h.restart()
	h.login("default")
	before := h.snapshot()
	for name, test := range tests {
		h.cloud.Heal()
		h.cloud.Fail(test.path, test.fault)
		_, err := h.Login(t.Context(), management.Login{
			Context: "default", Endpoint: h.cloud.URL(), Token: credential.NewSecret(endpointToken),
		})
		if !errors.Is(err, test.want) || err != nil && ipc.AsError(err).Hint == "" {
			t.Errorf("%s: error %v, want code %q and a hint", name, err, test.want)
		}
		if err != nil && strings.Contains(err.Error(), endpointToken) {
			t.Errorf("%s: the error holds the token", name)
		}
	}
	if h.snapshot() != before {
		t.Error("a login that failed changed what is kept")
	}
	if len(elsewhere.Requests()) > 0 {
		t.Error("a redirect was followed to another host")
	}
}

func TestLoginRefusesBeforeItAsksTheCloud(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	good := management.Login{Context: "default", Endpoint: h.cloud.URL(), Token: credential.NewSecret(goodToken)}
	tests := map[string]func(*management.Login){
		"a name with a slash":  func(l *management.Login) { l.Context = "../default" },
		"a name for an option": func(l *management.Login) { l.Context = "-x" },
		"plain http":           func(l *management.Login) { l.Endpoint = "http://cloud.example" },
		"userinfo":             func(l *management.Login) { l.Endpoint = "https://me@cloud.example" },
		"a kind nobody knows":  func(l *management.Login) { l.Kind = "royal" },
		"expired by then":      func(l *management.Login) { l.Expires = "2020-01-01T00:00:00Z" },
		"a token with a tab":   func(l *management.Login) { l.Token = credential.NewSecret("made\tup") },
		"a token with a space": func(l *management.Login) { l.Token = credential.NewSecret(" made-up") },
	}
	for name, change := range tests {
		login := good
		change(&login)
		if _, err := h.Login(t.Context(), login); !errors.Is(err, ipc.Usage) || ipc.AsError(err).Hint == "" {
			t.Errorf("%s: error %v, want usage with a hint", name, err)
		}
	}
	if requests := h.cloud.Requests(); len(requests) > 0 {
		t.Errorf("the cloud was asked: %v", requests)
	}
	_, err := h.Login(t.Context(), management.Login{Endpoint: h.cloud.URL(), Token: credential.NewSecret(expiredToken)})
	if !errors.Is(err, ipc.TokenRefused) {
		t.Errorf("an expired token: error %v, want refused", err)
	}
}

// TestLoginTriesTheStoreFirst guards against a token that was made, told of, and then
// lost because it could not be kept.
func TestLoginTriesTheStoreFirst(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.end()
	if err := os.RemoveAll(filepath.Join(h.config.DataDir, "store")); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(h.config.DataDir, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(h.config.DataDir, "store"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(h.config.StateFile); err != nil && !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
	h.start()
	_, err := h.Login(t.Context(), management.Login{Endpoint: h.cloud.URL(), Token: credential.NewSecret(goodToken)})
	if err == nil {
		t.Fatal("a login worked without a store")
	}
	if requests := h.cloud.Requests(); len(requests) > 0 {
		t.Errorf("the cloud was asked before the store: %v", requests)
	}
}

func TestLoginsOfOneContext(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ctx := t.Context()
	h.login("default")
	h.login("default") // the same again changes nothing
	_, err := h.Login(ctx, management.Login{
		Endpoint: h.cloud.URL(), Token: credential.NewSecret(endpointToken), Access: credential.Access{AllEndpoints: true},
	})
	if err != nil {
		t.Fatal(err)
	}
	shown, err := h.Context(ctx, ipc.Selection{})
	if err != nil || len(shown.Tokens) != 2 {
		t.Fatalf("Context() = %+v, %v; want two tokens", shown, err)
	}
	for access, want := range map[string]string{"": goodToken, "endpoints": endpointToken, "endpoints:one": endpointToken} {
		got, err := h.Credential(ctx, ipc.Request{Access: access})
		if err != nil || got.Value.Reveal() != want {
			t.Errorf("access %q: another token, %v", access, err)
		}
	}
	got, err := h.Credential(ctx, ipc.Request{Access: "endpoints"})
	if err != nil || got.Header != "Authorization" {
		t.Errorf("header %q, %v", got.Header, err)
	}
}

// TestLoginWithATokenForEndpointsAlone has a cloud that does not tell such a token whose
// it is; whether BentoCloud does is not known.
func TestLoginWithATokenForEndpointsAlone(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ctx := t.Context()
	login := management.Login{Endpoint: h.cloud.URL(), Token: credential.NewSecret(callsToken)}
	if _, err := h.Login(ctx, login); !errors.Is(err, ipc.TokenRefused) {
		t.Errorf("without a word on its access: %v, want refused", err)
	}
	login.Access = credential.Access{AllEndpoints: true}
	in, err := h.Login(ctx, login)
	if err != nil || len(in.Warnings) == 0 || in.Context.User != "" {
		t.Fatalf("Login() = %+v, %v; want a warning", in, err)
	}
	if got, err := h.Credential(ctx, ipc.Request{Access: "endpoints"}); err != nil || got.Value.Reveal() != callsToken {
		t.Errorf("endpoints: %v", err)
	}
	if _, err := h.Credential(ctx, ipc.Request{}); !errors.Is(err, ipc.AccessMissing) {
		t.Errorf("developer: %v, want access_missing", err)
	}
	h.login("default") // now it is known whose the context is, and both tokens are kept
	shown, err := h.Context(ctx, ipc.Selection{})
	if err != nil || shown.User == "" || len(shown.Tokens) != 2 {
		t.Errorf("Context() = %+v, %v", shown, err)
	}
	login.Token = credential.NewSecret("made-up-token-nobody-knows")
	if _, err := h.Login(ctx, login); !errors.Is(err, ipc.TokenRefused) {
		t.Errorf("a token the endpoint does not know: %v, want refused", err)
	}
}

func TestLoginElsewhereNeedsAWord(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.login("default")
	other := cloudtest.New(t, cloudtest.Config{
		Organization: "umbrella", Tokens: []cloudtest.Token{{Value: goodToken, Developer: true}},
	})
	login := management.Login{Context: "default", Endpoint: other.URL(), Token: credential.NewSecret(goodToken)}
	if _, err := h.Login(t.Context(), login); !errors.Is(err, ipc.Exists) {
		t.Fatalf("error %v, want exists", err)
	}
	if shown, err := h.Context(t.Context(), ipc.Selection{}); err != nil || shown.Endpoint != h.cloud.URL() {
		t.Errorf("the context was changed: %+v, %v", shown, err)
	}
	login.Replace = true
	if _, err := h.Login(t.Context(), login); err != nil {
		t.Fatal(err)
	}
	shown, err := h.Context(t.Context(), ipc.Selection{})
	if err != nil || shown.Organization != "umbrella" || len(shown.Tokens) != 1 {
		t.Errorf("Context() = %+v, %v", shown, err)
	}
}
