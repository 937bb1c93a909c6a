package main

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/bento-cred/bento-cred/internal/credential"
	"github.com/bento-cred/bento-cred/ipc"
	"github.com/bento-cred/bento-cred/ipc/management"
)

// office is an agent whose cloud has the tokens of the golden files.
type office struct{ *agent }

// Tokens implements management.Agent.
func (office) Tokens(context.Context, ipc.Selection, string) ([]management.CloudToken, error) {
	return goldenTokens(), nil
}

// Token implements management.Agent.
func (office) Token(_ context.Context, _ ipc.Selection, uid string) (management.CloudToken, error) {
	token := goldenTokens()[0]
	token.UID = uid
	return token, nil
}

// goldenTokens has one of each sort, and a name from somebody who means no good.
func goldenTokens() []management.CloudToken {
	at := func(d time.Duration) *time.Time {
		t := today().Add(d)
		return &t
	}
	const day = 24 * time.Hour
	return []management.CloudToken{
		{
			UID: "token_1", Name: "laptop", Description: "mine", Kind: "personal", Access: []string{"developer"}, Scopes: []string{"api"}, Labels: []string{},
			CreatedBy: "ada", Organization: "acme", Created: at(-day), Expires: at(29 * day), LastUsed: at(-time.Minute), IsAPIToken: true, Kept: "default",
		},
		{
			UID: "token_2", Name: "caller", Kind: "organization", Access: []string{"endpoints:summarise", "endpoints:translate"},
			Scopes: []string{}, Labels: []string{}, CreatedBy: "bob", Organization: "acme", Created: at(-30 * day), Expires: at(-day), IsExpired: true,
		},
		{UID: "token_3", Name: "eve\x1b[31m\u202e", Kind: "unknown", Access: []string{}, Scopes: []string{}, Labels: []string{}},
	}
}

func TestAPITokensGolden(t *testing.T) {
	t.Parallel()
	environ := serve(t, office{newAgent()})
	for file, args := range map[string]string{
		"api-tokens.plain": "list", "api-tokens.table": "list -o table", "api-tokens.json": "list -o json", "api-tokens.yaml": "list -o yaml",
		"api-token.plain": "get token_1", "api-token.table": "get token_1 -o table", "api-token.json": "get token_1 -o json", "api-token.yaml": "get token_1 -o yaml",
	} {
		got := ok(t, environ, append([]string{"api-token"}, strings.Fields(args)...)...)
		golden(t, file, got)
		if strings.ContainsAny(got, "\x1b\u202e") {
			t.Errorf("%s: a control character is shown", file)
		}
		if strings.HasSuffix(file, ".json") && !json.Valid([]byte(got)) {
			t.Errorf("%s is not JSON alone", file)
		}
	}
}

// TestAPITokenCommands makes, finds and deletes tokens through pipes, where no value is
// ever written.
func TestAPITokenCommands(t *testing.T) {
	t.Parallel()
	a := withContexts(t, "default")
	environ := serve(t, a)
	made := ok(t, environ, "api-token", "create", "ci", "-d", "of the nightly build", "--developer-operations", "--expires", "30d", "--keep", "-o", "json")
	var token management.CloudToken
	if err := json.Unmarshal([]byte(made), &token); err != nil || token.Name != "ci" || token.Kept != "default" {
		t.Fatalf("created %s, %v", made, err)
	}
	steps := []struct {
		args   string
		status int
		out    string // part of it
		err    string // part of it
	}{
		{"api-token create two --endpoint-access summarise,translate --keep", 0, "endpoints:summarise", "kept in context"},
		{"api-token create three --scope read_cluster -s read_organization --keep -o yaml", 0, "name: three", ""},
		{"api-token list --search c -o json", 0, `"uid": "` + token.UID + `"`, ""},
		{"api-token get " + token.UID, 0, token.UID, ""},
		{"api-token get nobody's", 3, "", "no token"},
		{"api-token create four --developer-operations", 2, "", "on a terminal only; give --keep"},
		{"api-token create four --keep", 2, "", "would open nothing"},
		{"api-token create four --endpoint-access all,summarise --keep", 2, "", "not both"},
		{"api-token create four --endpoint-access= --keep", 2, "", "would open nothing"},
		{"api-token create four --developer-operations --expires 2027-01-15T11:00:00Z --keep", 2, "", "past"},
		{"api-token create four --developer-operations --expires soon --keep", 2, "", "an expiry is"},
		{"api-token create four --developer-operations --keep -o xml", 2, "", `"json", "yaml" or "table"`},
		{"api-token create --developer-operations --keep", 2, "", "name of the new token"},
		{"api-token create four --developer-operations --keep -c nowhere", 3, "", "nowhere"},
		{"api-token delete " + token.UID, 0, "deleted successfully\nContext \"default\" no longer has it.", ""},
		{"api-token delete " + token.UID, 3, "", "no token"},
		{"api-token list --search ci -o table", 0, "There is no such token.", ""},
		{"api-token list -o json --search nobody", 0, "[]\n", ""},
		{"api-token", 0, "Make a token at BentoCloud", ""},
	}
	for _, step := range steps {
		got := run(t, environ, strings.Fields(step.args)...)
		if got.status != step.status || !strings.Contains(got.out, step.out) || !strings.Contains(got.err, step.err) {
			t.Errorf("%s: status %d, printed %q, %q; want %d, %q, %q", step.args, got.status, got.out, got.err, step.status, step.out, step.err)
		}
		if strings.Contains(got.out+got.err, "made-up-token") {
			t.Errorf("%s: a value is written to a pipe", step.args)
		}
	}
}

