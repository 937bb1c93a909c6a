package daemon_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/bento-cred/bento-cred/internal/cloudtest"
	"github.com/bento-cred/bento-cred/internal/credential"
	"github.com/bento-cred/bento-cred/ipc"
	"github.com/bento-cred/bento-cred/ipc/management"
)

const callCreate = "POST /api/v1/api_tokens"

// newOffice starts a daemon that is logged in to a cloud with two deployments.
func newOffice(t *testing.T, cloud cloudtest.Config) *house {
	t.Helper()
	cloud.Deployments = []cloudtest.Deployment{{Name: "summarise"}, {Name: "translate"}}
	h, _ := newCare(t, seldom, cloud)
	h.login("default")
	t.Cleanup(func() { h.keepsSecret(h.cloud) })
	return h
}

// made returns the token of that name at the cloud.
func (h *house) made(name string) (cloudtest.Token, bool) {
	all := h.cloud.Tokens()
	i := slices.IndexFunc(all, func(token cloudtest.Token) bool { return token.Name == name })
	if i < 0 {
		return cloudtest.Token{}, false
	}
	return all[i], true
}

func TestCreateToken(t *testing.T) {
	t.Parallel()
	h := newOffice(t, cloudtest.Config{})
	expires := time.Now().Add(48 * time.Hour).UTC().Truncate(time.Second)
	tests := map[string]struct {
		wish management.NewToken
		want cloudtest.Token // what the cloud has, of what is compared
	}{
		"developer": {
			management.NewToken{Access: credential.Access{Developer: true}},
			cloudtest.Token{Developer: true, Scopes: []string{"api"}},
		},
		"every endpoint": {
			management.NewToken{Access: credential.Access{AllEndpoints: true}},
			cloudtest.Token{AllEndpoints: true},
		},
		"some endpoints": {
			management.NewToken{Access: credential.Access{Deployments: []string{"summarise", "translate"}}},
			cloudtest.Token{Deployments: []string{"summarise", "translate"}},
		},
		"both": {
			management.NewToken{Access: credential.Access{Developer: true, Deployments: []string{"translate"}}},
			cloudtest.Token{Developer: true, Scopes: []string{"api"}, Deployments: []string{"translate"}},
		},
		"all of them, and one": {
			management.NewToken{Access: credential.Access{AllEndpoints: true, Deployments: []string{"nowhere"}}},
			cloudtest.Token{AllEndpoints: true},
		},
		"scopes": {
			management.NewToken{Scopes: []string{"read_cluster", "read_organization"}},
			cloudtest.Token{Developer: true, Scopes: []string{"read_cluster", "read_organization"}},
		},
		"the organization's": {
			management.NewToken{Access: credential.Access{Developer: true}, Organization: true},
			cloudtest.Token{Developer: true, Scopes: []string{"api"}, Organization: true},
		},
		"described, and it ends": {
			management.NewToken{
				Access: credential.Access{Developer: true}, Description: "für die CI, 2 × am Tag", Expires: expires.Format(time.RFC3339),
			},
			cloudtest.Token{Developer: true, Scopes: []string{"api"}, Description: "für die CI, 2 × am Tag", Expires: expires},
		},
	}
	for name, test := range tests {
		for _, keep := range []bool{false, true} {
			wish := test.wish
			wish.Name, wish.Keep = name+map[bool]string{false: ", shown", true: ", kept"}[keep], keep
			h.tryCreate(wish, test.want)
		}
	}
	if got, _ := h.made("developer, kept"); asked(h.cloud, callCreate) != 2*len(tests) || got.UID == "" {
		t.Errorf("%d requests made tokens, want one for each", asked(h.cloud, callCreate))
	}
	h.restart()
	for _, need := range []string{"developer", "endpoints:summarise", "endpoints"} {
		if _, err := h.Credential(t.Context(), ipc.Request{Access: need}); err != nil {
			t.Errorf("after a restart, %s: %v", need, err)
		}
	}
}

