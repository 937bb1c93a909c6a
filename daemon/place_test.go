package daemon_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/bento-cred/bento-cred/internal/cloudtest"
	"github.com/bento-cred/bento-cred/internal/credential"
	"github.com/bento-cred/bento-cred/ipc"
	"github.com/bento-cred/bento-cred/ipc/management"
)

// The tokens of an estate.
const (
	everyToken = "made-up-token-for-every-endpoint"
	oneToken   = "made-up-token-for-summarise"
)

// newEstate starts a daemon that is logged in, with three tokens, to a cloud with a
// protected, a public and another deployment.
func newEstate(t *testing.T) (*house, *clock) {
	t.Helper()
	h, c := newCare(t, seldom, cloudtest.Config{
		Deployments: []cloudtest.Deployment{{Name: "summarise"}, {Name: "open", Public: true}, {Name: "translate"}},
		Tokens: []cloudtest.Token{
			{Value: goodToken, Name: "good", Developer: true},
			{Value: everyToken, Name: "every", AllEndpoints: true},
			{Value: oneToken, Name: "one", Deployments: []string{"summarise"}},
		},
	})
	for value, access := range map[string]credential.Access{
		goodToken: {Developer: true}, everyToken: {AllEndpoints: true}, oneToken: {Deployments: []string{"summarise"}},
	} {
		_, err := h.Login(t.Context(), management.Login{Context: "default", Endpoint: h.cloud.URL(), Token: credential.NewSecret(value), Access: access})
		if err != nil {
			t.Fatal(err)
		}
	}
	t.Cleanup(func() { h.keepsSecret(h.cloud) })
	return h, c
}

// at returns the answer for a URL.
func (h *house) at(url string) (ipc.Credential, error) {
	return h.Credential(h.t.Context(), ipc.Request{URL: url})
}

func TestATokenForAURL(t *testing.T) {
	t.Parallel()
	h, _ := newEstate(t)
	summarise, open, translate := h.cloud.DeploymentURL("summarise"), h.cloud.DeploymentURL("open"), h.cloud.DeploymentURL("translate")
	tests := map[string]struct {
		request ipc.Request
		header  string
		field   string
	}{
		"the management API":     {ipc.Request{URL: h.cloud.URL() + "/api/v1/api_tokens?start=0"}, "X-YATAI-API-TOKEN", goodToken},
		"its websockets":         {ipc.Request{URL: strings.Replace(h.cloud.URL(), "http", "ws", 1) + "/ws/v1"}, "X-YATAI-API-TOKEN", goodToken},
		"one deployment":         {ipc.Request{URL: summarise + "/v1/chat"}, "Authorization", "Bearer " + oneToken},
		"another deployment":     {ipc.Request{URL: translate}, "Authorization", "Bearer " + everyToken},
		"one that is public":     {ipc.Request{URL: open + "/docs"}, "", ""},
		"by name":                {ipc.Request{Deployment: "summarise"}, "Authorization", "Bearer " + oneToken},
		"by name, another":       {ipc.Request{Deployment: "translate"}, "Authorization", "Bearer " + everyToken},
		"by name, public":        {ipc.Request{Deployment: "open"}, "", ""},
		"of a context by name":   {ipc.Request{URL: summarise, Selection: ipc.Selection{Context: "default", Source: ipc.SourceFlag}}, "Authorization", "Bearer " + oneToken},
		"whatever the shell has": {ipc.Request{URL: summarise, Selection: ipc.Selection{Context: "nobody's", Source: ipc.SourceVariable}}, "Authorization", "Bearer " + oneToken},
	}
	for name, test := range tests {
		got, err := h.Credential(t.Context(), test.request)
		if err != nil || got.Header != test.header || got.Field().Reveal() != test.field || got.Public != (test.field == "") {
			t.Errorf("%s: header %q, public %v, %v", name, got.Header, got.Public, err)
		}
		if got.Context != "default" || !strings.HasPrefix(strings.Replace(test.request.URL, "ws:", "http:", 1), got.URL) && test.request.URL != "" || got.URL == "" {
			t.Errorf("%s: of context %q, for %q", name, got.Context, got.URL)
		}
	}
	if got := asked(h.cloud, "GET /api/v2/deployments"); got > 4 {
		t.Errorf("the deployments were asked for %d times, want once each and the list", got)
	}
}

// TestATokenIsForNoOtherHost asks with what attackers and typing errors make of a URL.
func TestATokenIsForNoOtherHost(t *testing.T) {
	t.Parallel()
	h, _ := newEstate(t)
	own := h.cloud.DeploymentURL("summarise")
	if _, err := h.at(own); err != nil {
		t.Fatal(err)
	}
	host := strings.TrimPrefix(own, "http://")
	port := own[strings.LastIndex(own, ":")+1:]
	urls := []string{
		"https://" + host, "http://localhost:" + port, "http://127.0.0.2:" + port, "http://[::1]:" + port, own + "0", own[:len(own)-1],
		own + ".evil.example", own + "@evil.example", own + ":80@evil.example", "http://evil.example@" + host, own + "\\@evil.example",
		own + "#@evil.example", own + "?@evil.example", "http:\\\\" + host, "http:" + host, "//" + host, host, " " + own, own + "\n", own + "\r\nX-A: b",
		own + "%2eevil.example", "http://evil.example/" + own, "http://0177.0.0.1:" + port, "http://2130706433:" + port, "http://127.1:" + port,
		"http://\uff11\uff12\uff17.0.0.1.evil.example:" + port, "javascript://" + host, "file://" + host, "ftp://" + host, "", "https://",
		"https://evil.example/?" + own, "https://127.0.0.1." + "evil.example:" + port, "https://\u0430pp.example",
	}
	for _, url := range urls {
		if url == "" {
			continue // that asks for no URL
		}
		got, err := h.at(url)
		if err == nil || !got.Value.IsZero() {
			t.Errorf("%q was given a token", url)
		}
		if code := ipc.AsError(err).Code; code != ipc.UnknownHost && code != ipc.Usage || ipc.AsError(err).Hint == "" {
			t.Errorf("%q: error %v, code %q; want unknown_host or usage with a hint", url, err, code)
		}
	}
	for name, request := range map[string]ipc.Request{
		"two questions": {URL: own, Deployment: "summarise"}, "an access, too": {URL: own, Access: "developer"}, "access and name": {Deployment: "open", Access: "endpoints"},
	} {
		if _, err := h.Credential(t.Context(), request); !errors.Is(err, ipc.Usage) {
			t.Errorf("%s: %v, want usage", name, err)
		}
	}
}