func TestRenewCommand(t *testing.T) {
	t.Parallel()
	a := withContexts(t, "default", "staging")
	environ := serve(t, a)
	ok(t, environ, "api-token", "create", "ci", "--developer-operations", "--keep")
	got := run(t, environ, "renew", "-o", "json")
	var renewed management.Renewed
	if err := json.Unmarshal([]byte(got.out), &renewed); err != nil || renewed.Context != "default" || renewed.New.UID == renewed.Old.UID {
		t.Errorf("printed %q, %q, %v", got.out, got.err, err)
	}
	for args, want := range map[string]result{
		"renew staging":                           {3, "", "no token"},
		"renew --token " + renewed.New.UID:        {0, "in place of\tci (" + renewed.New.UID + ")", ""},
		"renew nowhere":                           {3, "", "nowhere"},
		"renew a b":                               {2, "", "at most the name of one context"},
		"renew default -c staging":                {2, "", "--context"},
		"renew -o xml":                            {2, "", `"json", "yaml" or "table"`},
		"renew default --token token_of_nobody's": {3, "", "no token"},
	} {
		got := run(t, environ, strings.Fields(args)...)
		if got.status != want.status || !strings.Contains(got.out, want.out) || !strings.Contains(got.err, want.err) {
			t.Errorf("%s: status %d, printed %q, %q; want %+v", args, got.status, got.out, got.err, want)
		}
	}
}

// TestLogoutRevoke deletes at the cloud what was made for the context, and keeps the
// context where that fails.
func TestLogoutRevoke(t *testing.T) {
	t.Parallel()
	a := withContexts(t, "default", "staging")
	environ := serve(t, a)
	ok(t, environ, "api-token", "create", "ci", "--developer-operations", "--keep")
	ok(t, environ, "api-token", "create", "left", "--developer-operations", "--keep")
	list, err := a.Tokens(t.Context(), ipc.Selection{}, "left")
	if err != nil || len(list) != 1 {
		t.Fatalf("%v, %v", list, err)
	}
	refused := &revoking{agent: a, err: &ipc.Error{Code: ipc.Unreachable, Message: "nobody answers", Hint: "wait"}}
	got := run(t, serve(t, refused), "logout", "--revoke")
	if got.status == 0 || !strings.Contains(got.err, "nobody answers") || !strings.Contains(got.err, "log out without --revoke") {
		t.Errorf("where it fails: status %d, %q", got.status, got.err)
	}
	if got := names(t, environ); got != "default\nstaging\n" {
		t.Errorf("then the contexts are %q", got)
	}
	out := ok(t, environ, "logout", "--revoke")
	if strings.Count(out, "deleted successfully\n") != 2 || !strings.HasSuffix(out, "Logged out of context \"default\".\n") {
		t.Errorf("printed %q", out)
	}
	if list, err := a.Tokens(t.Context(), ipc.Selection{Context: "staging"}, ""); err != nil || len(list) != 0 {
		t.Errorf("at the cloud are %v, %v", list, err)
	}
	if out := ok(t, environ, "logout", "--revoke", "--all"); out != "Logged out of context \"staging\".\n" {
		t.Errorf("of one that was pasted: %q", out)
	}
}

// revoking is an agent that cannot revoke.
type revoking struct {
	*agent
	err error
}

// Revoke implements management.Agent.
func (r *revoking) Revoke(context.Context, string) ([]management.DeletedToken, error) {
	return nil, r.err
}

// TestUnconfirmedIsTold warns of what the cloud did not confirm.
func TestUnconfirmedIsTold(t *testing.T) {
	t.Parallel()
	got := run(t, serve(t, &doubting{withContexts(t, "default")}), "api-token", "create", "ci", "--endpoint-access", "all", "--keep")
	if got.status != 0 || !strings.Contains(got.err, "warning: not confirmed by the endpoint: Protected Endpoint access") {
		t.Errorf("status %d, %q", got.status, got.err)
	}
	for _, command := range []string{"create", "list", "get"} {
		if help := ok(t, noDaemon(t), "api-token", command, "--help"); !strings.Contains(help, "not\nconfirmed against the live service") {
			t.Errorf("the help of %s does not say what is not confirmed:\n%s", command, help)
		}
	}
}

// doubting is an agent whose cloud confirms nothing of endpoints.
type doubting struct{ *agent }

// CreateToken implements management.Agent.
func (d *doubting) CreateToken(ctx context.Context, wish management.NewToken) (management.CreatedToken, error) {
	created, err := d.agent.CreateToken(ctx, wish)
	created.Unconfirmed = []string{"Protected Endpoint access"}
	created.Value = credential.Secret{}
	return created, err
}
