package cloudtest_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/bento-cred/bento-cred/internal/cloudtest"
)

// begin begins a login and returns its code.
func begin(t *testing.T, cloud *cloudtest.Cloud) string {
	t.Helper()
	got := fetch(t, cloud.URL()+"/api/v1/auth/code", "", "")
	code, ok := got.Body["code"].(string)
	if got.Status != http.StatusOK || !ok {
		t.Fatalf("beginning a login gives %v", got)
	}
	return code
}

// collect asks for the token of a code.
func collect(t *testing.T, cloud *cloudtest.Cloud, code string) answer {
	t.Helper()
	return fetch(t, cloud.URL()+"/api/v1/auth/token?"+url.Values{"code": {code}}.Encode(), "", "")
}

func TestCodeManners(t *testing.T) {
	t.Parallel()
	missing := answer{404, map[string]any{"error": "get code: record not found"}}
	usual := map[string]answer{
		"pending":  {400, map[string]any{"error": "the code is pending"}},
		"denied":   {403, map[string]any{"message": "the login was denied"}},
		"expired":  {410, map[string]any{"error": "the code is expired"}},
		"vanished": missing,
	}
	other := func(state string, status int, body map[string]any) map[string]answer {
		answers := map[string]answer{"pending": usual["pending"], "denied": usual["denied"], "expired": usual["expired"], "vanished": missing}
		answers[state] = answer{status, body}
		return answers
	}
	tests := map[string]struct {
		codes  cloudtest.CodeManner
		manner cloudtest.Manner
		want   map[string]answer
	}{
		"zero":         {want: usual},
		"unauthorized": {manner: cloudtest.Unauthorized, want: usual},
		"empty":        {manner: cloudtest.Empty, want: map[string]answer{"pending": {400, nil}, "denied": {403, nil}, "expired": {410, nil}, "vanished": {404, nil}}},
		"alike":        {codes: cloudtest.CodesAlike(), want: map[string]answer{"pending": missing, "denied": missing, "expired": missing, "vanished": missing}},
		"empty object": {codes: cloudtest.PendingOK(`{}`), want: other("pending", 200, map[string]any{})},
		"null token":   {codes: cloudtest.PendingOK(`{"token":null}`), want: other("pending", 200, map[string]any{"token": nil})},
		"only a body":  {codes: cloudtest.CodeManner{Denied: cloudtest.CodeReply{Body: `{"token":""}`}}, want: other("denied", 200, map[string]any{"token": ""})},
		"only status":  {codes: cloudtest.CodeManner{Vanished: cloudtest.CodeReply{Status: 401}}, want: other("vanished", 401, nil)},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cfg := config()
			cfg.Codes, cfg.Manner = test.codes, test.manner
			cloud := cloudtest.New(t, cfg)
			got := make(map[string]answer)
			for state, become := range map[string]func(string) bool{
				"pending": func(string) bool { return true }, "denied": cloud.Deny, "expired": cloud.Expire, "vanished": cloud.Vanish,
			} {
				code := begin(t, cloud)
				if !become(code) {
					t.Errorf("the code could not become %s", state)
				}
				got[state] = collect(t, cloud, code)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func TestApprovedCodeIsCollectedOnce(t *testing.T) {
	t.Parallel()
	for name, again := range map[string]bool{"once": false, "again": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cfg := config()
			cfg.Codes.Again = again
			cfg.HideValues = true // Who logs in must see it all the same.
			cloud := cloudtest.New(t, cfg)
			code := begin(t, cloud)
			if !cloud.Approve(code) || cloud.Approve(code) || cloud.Deny(code) {
				t.Error("a code can be decided on once")
			}
			got := collect(t, cloud, code)
			value, _ := got.Body["token"].(string)
			if got.Status != http.StatusOK || got.Body["name"] != "login-1" {
				t.Fatalf("collecting gives %v", got)
			}
			if user := fetch(t, cloud.URL()+pathUser, management, value); user.Status != http.StatusOK {
				t.Errorf("the token gives %v", user)
			}
			if got := collect(t, cloud, code); (got.Status == http.StatusOK) != again {
				t.Errorf("collecting again gives %v", got)
			}
		})
	}
}

func TestLoginSaysWhatIsMade(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		login cloudtest.Login
		want  cloudtest.Token
	}{
		"zero": {
			want: cloudtest.Token{Name: "login-1", User: "ada", Scopes: []string{"api"}, Developer: true},
		},
		"endpoints": {
			login: cloudtest.Login{Deployments: []string{"summarizer"}, Lifetime: time.Hour},
			want:  cloudtest.Token{Name: "login-1", User: "ada", Deployments: []string{"summarizer"}, Expires: noon.Add(3 * time.Hour)},
		},
		"all of it": {
			login: cloudtest.Login{User: "bob", Name: "laptop", Scopes: []string{"read_cluster"}, Developer: true, AllEndpoints: true, Organization: true},
			want:  cloudtest.Token{Name: "laptop", User: "bob", Scopes: []string{"read_cluster"}, Developer: true, AllEndpoints: true, Organization: true},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cfg := config()
			cfg.Login = test.login
			cfg.NewValue = func(int) string { return "made-up-by-login" }
			cloud := cloudtest.New(t, cfg)
			cloud.Advance(2 * time.Hour)
			cloud.Approve(begin(t, cloud))
			tokens := cloud.Tokens()
			test.want.Created, test.want.Value = noon.Add(2*time.Hour), "made-up-by-login"
			if diff := cmp.Diff(test.want, tokens[len(tokens)-1], cmpopts.IgnoreFields(cloudtest.Token{}, "UID", "Description")); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func TestCodesGrowOld(t *testing.T) {
	t.Parallel()
	cloud := cloudtest.New(t, config())
	first := begin(t, cloud)
	approved, denied := begin(t, cloud), begin(t, cloud)
	cloud.Approve(approved)
	cloud.Deny(denied)
	cloud.Advance(10*time.Minute - 1)
	second := begin(t, cloud)
	if diff := cmp.Diff([]string{first, second}, cloud.Codes()); diff != "" {
		t.Errorf("waiting -want +got:\n%s", diff)
	}
	cloud.Advance(1)
	if diff := cmp.Diff([]string{second}, cloud.Codes()); diff != "" {
		t.Errorf("waiting later -want +got:\n%s", diff)
	}
	if cloud.Approve(first) || cloud.Deny(first) {
		t.Error("a code that is too old can be decided on")
	}
	for code, want := range map[string]int{first: 410, approved: 410, denied: 403, second: 400} {
		if got := collect(t, cloud, code); got.Status != want {
			t.Errorf("%s gives %v, want %d", code, got, want)
		}
	}
}

// TestCreationApprovesACode has a token made for a code, as BentoCloud's page does by
// the look of the API.
func TestCreationApprovesACode(t *testing.T) {
	t.Parallel()
	cloud := cloudtest.New(t, config())
	code := begin(t, cloud)
	made := create(t, cloud, tokenDeveloper, `{"name":"by code","scopes":["api"],"code":`+quote(t, code)+`}`)
	got := collect(t, cloud, code)
	if got.Status != http.StatusOK || got.Body["token"] == nil || got.Body["token"] != made.Body["token"] {
		t.Errorf("collecting gives %v, want the token of %v", got, made)
	}
	again := create(t, cloud, tokenDeveloper, `{"name":"twice","scopes":[],"code":`+quote(t, code)+`}`)
	if again.Status != http.StatusNotFound || len(cloud.Tokens()) != len(config().Tokens)+1 {
		t.Errorf("a code that was used gives %v", again)
	}
}

func quote(t *testing.T, text string) string {
	t.Helper()
	quoted, err := json.Marshal(text)
	if err != nil {
		t.Fatal(err)
	}
	return string(quoted)
}
