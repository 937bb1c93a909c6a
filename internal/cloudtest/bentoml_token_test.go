package cloudtest_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/bento-cred/bento-cred/internal/cloudtest"
	"github.com/bento-cred/bento-cred/internal/cloudtest/realclient"
)

// loggedIn returns a client with the developer's token.
func loggedIn(t *testing.T, cloud *cloudtest.Cloud) realclient.Client {
	t.Helper()
	bentoml := realclient.New(t)
	login := bentoml.Run(t, "cloud", "login", "--api-token", tokenDeveloper, "--endpoint", cloud.URL())
	if login.Code != 0 {
		t.Fatalf("login: %+v", login)
	}
	return bentoml
}

// TestRealClientKeepsTokens takes a token through its life with the client.
func TestRealClientKeepsTokens(t *testing.T) {
	t.Parallel()
	cfg := config()
	cfg.Now = time.Now
	cloud := cloudtest.New(t, cfg)
	bentoml := loggedIn(t, cloud)

	begun := time.Now()
	made := bentoml.Run(t, "api-token", "create", "ci", "-d", "for the build", "--scope", "api", "--scope", "read_cluster", "--expires", "30d")
	tokens := cloud.Tokens()
	token := tokens[len(tokens)-1]
	if made.Code != 0 || !strings.Contains(made.Stdout, token.Value) || !strings.Contains(made.Stdout, "UID: "+token.UID) {
		t.Fatalf("create: %+v", made)
	}
	want := cloudtest.Token{Name: "ci", Description: "for the build", Scopes: []string{"api", "read_cluster"}, User: "ada", Developer: true}
	got := cloudtest.Token{
		Name: token.Name, Description: token.Description, Scopes: token.Scopes, User: token.User,
		Developer: token.Developer, AllEndpoints: token.AllEndpoints, Deployments: token.Deployments,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("made -want +got:\n%s", diff)
	}
	// The client's date is that of its zone, without saying so.
	if life := token.Expires.Sub(begun); life < 29*24*time.Hour || life > 31*24*time.Hour {
		t.Errorf("the token lives %v, want about 30 days", life)
	}

	var listed []map[string]any
	readJSON(t, bentoml, &listed, "api-token", "list", "--search", "ci", "-o", "json")
	if len(listed) != 1 || listed[0]["uid"] != token.UID || listed[0]["created_by"] != "ada" {
		t.Errorf("list gives %v", listed)
	}
	var shown map[string]any
	readJSON(t, bentoml, &shown, "api-token", "get", token.UID, "-o", "json")
	if shown["name"] != "ci" || shown["description"] != "for the build" {
		t.Errorf("get gives %v", shown)
	}
	deleted := bentoml.Run(t, "api-token", "delete", token.UID)
	if deleted.Code != 0 || !strings.Contains(deleted.Stdout, "deleted successfully") {
		t.Errorf("delete: %+v", deleted)
	}
	if slices.ContainsFunc(cloud.Tokens(), func(t cloudtest.Token) bool { return t.Value == token.Value }) {
		t.Error("the token is still there")
	}
	for verb, text := range map[string]string{"get": "API token with UID '" + token.UID + "' not found", "delete": "API token not found"} {
		if again := bentoml.Run(t, "api-token", verb, token.UID); again.Code != 1 || !strings.Contains(again.Stderr, text) {
			t.Errorf("%s of what is gone: %+v, want %q", verb, again, text)
		}
	}
}

// TestRealClientCreatesAsYataiTakesIt holds what only Yatai refuses to what the client
// makes of it.
func TestRealClientCreatesAsYataiTakesIt(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		configure func(*cloudtest.Config)
		args      []string
		code      int
		want      string
	}{
		"null scopes":          {nil, nil, 1, "request failed with status code 500"},
		"null scopes, lenient": {func(c *cloudtest.Config) { c.LenientScopes = true }, nil, 0, "created successfully"},
		"date without a zone": {
			func(c *cloudtest.Config) { c.StrictDates = true },
			[]string{"--scope", "api", "--expires", "1w"},
			1, "request failed with status code 400",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cfg := config()
			if test.configure != nil {
				test.configure(&cfg)
			}
			cloud := cloudtest.New(t, cfg)
			bentoml := loggedIn(t, cloud)
			made := bentoml.Run(t, append([]string{"api-token", "create", "ci"}, test.args...)...)
			if made.Code != test.code || !strings.Contains(made.Stdout+made.Stderr, test.want) {
				t.Errorf("create: %+v, want %d with %q", made, test.code, test.want)
			}
			if grown := len(cloud.Tokens()) > len(cfg.Tokens); grown != (test.code == 0) {
				t.Errorf("a token was made: %v", grown)
			}
		})
	}
}

// TestRealClientMeetsAccess has the client read a token with access it cannot ask for.
func TestRealClientMeetsAccess(t *testing.T) {
	t.Parallel()
	cfg := config()
	cfg.Tokens = append(cfg.Tokens, cloudtest.Token{Value: "made-up-shared", UID: "shared", Name: "shared", Organization: true, AllEndpoints: true})
	for name, ignore := range map[string]bool{"told": false, "not told": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cfg := cfg
			cfg.IgnoreAccess = ignore
			bentoml := loggedIn(t, cloudtest.New(t, cfg))
			var shown map[string]any
			readJSON(t, bentoml, &shown, "api-token", "get", "shared", "-o", "json")
			for _, field := range []string{"is_organization_token", "is_global_access"} {
				if told := shown[field] == true; told == ignore {
					t.Errorf("%s is %v", field, shown[field])
				}
			}
		})
	}
}
