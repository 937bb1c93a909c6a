package ipctest

import (
	"testing"

	"github.com/bento-cred/bento-cred/internal/credential"
	"github.com/bento-cred/bento-cred/ipc"
	"github.com/bento-cred/bento-cred/ipc/management"
)

func testHosts(t *testing.T, s Subject) {
	const host = "https://gateway.example"
	ctx := t.Context()
	_, err := s.Agent.AddHost(ctx, management.Binding{URL: host})
	wantCode(t, "add without a context", err, ipc.NoContext)
	_, err = s.Agent.Credential(ctx, ipc.Request{URL: host})
	wantCode(t, "get without a context", err, ipc.UnknownHost)
	login(t, s, "first")
	got, err := s.Agent.Credential(ctx, ipc.Request{URL: s.Endpoint + "/api/v1/auth/current?x"})
	if err != nil || got.Header != "X-YATAI-API-TOKEN" || got.Field().Reveal() != s.Token.Reveal() || got.URL != s.Endpoint {
		t.Errorf("Credential() for the endpoint = %+v, %v", got, err)
	}
	for name, request := range map[string]ipc.Request{
		"another host":          {URL: host},
		"another host, by name": {URL: host, Selection: ipc.Selection{Context: "first"}},
		"below the endpoint":    {URL: s.Endpoint + ".evil.example/"},
	} {
		_, err := s.Agent.Credential(ctx, request)
		if code := ipc.AsError(err).Code; code != ipc.UnknownHost && code != ipc.Usage || ipc.AsError(err).Hint == "" {
			t.Errorf("%s: error %v, want unknown_host with a hint", name, err)
		}
	}
	_, err = s.Agent.Credential(ctx, ipc.Request{URL: "http://gateway.example"})
	wantCode(t, "plain http", err, ipc.Usage)
	_, err = s.Agent.AddHost(ctx, management.Binding{URL: "http://gateway.example"})
	wantCode(t, "add plain http", err, ipc.Usage)

	added, err := s.Agent.AddHost(ctx, management.Binding{URL: host + "/v1", Deployment: "summarise"})
	if err != nil || added.URL != host || added.Context != "first" || added.Deployment != "summarise" || added.Origin != management.HostBound {
		t.Fatalf("AddHost() = %+v, %v", added, err)
	}
	list, err := s.Agent.Hosts(ctx, ipc.Selection{})
	if err != nil || len(list) != 2 || list[0].Origin != management.HostEndpoint || list[1] != added {
		t.Errorf("Hosts() = %+v, %v", list, err)
	}
	_, err = s.Agent.Credential(ctx, ipc.Request{URL: host + "/x"})
	wantCode(t, "a host that no token is for", err, ipc.AccessMissing)
	removed, err := s.Agent.RemoveHost(ctx, management.Binding{URL: host})
	if err != nil || removed != added {
		t.Errorf("RemoveHost() = %+v, %v", removed, err)
	}
	_, err = s.Agent.RemoveHost(ctx, management.Binding{URL: host})
	wantCode(t, "remove twice", err, ipc.NotFound)
	_, err = s.Agent.Credential(ctx, ipc.Request{URL: host})
	wantCode(t, "a host that was removed", err, ipc.UnknownHost)
	_, err = s.Agent.Hosts(ctx, ipc.Selection{Context: "none", Source: ipc.SourceFlag})
	wantCode(t, "hosts of none", err, ipc.NotFound)
	for _, value := range []string{s.Token.Reveal(), "nobody's"} {
		if err := s.Agent.Refused(ctx, credential.NewSecret(value)); err != nil {
			t.Errorf("Refused(): %v", err)
		}
	}
	if _, err := s.Agent.Credential(ctx, ipc.Request{}); err != nil {
		t.Errorf("after Refused(): %v", err)
	}
}

func testDeployments(t *testing.T, s Subject) {
	ctx := t.Context()
	_, err := s.Agent.Deployments(ctx, ipc.Selection{})
	wantCode(t, "without a context", err, ipc.NoContext)
	login(t, s, "first")
	list, err := s.Agent.Deployments(ctx, ipc.Selection{})
	if err != nil || list == nil || len(list) != 0 {
		t.Errorf("Deployments() = %v, %v; want an empty list", list, err)
	}
	_, err = s.Agent.Deployment(ctx, ipc.Selection{}, "none")
	wantCode(t, "deployment none", err, ipc.NotFound)
	_, err = s.Agent.Credential(ctx, ipc.Request{Deployment: "none"})
	wantCode(t, "get for deployment none", err, ipc.NotFound)
}
