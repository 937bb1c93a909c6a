package cloudtest_test

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/bento-cred/bento-cred/internal/cloudtest"
	"github.com/bento-cred/bento-cred/internal/cloudtest/realclient"
)

// TestRealClientAcceptsTheStandIn lets BentoML's own client judge the replies: it
// fails on a field that is missing or has another type.
func TestRealClientAcceptsTheStandIn(t *testing.T) {
	t.Parallel()
	bentoml := realclient.New(t)
	cloud := cloudtest.New(t, config())

	login := bentoml.Run(t, "cloud", "login", "--api-token", tokenDeveloper, "--endpoint", cloud.URL())
	if login.Code != 0 || !strings.Contains(login.Stdout, "Logged in as ada@acme.example at acme organization") {
		t.Fatalf("login: %+v", login)
	}
	if _, err := os.Stat(bentoml.File); err != nil {
		t.Errorf("the client did not use the home it was given: %v", err)
	}

	var current map[string]any
	readJSON(t, bentoml, &current, "cloud", "current-context")
	want := map[string]any{"name": "default", "endpoint": cloud.URL(), "api_token": tokenDeveloper, "email": "ada@acme.example"}
	if diff := cmp.Diff(want, current); diff != "" {
		t.Errorf("current-context -want +got:\n%s", diff)
	}
	var names []string
	readJSON(t, bentoml, &names, "cloud", "list-context")
	if diff := cmp.Diff([]string{"default"}, names); diff != "" {
		t.Errorf("list-context -want +got:\n%s", diff)
	}
	if update := bentoml.Run(t, "cloud", "update-current-context", "default"); update.Code != 0 || !strings.Contains(update.Stdout, "switched to context: default") {
		t.Errorf("update-current-context: %+v", update)
	}
	var deployments []map[string]any
	readJSON(t, bentoml, &deployments, "deployment", "list", "-o", "json")
	if len(deployments) != 2 || deployments[0]["name"] != "summarizer" {
		t.Errorf("deployment list gives %v, want the two deployments", deployments)
	}
	var deployment map[string]any
	readJSON(t, bentoml, &deployment, "deployment", "get", "summarizer", "-o", "json")
	if deployment["name"] != "summarizer" {
		t.Errorf("deployment get gives %v", deployment)
	}
	var tokens []map[string]any
	readJSON(t, bentoml, &tokens, "api-token", "list", "-o", "json")
	if len(tokens) != len(config().Tokens) {
		t.Errorf("api-token list gives %d tokens, want %d", len(tokens), len(config().Tokens))
	}
}

// readJSON runs a command that prints JSON.
func readJSON(t *testing.T, bentoml realclient.Client, value any, args ...string) {
	t.Helper()
	result := bentoml.Run(t, args...)
	if result.Code != 0 {
		t.Fatalf("bentoml %s: %+v", strings.Join(args, " "), result)
	}
	if err := json.Unmarshal([]byte(result.Stdout), value); err != nil {
		t.Fatalf("bentoml %s printed %q: %v", strings.Join(args, " "), result.Stdout, err)
	}
}

// TestRealClientUnderstandsRefusals holds each Manner, and each way to fail, to what the
// client makes of it.
func TestRealClientUnderstandsRefusals(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		manner cloudtest.Manner
		fault  *cloudtest.Fault
		token  string
		want   string
	}{
		"yatai":        {manner: cloudtest.Yatai, token: "made-up-nobody", want: "Error validating token: HTTP 403"},
		"unauthorized": {manner: cloudtest.Unauthorized, token: "made-up-nobody", want: "HTTP 401: Bad credentials"},
		"empty":        {manner: cloudtest.Empty, token: "made-up-nobody", want: "HTTP 401: Bad credentials"},
		"no scope":     {token: tokenNamed, want: "Error validating token: HTTP 400"},
		"oops":         {fault: oops("t-1"), token: tokenDeveloper, want: "request failed with status code 500"},
		"unavailable":  {fault: &cloudtest.Fault{Status: 503}, token: tokenDeveloper, want: "Error validating token: HTTP 503"},
		"gone":         {fault: &cloudtest.Fault{Status: 404}, token: tokenDeveloper, want: "The current user is not found"},
		"gone, of old": {fault: &cloudtest.Fault{Status: 400, Body: "record not found"}, token: tokenDeveloper, want: "The current user is not found"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			bentoml := realclient.New(t)
			cfg := config()
			cfg.Manner = test.manner
			cloud := cloudtest.New(t, cfg)
			if test.fault != nil {
				cloud.Fail("GET "+pathUser, *test.fault)
			}
			login := bentoml.Run(t, "cloud", "login", "--api-token", test.token, "--endpoint", cloud.URL())
			if login.Code != 1 || !strings.Contains(login.Stderr, test.want) {
				t.Errorf("login: %+v; want %q", login, test.want)
			}
		})
	}
}

func oops(trace string) *cloudtest.Fault {
	fault := cloudtest.Oops(trace)
	return &fault
}
