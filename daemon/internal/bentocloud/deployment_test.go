package bentocloud_test

import (
	"errors"
	"net/http"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/bento-cred/bento-cred/daemon/internal/bentocloud"
	"github.com/bento-cred/bento-cred/internal/cloudtest"
	"github.com/bento-cred/bento-cred/internal/credential"
)

const deploymentToken = "made-up-token-of-deployments"

func TestDeployments(t *testing.T) {
	t.Parallel()
	config := cloudtest.Config{PageLimit: 7, Tokens: []cloudtest.Token{{Value: deploymentToken, Developer: true}}}
	for i := range 30 {
		config.Deployments = append(config.Deployments, cloudtest.Deployment{Name: "d" + strconv.Itoa(i), Public: i == 3})
	}
	cloud, client := cloudtest.New(t, config), bentocloud.New(bentocloud.Config{})
	t.Cleanup(client.Close)
	bearer := credential.NewSecret(deploymentToken)
	all, err := client.Deployments(t.Context(), cloud.URL(), bearer)
	if err != nil || len(all) != 30 {
		t.Fatalf("%d deployments, %v; want 30", len(all), err)
	}
	for i, d := range all {
		if d.Name != "d"+strconv.Itoa(i) || d.Public != (i == 3) || d.Status != "running" || d.Cluster == "" || len(d.URLs) != 0 {
			t.Errorf("listed %+v", d)
		}
	}
	one, err := client.Deployment(t.Context(), cloud.URL(), bearer, all[4].Cluster, "d4")
	if err != nil || !cmp.Equal(one.URLs, []string{cloud.DeploymentURL("d4")}) || one.Public {
		t.Errorf("Deployment() = %+v, %v", one, err)
	}
	for _, name := range []string{"nobody's", "", "..", "a/b"} {
		if _, err := client.Deployment(t.Context(), cloud.URL(), bearer, "", name); !errors.Is(err, bentocloud.ErrNotFound) {
			t.Errorf("%q: %v", name, err)
		}
	}
}

// TestDeploymentsAreReadLeniently, and nothing is public that the cloud does not call so.
func TestDeploymentsAreReadLeniently(t *testing.T) {
	t.Parallel()
	target := func(config string) string { return `"latest_revision":{"targets":[` + config + `]}` }
	tests := map[string]struct {
		item string
		want bentocloud.Deployment
	}{
		"the least":          {`{"name":"a"}`, bentocloud.Deployment{Name: "a"}},
		"odd types":          {`{"name":"a","uid":1,"status":[],"urls":"x","cluster":[],"latest_revision":7}`, bentocloud.Deployment{Name: "a"}},
		"odd addresses":      {`{"name":"a","urls":[1,null,"https://a.example",""]}`, bentocloud.Deployment{Name: "a", URLs: []string{"https://a.example"}}},
		"public":             {`{"name":"a",` + target(`{"config":{"access_authorization":false}}`) + `}`, bentocloud.Deployment{Name: "a", Public: true}},
		"protected":          {`{"name":"a",` + target(`{"config":{"access_authorization":true}}`) + `}`, bentocloud.Deployment{Name: "a"}},
		"one of two":         {`{"name":"a",` + target(`{"config":{"access_authorization":false}},{"config":{"access_authorization":true}}`) + `}`, bentocloud.Deployment{Name: "a"}},
		"half told":          {`{"name":"a",` + target(`{"config":{"access_authorization":false}},{"config":{}}`) + `}`, bentocloud.Deployment{Name: "a"}},
		"half there":         {`{"name":"a",` + target(`{"config":{"access_authorization":false}},null`) + `}`, bentocloud.Deployment{Name: "a"}},
		"told as a word":     {`{"name":"a",` + target(`{"config":{"access_authorization":"false"}}`) + `}`, bentocloud.Deployment{Name: "a"}},
		"no target":          {`{"name":"a",` + target("") + `}`, bentocloud.Deployment{Name: "a"}},
		"the token in words": {`{"name":"a","status":"` + deploymentToken + `"}`, bentocloud.Deployment{Name: "a", Status: "[secret]"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cloud, client := cloudtest.New(t, cloudtest.Config{}), bentocloud.New(bentocloud.Config{})
			t.Cleanup(client.Close)
			cloud.Fail("/*", cloudtest.Fault{Status: http.StatusOK, Body: test.item})
			got, err := client.Deployment(t.Context(), cloud.URL(), credential.NewSecret(deploymentToken), "", "a")
			if diff := cmp.Diff(test.want, got); diff != "" || err != nil {
				t.Errorf("%v, -want +got:\n%s", err, diff)
			}
		})
	}
	cloud, client := cloudtest.New(t, cloudtest.Config{}), bentocloud.New(bentocloud.Config{})
	t.Cleanup(client.Close)
	cloud.Fail("/*", cloudtest.Fault{Status: http.StatusOK, Body: `{"name":"b","urls":["https://b.example"]}`})
	if _, err := client.Deployment(t.Context(), cloud.URL(), credential.NewSecret(deploymentToken), "", "a"); !errors.Is(err, bentocloud.ErrBadReply) {
		t.Errorf("another deployment: %v", err)
	}
}
