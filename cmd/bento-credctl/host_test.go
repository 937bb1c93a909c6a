package main

import (
	"context"
	"strings"
	"testing"

	"github.com/bento-cred/bento-cred/ipc"
	"github.com/bento-cred/bento-cred/ipc/management"
)

// estate is an agent with the deployments and hosts of the golden files.
type estate struct{ *agent }

// Deployments implements management.Agent.
func (estate) Deployments(context.Context, ipc.Selection) ([]management.Deployment, error) {
	return []management.Deployment{
		{Name: "open", Status: "running", URLs: []string{"https://open.example"}, Context: "default"},
		{
			Name: "summarise", Cluster: "eu", Status: "running", Protected: true, URLs: []string{"https://summarise.example", "https://two.example"}, Context: "default",
			Token: &management.DeploymentToken{UID: "t1", Name: "calls", Kind: "personal", Access: []string{"endpoints:summarise"}},
		},
		{Name: "new\x1b[31m", Status: "deploying", Protected: true, URLs: []string{}, Context: "default", Missing: `context "default" has no token with the access "endpoints:new"`},
	}, nil
}

// Deployment implements management.Agent.
func (e estate) Deployment(ctx context.Context, selection ipc.Selection, _ string) (management.Deployment, error) {
	all, err := e.Deployments(ctx, selection)
	return all[1], err
}

// Hosts implements management.Agent.
func (estate) Hosts(context.Context, ipc.Selection) ([]management.Host, error) {
	return []management.Host{
		{URL: "https://acme.cloud.example", Context: "default", Origin: management.HostEndpoint, Header: "X-YATAI-API-TOKEN", Access: "developer"},
		{URL: "https://ai.example:8443", Context: "default", Origin: management.HostBound, Header: "Authorization", Access: "endpoints"},
		{URL: "https://open.example", Context: "default", Deployment: "open", Origin: management.HostDeployment, Header: "Authorization", Access: "endpoints:open", Public: true},
	}, nil
}

func TestWhereTokensGoGolden(t *testing.T) {
	t.Parallel()
	environ := serve(t, estate{newAgent()})
	for name, args := range map[string]string{
		"deployments": "deployment list", "deployment": "deployment get summarise", "hosts": "host list",
	} {
		for _, format := range []string{"table", "json", "yaml"} {
			got := ok(t, environ, append(strings.Fields(args), "-o", format)...)
			golden(t, name+"."+format, got)
			if strings.Contains(got, "\x1b") {
				t.Errorf("%s.%s: a control character is shown", name, format)
			}
		}
	}
}

func TestHostCommands(t *testing.T) {
	t.Parallel()
	environ := serve(t, withContexts(t, "default", "staging"))
	steps := []struct {
		args   string
		status int
		out    string // part of it
		err    string // part of it
	}{
		{"host add https://ai.example/v1 --deployment llama -c staging", 0, `context "staging" for "endpoints:llama" may be sent to https://ai.example`, ""},
		{"host list", 0, "https://ai.example\tstaging\tllama\tbound\tAuthorization\tendpoints:llama", ""},
		{"host list -c default -o json", 0, madeUpEndpoint, ""},
		{"host list -c nowhere", 3, "", "nowhere"},
		{"host remove https://ai.example", 3, "", "host"},
		{"host remove https://ai.example --context staging", 0, "is sent to https://ai.example any more", ""},
		{"host add http://ai.example", 2, "", "URL"},
		{"host add", 2, "", "a URL"},
		{"deployment list", 0, "", ""},
		{"deployment list -o table", 0, "There is no deployment.", ""},
		{"deployment get nobody", 3, "", "nobody"},
		{"proxy nobody", 3, "", "nobody"},
		{"open https://evil.example", 3, "", "host"},
		{"exec --guarded --deployment nobody -- true", 3, "", "nobody"},
		{"exec --deployment nobody -- true", 2, "", "--guarded"},
		{"credentials-file /nowhere/x --for https://evil.example", 3, "", "host"},
	}
	for _, step := range steps {
		got := run(t, environ, strings.Fields(step.args)...)
		if got.status != step.status || !strings.Contains(got.out, step.out) || !strings.Contains(got.err, step.err) {
			t.Errorf("%s: status %d, printed %q, %q; want %d, %q, %q", step.args, got.status, got.out, got.err, step.status, step.out, step.err)
		}
	}
}
