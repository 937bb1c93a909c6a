package bentocloud_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/bento-cred/bento-cred/daemon/internal/bentocloud"
	"github.com/bento-cred/bento-cred/internal/cloudtest"
	"github.com/bento-cred/bento-cred/internal/credential"
)

const pathTokens = "/api/v1/api_tokens"

// plain compares secrets by their values. The tests' tokens are made up.
var plain = cmp.Comparer(func(a, b credential.Secret) bool { return a.Reveal() == b.Reveal() })

func TestDescribe(t *testing.T) {
	t.Parallel()
	noon := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	mine := cloudtest.Token{
		Value: "made-up-mine", UID: "u1", Name: "laptop", Description: "my laptop", Developer: true,
		Created: noon.Add(-time.Hour), Expires: noon.Add(time.Hour),
	}
	want := credential.Token{
		UID: "u1", Name: "laptop", Description: "my laptop", Kind: credential.KindPersonal,
		Access: credential.Access{Developer: true}, Scopes: []string{"api"},
		Created: noon.Add(-time.Hour), Expires: noon.Add(time.Hour), LastUsed: noon,
		Value: credential.NewSecret("made-up-mine"),
	}
	tests := map[string]func(*cloudtest.Token, *credential.Token){
		"personal": func(*cloudtest.Token, *credential.Token) {},
		"organization": func(mine *cloudtest.Token, want *credential.Token) {
			mine.Organization, want.Kind = true, credential.KindOrganization
		},
		"monitoring": func(mine *cloudtest.Token, want *credential.Token) {
			mine.Monitoring, want.Kind = true, credential.KindMonitoring
		},
		"no expiry": func(mine *cloudtest.Token, want *credential.Token) {
			mine.Expires, want.Expires = time.Time{}, time.Time{}
		},
		"all endpoints": func(mine *cloudtest.Token, want *credential.Token) {
			mine.AllEndpoints, want.Access.AllEndpoints = true, true
		},
		"named endpoints": func(mine *cloudtest.Token, want *credential.Token) {
			mine.Deployments, want.Access.Deployments = []string{"b", "a", "b"}, []string{"a", "b"}
		},
		"text for a terminal": func(mine *cloudtest.Token, want *credential.Token) {
			mine.Name, want.Name = "a\x1b[2J\nb", "a[2J b"
			mine.Description, want.Description = "value: made-up-mine", "value: [secret]"
		},
	}
	for name, change := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			mine, want := mine, want
			change(&mine, &want)
			cloud := cloudtest.New(t, cloudtest.Config{
				Now:    func() time.Time { return noon },
				Tokens: []cloudtest.Token{{Value: "made-up-other", Name: "other"}, mine},
			})
			got, found := client(t, bentocloud.Config{}).Describe(t.Context(), cloud.URL(), want.Value)
			if diff := cmp.Diff(want, got, plain); diff != "" || !found {
				t.Errorf("found: %v; -want +got:\n%s", found, diff)
			}
		})
	}
}

func TestDescribeBeyondAPage(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		others, pages int
		found         bool
	}{
		"first page":         {99, 1, true},
		"second page":        {100, 2, true},
		"third page":         {250, 3, true},
		"beyond all reason":  {2000, 20, false},
		"last one looked at": {1999, 20, true},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var others []cloudtest.Token
			for i := range test.others {
				others = append(others, cloudtest.Token{Value: fmt.Sprint("made-up-", i)})
			}
			cloud := start(t, cloudtest.Config{Tokens: others})
			got, found := client(t, bentocloud.Config{}).Describe(t.Context(), cloud.URL(), token)
			if found != test.found || found != (got.Name == "mine") {
				t.Errorf("found: %v, %q; want %v", found, got.Name, test.found)
			}
			if pages := len(cloud.Requests()); pages != test.pages {
				t.Errorf("%d pages were fetched, want %d", pages, test.pages)
			}
		})
	}
}

