package daemon_test

import (
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/bento-cred/bento-cred/internal/cloudtest"
	"github.com/bento-cred/bento-cred/internal/credential"
	"github.com/bento-cred/bento-cred/ipc"
	"github.com/bento-cred/bento-cred/ipc/management"
)

// TestWhereTheCloudCannotBeAsked tells that apart from a host that is nobody's.
func TestWhereTheCloudCannotBeAsked(t *testing.T) {
	t.Parallel()
	h, c := newEstate(t)
	own := h.cloud.DeploymentURL("summarise")
	h.cloud.Fail("/*", cloudtest.Fault{Close: true})
	if _, err := h.at(own); !errors.Is(err, ipc.Unreachable) || !strings.Contains(err.Error(), "no context is known to own") {
		t.Errorf("at first: %v, want unreachable", err)
	}
	h.cloud.Heal()
	if _, err := h.at(own); err != nil {
		t.Fatal(err)
	}
	h.await("all of them are known", func() bool {
		list, err := h.Hosts(t.Context(), ipc.Selection{})
		return err == nil && len(list) == 4
	})
	h.cloud.Fail("/*", cloudtest.Fault{Close: true})
	c.move(2 * time.Hour)
	if _, err := h.at(own); err != nil {
		t.Errorf("two hours later: %v", err)
	}
	c.move(24 * time.Hour)
	if _, err := h.at(own); !errors.Is(err, ipc.Unreachable) {
		t.Errorf("a day later: %v, want unreachable", err)
	}
}

// TestBoundHostDoesNotWaitForTheCloud: a cloud could only say which deployment answers at a host
// that a person bound. One that does not answer holds nobody up for that, and those who ask
// soon after not at all.
func TestBoundHostDoesNotWaitForTheCloud(t *testing.T) {
	t.Parallel()
	h, _ := newEstate(t)
	const gateway = "https://ai.acme.example"
	if _, err := h.AddHost(t.Context(), management.Binding{URL: gateway}); err != nil {
		t.Fatal(err)
	}
	h.cloud.Fail("/api/v2/*", cloudtest.Fault{Hang: true})
	begin := time.Now()
	if got, err := h.at(gateway); err != nil || got.Field().Reveal() != "Bearer "+everyToken {
		t.Fatalf("token %s, %v", got.TokenUID, err)
	}
	for range 30 {
		if _, err := h.at(gateway); err != nil {
			t.Fatal(err)
		}
	}
	took := time.Since(begin)
	if asked(h.cloud, "GET /api/v2/deployments") == 0 {
		t.Error("the cloud was not asked at all")
	}
	if took > 20*time.Second {
		t.Errorf("31 answers took %v, as if each had waited", took)
	}
}

// TestManyAskForOneURL makes one round of questions of it.
func TestManyAskForOneURL(t *testing.T) {
	t.Parallel()
	h, _ := newEstate(t)
	h.cloud.Fail("/api/v2/*", cloudtest.Fault{Latency: 100 * time.Millisecond})
	var all sync.WaitGroup
	for range 20 {
		client := h.dial()
		all.Go(func() {
			got, err := client.Credential(t.Context(), ipc.Request{URL: h.cloud.DeploymentURL("translate")})
			if err != nil || got.Value.IsZero() {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if got := asked(h.cloud, "GET /api/v2/deployments"); got > 4 {
		t.Errorf("the cloud was asked %d times", got)
	}
}

func TestDeploymentsAreListed(t *testing.T) {
	t.Parallel()
	h, _ := newEstate(t)
	list, err := h.Deployments(t.Context(), ipc.Selection{})
	if err != nil || len(list) != 3 {
		t.Fatalf("%+v, %v", list, err)
	}
	for i, want := range []struct{ name, token string }{{"open", ""}, {"summarise", "endpoints:summarise"}, {"translate", "endpoints"}} {
		got := list[i]
		token := ""
		if got.Token != nil {
			token = strings.Join(got.Token.Access, " ")
		}
		if got.Name != want.name || token != want.token || got.Protected == (want.token == "") || got.Status != "running" || len(got.URLs) != 1 || got.URLs[0] != h.cloud.DeploymentURL(want.name) {
			t.Errorf("%+v, token %q", got, token)
		}
		one, err := h.Deployment(t.Context(), ipc.Selection{}, want.name)
		if err != nil || one.Name != want.name || one.URLs[0] != got.URLs[0] {
			t.Errorf("Deployment(%s) = %+v, %v", want.name, one, err)
		}
	}
	if _, err := h.Deployment(t.Context(), ipc.Selection{}, "nobody's"); !errors.Is(err, ipc.NotFound) {
		t.Errorf("%v, want not_found", err)
	}
	h.loginElsewhere("elsewhere")
	if _, err := h.Deployments(t.Context(), ipc.Selection{Context: "elsewhere"}); err != nil {
		t.Error(err)
	}
}

// TestRefusedElsewhere has the cloud asked about a token that somebody did not take.
func TestRefusedElsewhere(t *testing.T) {
	t.Parallel()
	h, _ := newEstate(t)
	before := asked(h.cloud, callUser)
	h.cloud.Revoke(goodToken)
	for _, value := range []string{"nobody's", goodToken} {
		if err := h.Refused(t.Context(), credential.NewSecret(value)); err != nil {
			t.Error(err)
		}
	}
	h.await("it is asked about, and no longer served", func() bool { return h.served("default") != nil })
	if got := asked(h.cloud, callUser) - before; got < 1 || got > 2 {
		t.Errorf("the cloud was asked %d times", got)
	}
}

// TestBoundHostWaitsWhereItHasTo: where no token serves without knowing which deployment answers
// there, the cloud is waited for.
func TestBoundHostWaitsWhereItHasTo(t *testing.T) {
	t.Parallel()
	h, _ := newCare(t, seldom, cloudtest.Config{
		Deployments: []cloudtest.Deployment{{Name: "summarise"}},
		Tokens: []cloudtest.Token{
			{Value: goodToken, Name: "good", Developer: true},
			{Value: oneToken, Name: "one", Deployments: []string{"summarise"}},
		},
	})
	for value, access := range map[string]credential.Access{
		goodToken: {Developer: true}, oneToken: {Deployments: []string{"summarise"}},
	} {
		_, err := h.Login(t.Context(), management.Login{Context: "default", Endpoint: h.cloud.URL(), Token: credential.NewSecret(value), Access: access})
		if err != nil {
			t.Fatal(err)
		}
	}
	own := h.cloud.DeploymentURL("summarise")
	if _, err := h.AddHost(t.Context(), management.Binding{URL: own}); err != nil {
		t.Fatal(err)
	}
	h.cloud.Fail("/api/v2/*", cloudtest.Fault{Latency: 550 * time.Millisecond}) // each of two calls
	if got, err := h.at(own); err != nil || got.Field().Reveal() != "Bearer "+oneToken {
		t.Errorf("token %s, %v", got.TokenUID, err)
	}
}