// tryCreate makes a token and checks what the cloud has and what is told and kept of it.
func (h *house) tryCreate(wish management.NewToken, want cloudtest.Token) {
	h.t.Helper()
	ctx := h.t.Context()
	created, err := h.CreateToken(ctx, wish)
	if err != nil || len(created.Unconfirmed) != 0 {
		h.t.Errorf("%s: %v, unconfirmed: %q", wish.Name, err, created.Unconfirmed)
		return
	}
	got, _ := h.made(wish.Name)
	uid, value := got.UID, got.Value
	slices.Sort(got.Deployments)
	got = cloudtest.Token{
		Description: got.Description, Scopes: got.Scopes, Developer: got.Developer, AllEndpoints: got.AllEndpoints,
		Deployments: got.Deployments, Organization: got.Organization, Expires: got.Expires,
	}
	if len(got.Scopes) == 0 {
		got.Scopes = nil
	}
	if diff := cmp.Diff(want, got); diff != "" {
		h.t.Errorf("%s: the cloud has, -want +got:\n%s", wish.Name, diff)
	}
	shown, err := json.Marshal(created)
	if err != nil || strings.Contains(string(shown), value) || created.Token.UID != uid {
		h.t.Errorf("%s: told %s, %v", wish.Name, shown, err)
	}
	if told := created.Value.Reveal(); told != map[bool]string{false: value}[wish.Keep] {
		h.t.Errorf("%s: the value is told: %v", wish.Name, told == value)
	}
	kept, err := h.Context(ctx, ipc.Selection{})
	at := slices.IndexFunc(kept.Tokens, func(token management.Token) bool { return token.UID == uid })
	if err != nil || (at >= 0) != wish.Keep || wish.Keep && kept.Tokens[at].Origin != string(credential.OriginCreated) {
		h.t.Errorf("%s: the context has %+v, %v", wish.Name, kept.Tokens, err)
	}
	if (created.Token.Kept == "default") != wish.Keep {
		h.t.Errorf("%s: told to be kept in %q", wish.Name, created.Token.Kept)
	}
}

// TestCreateTokenRefusesBeforeItAsks: nothing is asked of the cloud for a wish that cannot
// be granted, or kept.
func TestCreateTokenRefusesBeforeItAsks(t *testing.T) {
	t.Parallel()
	h := newOffice(t, cloudtest.Config{})
	before := len(h.cloud.Requests())
	good := management.NewToken{Name: "ci", Access: credential.Access{Developer: true}}
	tests := map[string]func(*management.NewToken){
		"no name":                   func(w *management.NewToken) { w.Name = "" },
		"a long name":               func(w *management.NewToken) { w.Name = strings.Repeat("ü", 256) },
		"a name with a tab":         func(w *management.NewToken) { w.Name = "a\tb" },
		"a name that moves a line":  func(w *management.NewToken) { w.Name = "a\x1b[1Ab" },
		"a name that turns round":   func(w *management.NewToken) { w.Name = "a\u202eb" },
		"a description with a bell": func(w *management.NewToken) { w.Description = "a\ab" },
		"no access":                 func(w *management.NewToken) { w.Access = credential.Access{} },
		"expired":                   func(w *management.NewToken) { w.Expires = "2020-01-01T00:00:00Z" },
		"expires now":               func(w *management.NewToken) { w.Expires = time.Now().UTC().Format(time.RFC3339) },
		"no date":                   func(w *management.NewToken) { w.Expires = "30d" },
		"no zone":                   func(w *management.NewToken) { w.Expires = "2999-01-01T00:00:00" },
	}
	for name, change := range tests {
		wish := good
		change(&wish)
		if _, err := h.CreateToken(t.Context(), wish); !errors.Is(err, ipc.Usage) || ipc.AsError(err).Hint == "" {
			t.Errorf("%s: error %v, want usage with a hint", name, err)
		}
	}
	mend := h.breakStore()
	good.Keep = true
	if _, err := h.CreateToken(t.Context(), good); !errors.Is(err, ipc.StoreFailed) {
		t.Errorf("to be kept in a store that is broken: %v", err)
	}
	mend()
	if got := len(h.cloud.Requests()); got != before {
		t.Errorf("the cloud was asked %d times", got-before)
	}
	good.Name = strings.Repeat("ü", 255)
	if _, err := h.CreateToken(t.Context(), good); err != nil {
		t.Errorf("a name that is just short enough: %v", err)
	}
}

