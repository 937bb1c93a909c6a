package main

import (
	"context"
	"encoding/json"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/bento-cred/bento-cred/internal/credential"
	"github.com/bento-cred/bento-cred/internal/realpart"
	"github.com/bento-cred/bento-cred/ipc"
	"github.com/bento-cred/bento-cred/ipc/management"
)

// withContexts returns an agent with a login in each context; the first is current.
func withContexts(t *testing.T, contexts ...string) *agent {
	t.Helper()
	a := newAgent()
	for _, name := range contexts {
		_, err := a.Memory.Login(context.Background(), management.Login{
			Context: name, Endpoint: madeUpEndpoint, Token: credential.NewSecret(madeUpToken),
			Kind: credential.KindPersonal, Access: credential.Access{Developer: true},
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return a
}

// names returns the names of the contexts, a line each.
func names(t *testing.T, environ []string) string {
	t.Helper()
	var list []string
	if err := json.Unmarshal([]byte(ok(t, environ, "list-context")), &list); err != nil {
		t.Fatal(err)
	}
	if len(list) == 0 {
		return ""
	}
	return strings.Join(list, "\n") + "\n"
}

// listing is an agent whose contexts are those of the golden files.
type listing struct{ *agent }

// Contexts implements management.Agent.
func (listing) Contexts(context.Context) ([]management.Context, error) { return goldenContexts(), nil }

// goldenContexts has one of each sort: two tokens, none, and a name from somebody who
// means no good.
func goldenContexts() []management.Context {
	at := func(d time.Duration) *time.Time {
		t := today().Add(d)
		return &t
	}
	const day = 24 * time.Hour
	return []management.Context{
		{
			Name: "default", Endpoint: madeUpEndpoint, Organization: "acme", User: "ada", Email: "ada@acme.example", Current: true,
			Renewal: management.Renewal{Mode: "ask", Window: "168h0m0s", Grace: "1h0m0s"},
			Tokens: []management.Token{
				{
					UID: "t1", Name: "laptop", Kind: "personal", Access: []string{"developer"}, Origin: "pasted", Created: at(-2 * day), Expires: at(29*day + time.Hour),
					Life: &management.Life{Left: int64((29*day + time.Hour).Seconds()), Total: int64((31*day + time.Hour).Seconds())}, Checked: at(-5 * time.Minute),
				},
				{UID: "t2", Kind: "organization", Access: []string{"endpoints:summarizer", "endpoints:translator"}, Origin: "pasted", LastUsed: at(-time.Hour), Expires: at(3 * day)},
				{
					UID: "t3", Name: "ci", Description: "of the nightly build", Kind: "personal", Access: []string{"developer"}, Origin: "created",
					Created: at(-18 * day), Expires: at(12 * day), Life: &management.Life{Left: int64((12 * day).Seconds()), Total: int64((30 * day).Seconds())}, Refused: "HTTP 401: deleted",
				},
				{UID: "t4", Name: "ci", Kind: "personal", Access: []string{"developer"}, Origin: "renewed", Expires: at(day), Life: &management.Life{Left: int64(day.Seconds())}, Retires: at(time.Hour)},
			},
			Warnings: []string{"the token \"ci\" is refused: log in again", "eve\x1b[31m"},
		},
		{Name: "empty", Endpoint: "https://other.cloud.bentoml.example", Tokens: []management.Token{}},
		{
			Name: "old", Endpoint: madeUpEndpoint, Organization: "Ümläut\x1b[31m\u202e", User: "eve", Tokens: []management.Token{
				{Kind: "unknown", Access: []string{}, Origin: "imported", Expires: at(-3 * day), Expired: true},
				{Kind: "unknown", Access: []string{}, Origin: "imported"},
			},
		},
	}
}

func TestContextListGolden(t *testing.T) {
	t.Parallel()
	environ := serve(t, listing{newAgent()})
	for file, args := range map[string][]string{
		"contexts.plain": nil,
		"contexts.table": {"-o", "table"},
		"contexts.json":  {"-o", "json"},
		"contexts.yaml":  {"--output=yaml"},
	} {
		got := ok(t, environ, append([]string{"context", "list"}, args...)...)
		golden(t, file, got)
		if strings.ContainsAny(got, "\x1b\u202e") {
			t.Errorf("%s: a control character is shown", file)
		}
	}
	if got := run(t, environ, "context", "list", "-o", "xml"); got.status != 2 || !strings.Contains(got.err, `"json", "yaml" or "table"`) {
		t.Errorf("another format: status %d, %q", got.status, got.err)
	}
}

func TestNoContexts(t *testing.T) {
	t.Parallel()
	environ := serve(t, newAgent())
	for args, want := range map[string]string{
		"context list":          "",
		"context list -o json":  "[]\n",
		"context list -o table": "There is no context yet; `bento-cred login` makes one.\n",
		"list-context":          "[]\n",
	} {
		if got := ok(t, environ, strings.Fields(args)...); got != want {
			t.Errorf("%s printed %q, want %q", args, got, want)
		}
	}
}

func TestContextCommands(t *testing.T) {
	t.Parallel()
	type step struct {
		args   string
		status int
		out    string // the whole of it
		err    string // a part of it
	}
	tests := map[string]struct {
		environ []string
		steps   []step
	}{
		"use": {steps: []step{
			{args: "context use staging", out: "Successfully switched to context: staging\n"},
			{args: "update-current-context default", out: "Successfully switched to context: default\n"},
			{args: "cloud update-current-context staging", out: "Successfully switched to context: staging\n"},
			{args: "context use other", status: 3, err: `bento-cred: there is no context "other"` + "\n  "},
			{args: "context use", status: 2, err: "use takes the name of a context"},
		}},
		"use against a variable": {environ: []string{"BENTO_CRED_CONTEXT=default"}, steps: []step{
			{args: "context use staging", out: "Successfully switched to context: staging\n", err: `BENTO_CRED_CONTEXT is set to "default"`},
		}},
		"rename": {steps: []step{
			{args: "context rename default production", out: `Renamed context "default" to "production".` + "\n"},
			{args: "context rename production staging", status: 3, err: "already"},
			{args: "list-context", out: "[\n  \"production\",\n  \"staging\"\n]\n"},
		}},
		"delete": {steps: []step{
			{args: "context delete staging", status: 2, err: "there is no terminal to ask"},
			{args: "context delete staging --yes", out: "Deleted context \"staging\".\n"},
			{args: "list-context", out: "[\n  \"default\"\n]\n"},
		}},
		"no such command": {steps: []step{
			{args: "context delet", status: 2, err: "did you mean `bento-cred context delete`?"},
			{args: "contxt", status: 2, err: "did you mean `bento-cred context`?"},
			{args: "xyzzy", status: 2, err: "see `bento-cred --help`"},
		}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			environ := append(serve(t, withContexts(t, "default", "staging")), test.environ...)
			for _, step := range test.steps {
				got := run(t, environ, strings.Fields(step.args)...)
				if got.status != step.status || got.out != step.out || !strings.Contains(got.err, step.err) {
					t.Errorf("%s: got %+v, want %+v", step.args, got, step)
				}
			}
		})
	}
}

func TestContextShow(t *testing.T) {
	t.Parallel()
	environ := serve(t, withContexts(t, "default", "staging"))
	if got := ok(t, append(environ, "BENTOML_CLOUD_CONTEXT=staging"), "context", "show"); !strings.Contains(got, "chosen by\tBENTOML_CLOUD_CONTEXT\n") {
		t.Errorf("the source is not told: %q", got)
	}
	var shown management.Context
	if err := json.Unmarshal([]byte(ok(t, environ, "context", "show", "staging", "-o", "json")), &shown); err != nil {
		t.Fatal(err)
	}
	if shown.Name != "staging" || len(shown.Tokens) != 1 {
		t.Errorf("shown is %+v", shown)
	}
	if got := run(t, environ, "context", "show", "staging", "-c", "default"); got.status != 2 {
		t.Errorf("both names: %+v", got)
	}
	view := newApp(process{now: today}).contextView(goldenContexts()[0])
	golden(t, "context.table", rendered(t, view))
}

func TestCurrentContext(t *testing.T) {
	t.Parallel()
	want := `{
  "name": "default",
  "endpoint": "https://acme.cloud.bentoml.example",
  "api_token": "made-up-c1qsj5v3m7fkm8p0",
  "email": "ada@acme.example"
}
`
	environ := serve(t, withContexts(t, "default", "staging"))
	for _, args := range [][]string{{"current-context"}, {"cloud", "current-context"}, {"current-context", "--show-token"}} {
		if diff := cmp.Diff(want, ok(t, environ, args...)); diff != "" {
			t.Errorf("%q: -want +got:\n%s", args, diff)
		}
	}
	staging := strings.Replace(want, `"default"`, `"staging"`, 1)
	if diff := cmp.Diff(staging, ok(t, environ, "current-context", "-c", "staging")); diff != "" {
		t.Errorf("by flag: -want +got:\n%s", diff)
	}
	if diff := cmp.Diff(staging, ok(t, append(environ, "BENTO_CRED_CONTEXT=staging"), "current-context")); diff != "" {
		t.Errorf("by variable: -want +got:\n%s", diff)
	}
	if got := run(t, serve(t, newAgent()), "current-context"); got.status != 3 || got.out != "" {
		t.Errorf("without a context: %+v", got)
	}
}

// mailless is an agent that does not know the e-mail of anybody.
type mailless struct{ *agent }

// Context implements management.Agent.
func (mailless) Context(context.Context, ipc.Selection) (management.Context, error) {
	return management.Context{Name: "default", Endpoint: madeUpEndpoint}, nil
}

func TestCurrentContextWithoutEmail(t *testing.T) {
	t.Parallel()
	environ := serve(t, mailless{withContexts(t, "default")})
	if got := ok(t, environ, "current-context"); !strings.Contains(got, `"email": null`) {
		t.Errorf("got %s", got)
	}
}

// TestDocumentedPipe runs the line of BentoCloud's documentation as it stands there.
func TestDocumentedPipe(t *testing.T) {
	t.Parallel()
	realpart.Need(t, "jq")
	environ := serve(t, withContexts(t, "default"))
	cmd := exec.CommandContext(t.Context(), "jq", `("endpoint:" + .endpoint + ", api_token:" + .api_token)`)
	cmd.Stdin = strings.NewReader(ok(t, environ, "cloud", "current-context"))
	got, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	want := `"endpoint:` + madeUpEndpoint + `, api_token:` + madeUpToken + `"` + "\n"
	if string(got) != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
