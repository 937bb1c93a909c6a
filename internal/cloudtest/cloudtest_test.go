package cloudtest_test

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/bento-cred/bento-cred/internal/cloudtest"
)

// The made-up tokens of these tests.
const (
	tokenDeveloper = "made-up-developer"
	tokenReader    = "made-up-reader"
	tokenNamed     = "made-up-named"
	tokenAll       = "made-up-all"
	tokenOld       = "made-up-old"
	management     = "X-Yatai-Api-Token"
	authorization  = "Authorization"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// config is a cloud with a token of each sort and its clock at noon.
func config() cloudtest.Config {
	return cloudtest.Config{
		Now:         func() time.Time { return noon },
		Deployments: []cloudtest.Deployment{{Name: "summarizer"}, {Name: "demo", Public: true}},
		Tokens: []cloudtest.Token{
			{Value: tokenDeveloper, Name: "developer", Developer: true},
			{Value: tokenReader, Name: "reader", Developer: true, Scopes: []string{"write_organization"}},
			{Value: tokenNamed, Name: "named", Deployments: []string{"summarizer"}},
			{Value: tokenAll, Name: "all", AllEndpoints: true, Expires: noon.Add(time.Hour)},
			{Value: tokenOld, Name: "old", Developer: true, AllEndpoints: true, Expires: noon},
		},
	}
}

// answer is what came back.
type answer struct {
	Status int
	Body   map[string]any
}

// items returns the objects of a list.
func (a answer) items() []map[string]any {
	list, _ := a.Body["items"].([]any)
	var items []map[string]any
	for _, each := range list {
		if item, ok := each.(map[string]any); ok {
			items = append(items, item)
		}
	}
	return items
}

// fetch gets an address with a header, none where its name is "".
func fetch(t *testing.T, address, header, value string) answer {
	t.Helper()
	reply, err := get(t, address, header, value)
	if err != nil {
		t.Fatalf("getting %s: %v", address, err)
	}
	defer func() { _ = reply.Body.Close() }()
	got := answer{Status: reply.StatusCode}
	if err := json.NewDecoder(reply.Body).Decode(&got.Body); err != nil && !errors.Is(err, io.EOF) {
		t.Fatalf("%s is not JSON: %v", address, err)
	}
	return got
}

// get sends one request on a connection of its own, and follows no redirect.
func get(t *testing.T, address, header, value string) (*http.Response, error) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	if header != "" {
		req.Header.Set(header, value)
	}
	transport := &http.Transport{DisableKeepAlives: true}
	return transport.RoundTrip(req)
}

func TestManagementAccess(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		path, token string
		status      int
		key, text   string
	}{
		"user":                     {"/api/v1/auth/current", tokenDeveloper, 200, "email", "ada@acme.example"},
		"organization":             {"/api/v1/current_org", tokenDeveloper, 200, "name", "acme"},
		"organization, write":      {"/api/v1/current_org", tokenReader, 200, "name", "acme"},
		"deployments, no scope":    {"/api/v2/deployments", tokenReader, 400, "error", "need the scopes: read_cluster"},
		"endpoint token":           {"/api/v1/auth/current", tokenNamed, 400, "error", "need the scopes: api"},
		"no token":                 {"/api/v1/auth/current", "", 403, "message", "required"},
		"unknown token":            {"/api/v1/auth/current", "made-up-nobody", 403, "message", "record not found"},
		"expired this very moment": {"/api/v1/auth/current", tokenOld, 403, "message", "expired"},
		"token by uid":             {"/api/v1/api_tokens/token_" + cloudtest.Fingerprint(tokenNamed), tokenDeveloper, 200, "name", "named"},
		"no such token":            {"/api/v1/api_tokens/nobody", tokenDeveloper, 404, "error", "record not found"},
		"deployment":               {"/api/v2/deployments/summarizer", tokenDeveloper, 200, "status", "running"},
		"no such deployment":       {"/api/v2/deployments/nobody", tokenDeveloper, 404, "error", "record not found"},
	}
	cloud := cloudtest.New(t, config())
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := fetch(t, cloud.URL()+test.path, management, test.token)
			text, _ := got.Body[test.key].(string)
			if got.Status != test.status || !strings.Contains(text, test.text) {
				t.Errorf("got %v, want %d with %q: %q", got, test.status, test.key, test.text)
			}
		})
	}
}

func TestManners(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		manner cloudtest.Manner
		want   answer
	}{
		"yatai":        {cloudtest.Yatai, answer{403, map[string]any{"message": "get api token: record not found"}}},
		"unauthorized": {cloudtest.Unauthorized, answer{401, map[string]any{"message": "get api token: record not found"}}},
		"empty":        {cloudtest.Empty, answer{401, nil}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cfg := config()
			cfg.Manner = test.manner
			got := fetch(t, cloudtest.New(t, cfg).URL()+"/api/v1/auth/current", management, "made-up-nobody")
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func TestDeploymentAccess(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		deployment, header, value string
		want                      int
	}{
		"named":             {"summarizer", authorization, "Bearer " + tokenNamed, 200},
		"all":               {"summarizer", authorization, "Bearer " + tokenAll, 200},
		"developer":         {"summarizer", authorization, "Bearer " + tokenDeveloper, 403},
		"expired":           {"summarizer", authorization, "Bearer " + tokenOld, 401},
		"no token":          {"summarizer", "", "", 401},
		"management header": {"summarizer", management, tokenNamed, 401},
		"public":            {"demo", "", "", 200},
	}
	cloud := cloudtest.New(t, config())
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := fetch(t, cloud.DeploymentURL(test.deployment)+"/hello", test.header, test.value)
			if got.Status != test.want {
				t.Errorf("got %v, want status %d", got, test.want)
			}
		})
	}
}