func TestDescribeOfTheUnknown(t *testing.T) {
	t.Parallel()
	tests := map[string]cloudtest.Fault{
		"refused":      says(403, `{"message":"no"}`),
		"not there":    cloudtest.Page(404),
		"failed":       cloudtest.Oops("t"),
		"redirect":     cloudtest.Redirect("https://elsewhere.example"),
		"silence":      {Hang: true},
		"not JSON":     body("x"),
		"no list":      body(`{"items":"` + needle + `"}`),
		"empty list":   body(`{"items":[],"total":5}`),
		"no items":     body(`{"total":5}`),
		"other items":  body(`{"items":[1,"` + needle + `",null,["` + needle + `"],{"token":null},{"token":["` + needle + `"]}],"total":6}`),
		"no value":     body(`{"items":[{"name":"mine","uid":"u"}],"total":1}`),
		"prefix":       body(`{"items":[{"token":"made-up"},{"token":""}],"total":2}`),
		"total absurd": body(`{"items":[{"token":"x"}],"total":-1e300}`),
	}
	for name, fault := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cloud := start(t, cloudtest.Config{})
			cloud.Fail(pathTokens, fault)
			got, found := client(t, bentocloud.Config{Timeout: 300 * time.Millisecond}).Describe(t.Context(), cloud.URL(), token)
			if diff := cmp.Diff(credential.Token{}, got, plain); diff != "" || found {
				t.Errorf("found: %v; -want +got:\n%s", found, diff)
			}
		})
	}
	t.Run("values hidden", func(t *testing.T) {
		t.Parallel()
		cloud := start(t, cloudtest.Config{HideValues: true})
		if _, found := client(t, bentocloud.Config{}).Describe(t.Context(), cloud.URL(), token); found {
			t.Error("a token was found in a list without values")
		}
	})
}

// TestDescribeIsLenient finds the token among fields of types nobody promised.
func TestDescribeIsLenient(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		item string
		want credential.Token
	}{
		"value alone": {`{}`, credential.Token{Kind: credential.KindUnknown}},
		"other types": {
			`{"uid":7,"name":null,"description":[],"scopes":"api","created_at":1,"expired_at":{},"last_used_at":"yesterday",
			"is_api_token":"yes","is_organization_token":1,"is_access_token":null,"deployment_names":{}}`,
			credential.Token{Kind: credential.KindUnknown},
		},
		"Yatai": {`{"uid":"u","scopes":["api",1,""]}`, credential.Token{
			UID: "u", Kind: credential.KindUnknown, Scopes: []string{"api"}, Access: credential.Access{Developer: true},
		}},
		"not for the API": {`{"is_api_token":false,"scopes":["api"]}`, credential.Token{Kind: credential.KindUnknown, Scopes: []string{"api"}}},
		"uids only": {
			`{"is_access_token":true,"deployment_names":[],"deployment_uids":["d2","d1"]}`,
			credential.Token{Kind: credential.KindUnknown, Access: credential.Access{Deployments: []string{"d1", "d2"}}},
		},
		"global, not for endpoints": {`{"is_global_access":true}`, credential.Token{Kind: credential.KindUnknown}},
		"nine digits, a zone": {`{"expired_at":"2026-03-01T13:00:00.123456789+01:00","created_at":"2026-03-01 12:00:00"}`, credential.Token{
			Kind: credential.KindUnknown, Expires: time.Date(2026, 3, 1, 12, 0, 0, 123456789, time.UTC),
		}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cloud := start(t, cloudtest.Config{})
			item := strings.Replace(test.item, "{", `{"token":"`+needle+`",`, 1)
			cloud.Fail(pathTokens, body(`{"items":[`+strings.Replace(item, ",}", "}", 1)+`],"total":"many"}`))
			test.want.Value = token
			got, found := client(t, bentocloud.Config{}).Describe(t.Context(), cloud.URL(), token)
			if diff := cmp.Diff(test.want, got, plain); diff != "" || !found {
				t.Errorf("found: %v; -want +got:\n%s", found, diff)
			}
		})
	}
}
