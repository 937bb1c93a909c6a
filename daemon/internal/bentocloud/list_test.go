package bentocloud_test

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/bento-cred/bento-cred/daemon/internal/bentocloud"
	"github.com/bento-cred/bento-cred/internal/cloudtest"
	"github.com/bento-cred/bento-cred/internal/credential"
)

// shown are the texts of a listing that the server wrote.
func shown(l bentocloud.Listed) []string {
	return slices.Concat(
		[]string{l.UID, l.Name, l.Description, l.CreatedBy, l.Organization, l.ResourceType, l.Value.Reveal()},
		l.Scopes, l.Labels, l.DeploymentNames, l.DeploymentUIDs, l.Access.Deployments,
	)
}

func TestListed(t *testing.T) {
	t.Parallel()
	noon := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	tests := map[string]struct {
		item string
		want bentocloud.Listed
	}{
		"whole": {
			`{"uid":"u1","name":"lap\u001b[2Jtop","description":"is made-up-other, not made-up-hunter2","scopes":["api"],"resource_type":"api_token",
			"labels":[{"key":"team","value":"ml"},{"key":"","value":"x"},7,{"key":"k"}],"created_at":"2026-03-01T12:00:00Z","updated_at":"2026-03-01T13:00:00Z",
			"expired_at":"2026-03-01T14:00:00+00:00","last_used_at":null,"user":{"name":"ada"},"organization":{"name":"acme"},
			"is_expired":true,"is_api_token":true,"is_access_token":true,"is_global_access":false,"is_organization_token":true,
			"deployment_names":["b","a"],"deployment_uids":["d2","d1"],"token":"made-up-other"}`,
			bentocloud.Listed{
				Token: credential.Token{
					UID: "u1", Name: "lap[2Jtop", Description: "is [secret], not [secret]", Kind: credential.KindOrganization,
					Access: credential.Access{Developer: true, Deployments: []string{"a", "b"}}, Scopes: []string{"api"},
					Created: noon, Expires: noon.Add(2 * time.Hour),
				},
				UpdatedAt: noon.Add(time.Hour), CreatedBy: "ada", Organization: "acme", ResourceType: "api_token",
				Labels: []string{"team=ml", "k="}, IsExpired: true, IsAPIToken: true, IsAccessToken: true, IsOrganizationToken: true,
				DeploymentNames: []string{"b", "a"}, DeploymentUIDs: []string{"d2", "d1"},
			},
		},
		"every deployment": {
			`{"uid":"u1","is_access_token":true,"is_global_access":true}`,
			bentocloud.Listed{
				Token:         credential.Token{UID: "u1", Kind: credential.KindUnknown, Access: credential.Access{AllEndpoints: true}},
				IsAccessToken: true, IsGlobalAccess: true,
			},
		},
		"other types": {
			`{"uid":"u1","name":7,"labels":{},"user":"ada","organization":["acme"],"updated_at":"soon","is_expired":"yes","deployment_uids":7,"token":{"a":1}}`,
			bentocloud.Listed{Token: credential.Token{UID: "u1", Kind: credential.KindUnknown}},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			address, arrivals := listen(t, func(w http.ResponseWriter, r *http.Request) {
				text := test.item
				if r.URL.Path == pathTokens {
					text = `{"total":1,"items":[` + test.item + `]}`
				}
				answers(text)(w, r)
			})
			c := client(t, bentocloud.Config{})
			one, err := c.Token(t.Context(), address, token, "u1")
			if diff := cmp.Diff(test.want, one, plain); diff != "" || err != nil {
				t.Errorf("Token(): %v, -want +got:\n%s", err, diff)
			}
			all, err := c.Tokens(t.Context(), address, token, "a&b c")
			if diff := cmp.Diff([]bentocloud.Listed{test.want}, all, plain); diff != "" || err != nil {
				t.Errorf("Tokens(): %v, -want +got:\n%s", err, diff)
			}
			want := []arrival{
				{"GET", pathOne, needle, ""},
				{"GET", pathTokens + "?start=0&count=100&search=a%26b+c", needle, ""},
			}
			if diff := cmp.Diff(want, arrivals(), cmp.AllowUnexported(arrival{})); diff != "" {
				t.Errorf("requests -want +got:\n%s", diff)
			}
		})
	}
}