// TestCreateTokenThatFails has the calls of a creation fail. What may have been made is
// named; what was made and cannot be kept is deleted again.
func TestCreateTokenThatFails(t *testing.T) {
	t.Parallel()
	const maybe = "may have been made"
	named := credential.Access{Deployments: []string{"summarise"}}
	lost := cloudtest.Fault{After: true, Cut: true}
	tests := map[string]struct {
		call  string
		fault cloudtest.Fault
		want  ipc.Code
		says  string // in message or hint
		left  bool   // the cloud has the token
	}{
		"refused":                {callCreate, cloudtest.Fault{Status: http.StatusForbidden}, ipc.TokenRefused, "", false},
		"rejected":               {callCreate, cloudtest.Fault{Status: http.StatusConflict, Body: `{"error":"twice"}`}, ipc.BadReply, "twice", false},
		"timed out":              {callCreate, cloudtest.Fault{After: true, Hang: true}, ipc.TimedOut, maybe, true},
		"broken":                 {callCreate, cloudtest.Oops("trace-1"), ipc.UpstreamFailed, maybe, false},
		"cut off":                {callCreate, lost, ipc.Unreachable, maybe, true},
		"closed":                 {callCreate, cloudtest.Fault{After: true, Close: true}, ipc.Unreachable, "api-token list --search", true},
		"half a reply":           {callCreate, cloudtest.Fault{After: true, Body: `{"uid":`}, ipc.BadReply, maybe, true},
		"no such deployment":     {"GET /api/v2/deployments/summarise", cloudtest.Fault{Status: http.StatusNotFound, Body: `{"error":"record not found"}`}, ipc.NotFound, "summarise", false},
		"deployments break":      {"GET /api/v2/deployments/summarise", cloudtest.Oops("trace-2"), ipc.UpstreamFailed, "trace-2", false},
		"not taken":              {callUser, cloudtest.Fault{Status: http.StatusUnauthorized}, ipc.TokenRefused, "", false},
		"verifying, broken":      {callUser, cloudtest.Oops("trace-3"), ipc.UpstreamFailed, "trace-3", false},
		"verifying, timed out":   {callUser, cloudtest.Fault{Hang: true}, ipc.TimedOut, "", false},
		"verifying, no deleting": {callUser, cloudtest.Oops("trace-4"), ipc.UpstreamFailed, "api-token delete token_", true},
	}
	h := newOffice(t, cloudtest.Config{})
	before, err := h.Context(t.Context(), ipc.Selection{})
	if err != nil {
		t.Fatal(err)
	}
	for name, test := range tests {
		checks := asked(h.cloud, callUser)
		h.cloud.Fail(test.call, test.fault)
		if strings.Contains(name, "no deleting") {
			h.cloud.Fail(callDelete, cloudtest.Fault{Close: true})
		}
		wish := management.NewToken{Name: name, Access: credential.Access{Developer: true}, Keep: true}
		if strings.Contains(test.call, "deployments") {
			wish.Access = named
		}
		_, err := h.CreateToken(t.Context(), wish)
		h.cloud.Heal()
		if name == "refused" {
			h.await("the token that was refused is looked into", func() bool { return asked(h.cloud, callUser) > checks })
		}
		told := ipc.AsError(err)
		if !errors.Is(err, test.want) || told.Hint == "" || !strings.Contains(told.Message+told.Hint, test.says) {
			t.Errorf("%s: error %v, hint %q; want %q that says %q", name, err, told.Hint, test.want, test.says)
		}
		if sure := test.says != maybe && test.says != "api-token list --search"; sure && strings.Contains(told.Message, maybe) {
			t.Errorf("%s: %q leaves open what is sure", name, told.Message)
		}
		if _, left := h.made(name); left != test.left {
			t.Errorf("%s: the cloud has the token: %v", name, left)
		}
	}
	after, err := h.Context(t.Context(), ipc.Selection{})
	if diff := cmp.Diff(before, after, unasked); diff != "" || err != nil {
		t.Errorf("the context, %v, -before +after:\n%s", err, diff)
	}
}

// unasked leaves out of a comparison when the cloud was last asked about a token.
var unasked = cmp.FilterPath(func(p cmp.Path) bool {
	return p.Last().String() == ".Checked" || p.Last().String() == ".LastUsed"
}, cmp.Ignore())
