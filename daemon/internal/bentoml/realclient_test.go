package bentoml_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/bento-cred/bento-cred/daemon/internal/bentoml"
	"github.com/bento-cred/bento-cred/internal/cloudtest"
	"github.com/bento-cred/bento-cred/internal/cloudtest/realclient"
)

// TestRealClientAndScrub lets BentoML write its file by two logins, scrubs one
// context and then the other, and asks BentoML what it makes of the rest.
func TestRealClientAndScrub(t *testing.T) {
	t.Parallel()
	client := realclient.New(t)
	cloud := cloudtest.New(t, cloudtest.Config{Tokens: []cloudtest.Token{
		{Value: "hunter2-a", Developer: true}, {Value: "hunter2-b", Developer: true},
	}})
	run(t, client, "cloud", "login", "--api-token", "hunter2-a", "--endpoint", cloud.URL())
	run(t, client, "cloud", "login", "--context", "work", "--api-token", "hunter2-b", "--endpoint", cloud.URL()+"/")

	file, err := bentoml.Read(client.File)
	if err != nil {
		t.Fatal(err)
	}
	want := []bentoml.Context{
		{Name: "default", Endpoint: cloud.URL(), Email: "ada@acme.example", Token: secret("a")},
		{Name: "work", Endpoint: cloud.URL() + "/", Email: "ada@acme.example", Token: secret("b")},
	}
	if diff := cmp.Diff(want, file.Contexts, plain); diff != "" || file.Current != "default" {
		t.Fatalf("current %q; contexts -want +got:\n%s", file.Current, diff)
	}
	for i, left := range [][]string{{"work"}, {}} {
		if _, err := bentoml.Scrub(client.File, file.Contexts[i:i+1]); err != nil {
			t.Fatal(err)
		}
		var names []string
		if err := json.Unmarshal([]byte(run(t, client, "cloud", "list-context")), &names); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(left, names); diff != "" {
			t.Errorf("list-context -want +got:\n%s", diff)
		}
	}
	current := client.Run(t, "cloud", "current-context")
	if current.Code != 1 || !strings.Contains(current.Stderr, "No cloud context default found") || strings.Contains(current.Stderr, "Traceback") {
		t.Errorf("current-context of a scrubbed file: %+v", current)
	}
	run(t, client, "cloud", "login", "--api-token", "hunter2-a", "--endpoint", cloud.URL())
	if again, err := bentoml.Read(client.File); err != nil || len(again.Contexts) != 1 {
		t.Errorf("after one more login Read() = %v, %v; want one context", again, err)
	}
}

// TestRealClientFailsOnAContextWithoutAToken is why Scrub takes out whole entries.
func TestRealClientFailsOnAContextWithoutAToken(t *testing.T) {
	t.Parallel()
	client := realclient.New(t)
	client.Write(t, "contexts:\n- {name: default, endpoint: https://a.example}\ncurrent_context_name: default\n")
	if got := client.Run(t, "cloud", "list-context"); got.Code != 1 || !strings.Contains(got.Stderr, "Traceback") {
		t.Errorf("list-context of a context without a token: %+v", got)
	}
}

// TestRealClientAgreesOnDuplicates shows that of two contexts with one name BentoML
// takes the one Read takes.
func TestRealClientAgreesOnDuplicates(t *testing.T) {
	t.Parallel()
	client := realclient.New(t)
	client.Write(t, strings.Replace(twoContexts, "name: work\ncurrent_context_name: work", "name: default\ncurrent_context_name: default", 1))
	file, err := bentoml.Read(client.File)
	if err != nil || len(file.Contexts) != 1 {
		t.Fatalf("Read() = %v, %v; want one context", file, err)
	}
	var current struct {
		Endpoint string `json:"endpoint"`
		Token    string `json:"api_token"`
	}
	if err := json.Unmarshal([]byte(run(t, client, "cloud", "current-context")), &current); err != nil {
		t.Fatal(err)
	}
	if got := file.Contexts[0]; got.Endpoint != current.Endpoint || got.Token.Reveal() != current.Token {
		t.Errorf("BentoML uses %q, Read takes %q", current.Endpoint, got.Endpoint)
	}
}

// run runs a command that must succeed, and returns what it printed.
func run(t *testing.T, client realclient.Client, args ...string) string {
	t.Helper()
	result := client.Run(t, args...)
	if result.Code != 0 {
		t.Fatalf("bentoml %s: %+v", strings.Join(args[:2], " "), result)
	}
	return result.Stdout
}