// TestTwoOwners: a context that a person names has to own the host, and of several the
// current one goes first.
func TestTwoOwners(t *testing.T) {
	t.Parallel()
	h, _ := newEstate(t)
	own := h.cloud.DeploymentURL("summarise")
	for _, name := range []string{"second", "third"} {
		_, err := h.Login(t.Context(), management.Login{
			Context: name, Endpoint: h.cloud.URL(), Token: credential.NewSecret(goodToken), Access: credential.Access{Developer: true},
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	elsewhere := h.loginElsewhere("elsewhere")
	ask := func(url, context, source string) (ipc.Credential, error) {
		return h.Credential(t.Context(), ipc.Request{URL: url, Selection: ipc.Selection{Context: context, Source: source}})
	}
	if _, err := ask(own, "elsewhere", ipc.SourceFlag); !errors.Is(err, ipc.UnknownHost) || !strings.Contains(err.Error(), "does not own") {
		t.Errorf("of a context that does not own it: %v", err)
	}
	if _, err := ask(elsewhere.URL(), "default", ipc.SourceFlag); !errors.Is(err, ipc.UnknownHost) {
		t.Errorf("another's endpoint: %v", err)
	}
	if _, err := ask(own, "second", ipc.SourceFlag); !errors.Is(err, ipc.AccessMissing) {
		t.Errorf("of one without a token for it: %v, want access_missing", err)
	}
	if got, err := ask(h.cloud.URL(), "third", ipc.SourceVariable); err != nil || got.Context != "third" {
		t.Errorf("of the environment's: %q, %v", got.Context, err)
	}
	if err := h.UseContext(t.Context(), "elsewhere"); err != nil {
		t.Fatal(err)
	}
	if _, err := ask(h.cloud.URL(), "", ""); !errors.Is(err, ipc.UnknownHost) || !strings.Contains(err.Error(), "several") {
		t.Errorf("of several, none of them current: %v", err)
	}
	if got, err := ask(elsewhere.URL()+"/x", "", ""); err != nil || got.Context != "elsewhere" {
		t.Errorf("of one: %q, %v", got.Context, err)
	}
}

// TestBoundHosts are a context's own like its deployments, also for the next daemon.
func TestBoundHosts(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	h, _ := newEstate(t)
	const gateway = "https://ai.acme.example:8443"
	if _, err := h.at(gateway + "/v1"); !errors.Is(err, ipc.UnknownHost) || !strings.Contains(ipc.AsError(err).Hint, "host add "+gateway) {
		t.Errorf("before: %v", err)
	}
	if _, err := h.AddHost(ctx, management.Binding{URL: gateway + "/v1"}); err != nil {
		t.Fatal(err)
	}
	if got, err := h.at(gateway + "/v1"); err != nil || got.Field().Reveal() != "Bearer "+everyToken {
		t.Errorf("of nobody knows which deployment: token %s, %v", got.TokenUID, err)
	}
	if _, err := h.AddHost(ctx, management.Binding{URL: gateway, Deployment: "summarise"}); err != nil {
		t.Fatal(err)
	}
	h.restart()
	if got, err := h.at(gateway + "/v1"); err != nil || got.Field().Reveal() != "Bearer "+oneToken {
		t.Errorf("of one deployment, after a restart: token %s, %v", got.TokenUID, err)
	}
	// A binding without a name to the address of a deployment is as good as one with it.
	own := h.cloud.DeploymentURL("summarise")
	if _, err := h.AddHost(ctx, management.Binding{URL: own}); err != nil {
		t.Fatal(err)
	}
	if got, err := h.at(own); err != nil || got.Field().Reveal() != "Bearer "+oneToken {
		t.Errorf("bound, and known to the cloud: token %s, %v", got.TokenUID, err)
	}
	if _, err := h.AddHost(ctx, management.Binding{URL: h.cloud.URL()}); !errors.Is(err, ipc.Exists) {
		t.Errorf("its own endpoint: %v, want exists", err)
	}
	list, err := h.Hosts(ctx, ipc.Selection{})
	if err != nil || len(list) < 3 || list[0].URL != h.cloud.URL() {
		t.Errorf("Hosts() = %+v, %v", list, err)
	}
	if _, err := h.RemoveHost(ctx, management.Binding{URL: h.cloud.DeploymentURL("open")}); !errors.Is(err, ipc.NotFound) {
		t.Errorf("removing what the cloud told: %v, want not_found", err)
	}
	_, err = h.Login(ctx, management.Login{
		Context: "default", Endpoint: h.cloud.URL(), Token: credential.NewSecret(goodToken), Access: credential.Access{Developer: true},
	})
	if got, err2 := h.at(gateway); err != nil || err2 != nil || got.Public {
		t.Errorf("after another login of the same: %v, %v", err, err2)
	}
}