// TestValuesOfOthersAreHidden has one token's text quote the value of another.
func TestValuesOfOthersAreHidden(t *testing.T) {
	t.Parallel()
	cloud := start(t, cloudtest.Config{Tokens: []cloudtest.Token{
		{Value: "made-up-one", Name: "one", Description: "renews made-up-one-more"},
		{Value: "made-up-one-more", Name: "two", Description: "renews made-up-one and " + needle},
	}})
	got, err := client(t, bentocloud.Config{}).Tokens(t.Context(), cloud.URL(), token, "")
	if err != nil || len(got) != 3 {
		t.Fatalf("%d tokens, %v; want 3", len(got), err)
	}
	for _, each := range got {
		if text := strings.Join(shown(each), " "); strings.Contains(text, "made-up-") || strings.Contains(text, "-more") {
			t.Errorf("a value is shown: %s", text)
		}
	}
	if want := "renews [secret] and [secret]"; got[1].Description != want {
		t.Errorf("description %q, want %q", got[1].Description, want)
	}
}

// many serves a list of n tokens, of which no page has more than most, and says that
// there are total.
func many(n, most int, total string) func(http.ResponseWriter, *http.Request) {
	return func(w http.ResponseWriter, r *http.Request) {
		from, _ := strconv.Atoi(r.URL.Query().Get("start"))
		count, _ := strconv.Atoi(r.URL.Query().Get("count"))
		var items []string
		for i := from; i < min(n, from+count, from+most); i++ {
			items = append(items, fmt.Sprintf(`{"uid":"u%d"}`, i))
		}
		answers(`{"total":`+total+`,"items":[`+strings.Join(items, ",")+`]}`)(w, r)
	}
}

func TestPages(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		serve       func(http.ResponseWriter, *http.Request)
		want, pages int
		err         error
	}{
		"none":                    {many(0, 100, "0"), 0, 1, nil},
		"one page":                {many(100, 100, "100"), 100, 1, nil},
		"a page and one":          {many(101, 100, "101"), 101, 2, nil},
		"three pages":             {many(250, 100, "250"), 250, 3, nil},
		"smaller pages":           {many(45, 20, "45"), 45, 3, nil},
		"no total":                {many(250, 100, "null"), 250, 4, nil},
		"total in words":          {many(101, 100, `"101"`), 101, 3, nil},
		"total too small":         {many(250, 100, "5"), 250, 4, nil},
		"total below zero":        {many(101, 100, "-1e300"), 101, 3, nil},
		"total too large":         {many(101, 100, "1e300"), 101, 3, nil},
		"total of another type":   {many(101, 100, `{"a":[]}`), 101, 3, nil},
		"ends with the last page": {many(10_000, 100, "10000"), 10_000, 100, nil},
		"no end in sight":         {many(10_001, 100, "10001"), 0, 100, bentocloud.ErrBadReply},
		"the same for ever":       {answers(`{"items":[{"uid":"u1"}]}`), 0, 100, bentocloud.ErrBadReply},
		"the same until total":    {answers(`{"items":[{"uid":"u1"},{"uid":"u2"}],"total":6}`), 2, 3, nil},
		"twice on a page":         {answers(`{"items":[{"uid":"u1"},{"uid":"u1","name":"b"},{},{}],"total":4}`), 3, 1, nil},
		"what is no token":        {answers(`{"items":[1,null,"x",[],{"uid":"u1"}],"total":5}`), 1, 1, nil},
		"no items":                {answers(`{"items":null,"total":5}`), 0, 1, nil},
		"null":                    {answers(`null`), 0, 1, nil},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			address, arrivals := listen(t, test.serve)
			got, err := client(t, bentocloud.Config{}).Tokens(t.Context(), address, token, "")
			if test.err != nil {
				fails(t, err, test.err, "more than 100 pages")
			} else if err != nil {
				t.Fatal(err)
			}
			if len(got) != test.want || len(arrivals()) != test.pages {
				t.Errorf("%d tokens of %d pages, want %d of %d", len(got), len(arrivals()), test.want, test.pages)
			}
		})
	}
}

// TestPageThatFails has a list end in the middle: half of it is no list.
func TestPageThatFails(t *testing.T) {
	t.Parallel()
	address, _ := listen(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Get("start") != "0" {
			w.WriteHeader(http.StatusForbidden)
			return
		}
		many(200, 100, "200")(w, r)
	})
	got, err := client(t, bentocloud.Config{}).Tokens(t.Context(), address, token, "")
	fails(t, err, bentocloud.ErrRefused)
	if got != nil {
		t.Errorf("a failure gave %d tokens", len(got))
	}
}

// TestEachPageHasItsOwnTime lists for longer than a call may take.
func TestEachPageHasItsOwnTime(t *testing.T) {
	t.Parallel()
	address, _ := listen(t, func(w http.ResponseWriter, r *http.Request) {
		time.Sleep(150 * time.Millisecond)
		many(500, 100, "500")(w, r)
	})
	got, err := client(t, bentocloud.Config{Timeout: 600 * time.Millisecond}).Tokens(t.Context(), address, token, "")
	if err != nil || len(got) != 500 {
		t.Errorf("%d tokens, %v; want 500", len(got), err)
	}
}
