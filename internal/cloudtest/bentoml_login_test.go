package cloudtest_test

import (
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/bento-cred/bento-cred/internal/cloudtest"
	"github.com/bento-cred/bento-cred/internal/cloudtest/realclient"
)

const enter = "\r"

// TestRealClientLogsInByBrowser has the client open the page with a browser that only
// notes the address, and then does what a person does on that page.
func TestRealClientLogsInByBrowser(t *testing.T) {
	t.Parallel()
	bentoml := realclient.New(t)
	cloud := cloudtest.New(t, config())
	noted := filepath.Join(t.TempDir(), "address")
	bentoml.Browser = filepath.Join(t.TempDir(), "browser")
	script := "#!/bin/sh\nprintf %s \"$1\" >'" + noted + "'\n"
	if err := os.WriteFile(bentoml.Browser, []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	login := bentoml.Converse(t, []realclient.Turn{
		{Shown: "How would you like to authenticate", Silent: true, Type: enter},
		{Shown: "in your browser?", Type: enter},
		{Shown: "Waiting for authentication", Do: func() { approve(t, cloud, noted) }},
	}, "cloud", "login", "--endpoint", cloud.URL()+"/")
	if login.Code != 0 || !strings.Contains(login.Stdout, "Logged in as ada@acme.example at acme organization") {
		t.Fatalf("login: %+v", login)
	}
	tokens := cloud.Tokens()
	made := tokens[len(tokens)-1]
	var current map[string]any
	readJSON(t, bentoml, &current, "cloud", "current-context")
	want := map[string]any{"name": "default", "endpoint": cloud.URL(), "api_token": made.Value, "email": "ada@acme.example"}
	if diff := cmp.Diff(want, current); diff != "" || made.Name != "login-1" {
		t.Errorf("%s, current-context -want +got:\n%s", made.Name, diff)
	}
}

// approve opens the address that was noted and presses the button.
func approve(t *testing.T, cloud *cloudtest.Cloud, noted string) {
	t.Helper()
	text, err := os.ReadFile(noted)
	if err != nil {
		t.Error("the client opened no browser: ", err)
		return
	}
	address, err := url.Parse(string(text))
	if err != nil || address.Path != "/api_tokens" {
		t.Errorf("the client opened %q, %v", text, err)
		return
	}
	if status, page := visit(t, http.MethodGet, address.String(), nil); status != http.StatusOK || !strings.Contains(page, "Approve") {
		t.Errorf("the page: %d, %s", status, page)
	}
	form := url.Values{"code": {address.Query().Get("code")}, "verdict": {"approve"}}
	if status, page := visit(t, http.MethodPost, cloud.URL()+"/api_tokens", form); status != http.StatusOK {
		t.Errorf("after the button: %d, %s", status, page)
	}
}

// TestRealClientWaitsForACode holds every answer of an undecided code to what the
// client makes of it: not yet.
func TestRealClientWaitsForACode(t *testing.T) {
	t.Parallel()
	tests := map[string]cloudtest.CodeManner{"each its own": {}, "all alike": cloudtest.CodesAlike()}
	for name, manner := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			bentoml := realclient.New(t)
			cfg := config()
			cfg.Codes = manner
			cloud := cloudtest.New(t, cfg)
			login := bentoml.Converse(t, []realclient.Turn{
				{Shown: "How would you like to authenticate", Silent: true, Type: enter},
				{Shown: "in your browser?", Type: "n" + enter},
				{Shown: "Waiting for authentication", Do: func() { approveOncePolled(t, cloud) }},
			}, "cloud", "login", "--endpoint", cloud.URL())
			if login.Code != 0 || !strings.Contains(login.Stdout, "Logged in as") {
				t.Errorf("login: %+v", login)
			}
		})
	}
}

// approveOncePolled approves the only code after the client was told once that
// nobody had decided.
func approveOncePolled(t *testing.T, cloud *cloudtest.Cloud) {
	t.Helper()
	for range 600 {
		for _, request := range cloud.Requests() {
			if request.Path == "/api/v1/auth/token" {
				if codes := cloud.Codes(); len(codes) != 1 || !cloud.Approve(codes[0]) {
					t.Errorf("codes %q wait, want one", codes)
				}
				return
			}
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Error("the client never asked for the token")
}

// TestRealClientPastesAToken takes the other choice.
func TestRealClientPastesAToken(t *testing.T) {
	t.Parallel()
	bentoml := realclient.New(t)
	cloud := cloudtest.New(t, config())
	login := bentoml.Converse(t, []realclient.Turn{
		{Shown: "How would you like to authenticate", Silent: true, Type: "j"},
		{Shown: "● Paste an existing API token", Silent: true, Type: enter},
		{Shown: "Paste your API token", Silent: true, Type: tokenDeveloper + enter},
	}, "cloud", "login", "--endpoint", cloud.URL())
	if login.Code != 0 || !strings.Contains(login.Stdout, "Logged in as") || len(cloud.Codes()) != 0 {
		t.Errorf("login: %+v, codes %q", login, cloud.Codes())
	}
}