func TestOnlyAGetTellsTheAddress(t *testing.T) {
	t.Parallel()
	cloud := cloudtest.New(t, config())
	list := fetch(t, cloud.URL()+"/api/v2/deployments?cluster=&all=true&count=&q=&search=&start=", management, tokenDeveloper)
	items := list.items()
	if len(items) != 2 {
		t.Fatalf("the list has %d items, want 2", len(items))
	}
	for _, item := range items {
		if _, found := item["urls"]; found {
			t.Error("the list tells addresses, as BentoCloud's does not")
		}
	}
	one := fetch(t, cloud.URL()+"/api/v2/deployments/summarizer?cluster=", management, tokenDeveloper)
	if diff := cmp.Diff([]any{cloud.DeploymentURL("summarizer")}, one.Body["urls"]); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestListOfTokensIsPaged(t *testing.T) {
	t.Parallel()
	cfg := config()
	for i := range 120 {
		cfg.Tokens = append(cfg.Tokens, cloudtest.Token{Value: "made-up-" + strconv.Itoa(i), Name: "many"})
	}
	for name, hide := range map[string]bool{"with values": false, "without": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cfg := cfg
			cfg.HideValues = hide
			cloud := cloudtest.New(t, cfg)
			tests := map[string]int{"?start=0&count=100": 100, "?start=100&count=100": 25, "?start=900": 0, "": 20, "?count=200&search=many": 120}
			for query, want := range tests {
				page := fetch(t, cloud.URL()+"/api/v1/api_tokens"+query, management, tokenDeveloper)
				items := page.items()
				if len(items) != want {
					t.Errorf("%q gives %d items, want %d", query, len(items), want)
				}
				for _, item := range items {
					if _, shown := item["token"]; shown == hide {
						t.Fatalf("value shown: %v, hidden: %v", shown, hide)
					}
				}
			}
		})
	}
}

func TestListHasALimitAndAQuery(t *testing.T) {
	t.Parallel()
	cfg := config()
	cfg.PageLimit = 2
	cloud := cloudtest.New(t, cfg)
	tests := map[string]struct{ items, total int }{
		"?count=100": {2, 5}, "?start=4&count=100": {1, 5}, "?count=1": {1, 5}, "": {2, 5},
		"?q=develop": {1, 1}, "?q=d&search=named": {1, 1}, "?q=old&search=named": {0, 0}, "?search=": {2, 5},
	}
	for query, want := range tests {
		page := fetch(t, cloud.URL()+"/api/v1/api_tokens"+query, management, tokenDeveloper)
		if len(page.items()) != want.items || page.Body["total"] != float64(want.total) {
			t.Errorf("%q gives %d items of %v, want %v", query, len(page.items()), page.Body["total"], want)
		}
	}
}

func TestRevokedAndAdded(t *testing.T) {
	t.Parallel()
	cloud := cloudtest.New(t, config())
	user := cloud.URL() + "/api/v1/auth/current"
	if !cloud.Revoke(tokenDeveloper) || cloud.Revoke(tokenDeveloper) {
		t.Error("a token can be revoked once")
	}
	if got := fetch(t, user, management, tokenDeveloper); got.Status != http.StatusForbidden {
		t.Errorf("a revoked token gives %v, want 403", got)
	}
	cloud.AddToken(cloudtest.Token{Value: tokenDeveloper, Developer: true})
	if got := fetch(t, user, management, tokenDeveloper); got.Status != http.StatusOK {
		t.Errorf("an added token gives %v, want 200", got)
	}
}

func TestRequestsAreRecordedWithoutTokens(t *testing.T) {
	t.Parallel()
	cloud := cloudtest.New(t, config())
	fetch(t, cloud.URL()+"/api/v1/auth/current?code="+tokenOld, management, tokenDeveloper)
	fetch(t, cloud.DeploymentURL("summarizer")+"/hello", authorization, "Bearer "+tokenNamed)
	got := cloud.Requests()
	want := []cloudtest.Request{
		{
			Host: strings.TrimPrefix(cloud.URL(), "http://"), Method: "GET", Path: "/api/v1/auth/current",
			Headers: got[0].Headers, Management: cloudtest.Fingerprint(tokenDeveloper),
		},
		{
			Host: strings.TrimPrefix(cloud.DeploymentURL("summarizer"), "http://"), Method: "GET", Path: "/hello",
			Headers: got[1].Headers, Bearer: cloudtest.Fingerprint(tokenNamed),
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if !slices.Contains(got[0].Headers, management) || !slices.Contains(got[1].Headers, authorization) {
		t.Errorf("header names are missing in %v", got)
	}
	encoded, err := json.Marshal(got)
	if err != nil || strings.Contains(string(encoded), "made-up") {
		t.Errorf("the record holds a token: %s, %v", encoded, err)
	}
}
