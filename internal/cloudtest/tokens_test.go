package cloudtest_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/bento-cred/bento-cred/internal/cloudtest"
)

func TestDeletedIsUnknown(t *testing.T) {
	t.Parallel()
	cloud := cloudtest.New(t, config())
	uid := "token_" + cloudtest.Fingerprint(tokenReader)
	if got := remove(t, cloud, tokenDeveloper, uid); got.Status != http.StatusOK || got.Body["name"] != "reader" {
		t.Errorf("deleting gives %v, want what it was", got)
	}
	if got := fetch(t, cloud.URL()+pathUser, management, tokenReader); got.Status != http.StatusForbidden {
		t.Errorf("a deleted token gives %v", got)
	}
	if got := remove(t, cloud, tokenDeveloper, uid); got.Status != http.StatusNotFound {
		t.Errorf("deleting again gives %v", got)
	}
	own := "token_" + cloudtest.Fingerprint(tokenDeveloper)
	if got := remove(t, cloud, tokenDeveloper, own); got.Status != http.StatusOK {
		t.Errorf("a token cannot delete itself: %v", got)
	}
	if got := remove(t, cloud, tokenDeveloper, own); got.Status != http.StatusForbidden {
		t.Errorf("a token that deleted itself gives %v", got)
	}
}

// TestMembersAndTheOrganization has a member meet a token that only admins may delete
// and see.
func TestMembersAndTheOrganization(t *testing.T) {
	t.Parallel()
	cloud := cloudtest.New(t, cloudtest.Config{
		Users: []cloudtest.User{{Name: "ada"}, {Name: "bob", Member: true}},
		Tokens: []cloudtest.Token{
			{Value: "made-up-ada", User: "ada", Developer: true},
			{Value: "made-up-bob", User: "bob", Developer: true},
			{Value: "made-up-shared", UID: "shared", Organization: true, Developer: true},
		},
	})
	for token, want := range map[string]bool{"made-up-ada": true, "made-up-bob": false} {
		got := fetch(t, cloud.URL()+pathTokens+"/shared", management, token)
		if _, told := got.Body["token"]; got.Status != http.StatusOK || told != want {
			t.Errorf("%s sees %v, the value: want %v", token, got, want)
		}
	}
	if got := remove(t, cloud, "made-up-bob", "shared"); got.Status != http.StatusForbidden || len(cloud.Tokens()) != 3 {
		t.Errorf("a member deletes: %v", got)
	}
	if got := remove(t, cloud, "made-up-bob", "token_"+cloudtest.Fingerprint("made-up-bob")); got.Status != http.StatusOK {
		t.Errorf("a member deletes a personal token: %v", got)
	}
	if got := remove(t, cloud, "made-up-ada", "shared"); got.Status != http.StatusOK {
		t.Errorf("an admin deletes: %v", got)
	}
}

func TestTokensAreCopies(t *testing.T) {
	t.Parallel()
	cloud := cloudtest.New(t, config())
	mine := cloud.Tokens()
	mine[0].Scopes[0], mine[2].Deployments[0], mine[0].Value = "", "", ""
	if got := fetch(t, cloud.URL()+"/api/v1/current_org", management, tokenDeveloper); got.Status != http.StatusOK {
		t.Errorf("who changes the copy changes the cloud: %v", got)
	}
	if got := fetch(t, cloud.DeploymentURL("summarizer")+"/hello", authorization, "Bearer "+tokenNamed); got.Status != http.StatusOK {
		t.Errorf("who changes the copy changes the cloud: %v", got)
	}
}

func TestAdvance(t *testing.T) {
	t.Parallel()
	cloud := cloudtest.New(t, config())
	hello := cloud.DeploymentURL("summarizer") + "/hello"
	for _, step := range []struct {
		by   time.Duration
		want int
	}{{time.Hour - 1, 200}, {1, 401}, {-time.Hour, 200}} {
		cloud.Advance(step.by)
		if got := fetch(t, hello, authorization, "Bearer "+tokenAll); got.Status != step.want {
			t.Errorf("after %v: %v, want %d", step.by, got, step.want)
		}
	}
}
