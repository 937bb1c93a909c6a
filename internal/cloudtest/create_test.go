package cloudtest_test

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/bento-cred/bento-cred/internal/cloudtest"
)

const pathTokens = "/api/v1/api_tokens"

// send sends one request with a token for the management API.
func send(t *testing.T, method, address, token, body string) (answer, error) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, address, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set(management, token)
	transport := &http.Transport{DisableKeepAlives: true}
	reply, err := transport.RoundTrip(req)
	if err != nil {
		return answer{}, err
	}
	defer func() { _ = reply.Body.Close() }()
	got := answer{Status: reply.StatusCode}
	if err := json.NewDecoder(reply.Body).Decode(&got.Body); err != nil && !errors.Is(err, io.EOF) {
		return got, err
	}
	return got, nil
}

// create asks for a token.
func create(t *testing.T, cloud *cloudtest.Cloud, token, body string) answer {
	t.Helper()
	got, err := send(t, http.MethodPost, cloud.URL()+pathTokens, token, body)
	if err != nil {
		t.Fatalf("creating: %v", err)
	}
	return got
}

// remove deletes a token.
func remove(t *testing.T, cloud *cloudtest.Cloud, token, uid string) answer {
	t.Helper()
	got, err := send(t, http.MethodDelete, cloud.URL()+pathTokens+"/"+uid, token, "")
	if err != nil {
		t.Fatalf("deleting: %v", err)
	}
	return got
}

func TestCreatedTokens(t *testing.T) {
	t.Parallel()
	uid := "deployment_" + cloudtest.Fingerprint("summarizer")
	tests := map[string]struct {
		body   string
		ignore bool
		want   cloudtest.Token
	}{
		"developer": {
			body: `{"name":"n","description":"d","scopes":["api"],"expired_at":null,"code":null,"deployment_uids":null}`,
			want: cloudtest.Token{Description: "d", Scopes: []string{"api"}, Developer: true},
		},
		"management scope": {
			body: `{"name":"n","scopes":["write_cluster"]}`,
			want: cloudtest.Token{Scopes: []string{"write_cluster"}, Developer: true},
		},
		"nothing": {
			body: `{"name":"n","scopes":[]}`,
			want: cloudtest.Token{Scopes: []string{}},
		},
		"unknown scopes": {
			body: `{"name":"n","scopes":["eat","read_","_cluster"],"is_access_token":true}`,
			want: cloudtest.Token{Scopes: []string{"eat", "read_", "_cluster"}},
		},
		"all endpoints, organization": {
			body: `{"name":"n","scopes":[],"is_global_access":true,"is_organization_token":true,"is_monitoring_token":true}`,
			want: cloudtest.Token{Scopes: []string{}, AllEndpoints: true, Organization: true, Monitoring: true},
		},
		"some endpoints": {
			body: `{"name":"n","scopes":[],"deployment_uids":["` + uid + `","demo"]}`,
			want: cloudtest.Token{Scopes: []string{}, Deployments: []string{"summarizer", "demo"}},
		},
		"access ignored": {
			body:   `{"name":"n","scopes":[],"deployment_uids":["no such"],"is_global_access":true,"is_organization_token":true,"is_monitoring_token":true}`,
			ignore: true,
			want:   cloudtest.Token{Scopes: []string{}, Developer: true},
		},
		"with a zone": {
			body: `{"name":"n","scopes":[],"expired_at":"2026-03-02T13:30:00.5+01:00"}`,
			want: cloudtest.Token{Scopes: []string{}, Expires: noon.Add(24*time.Hour + 30*time.Minute + 500*time.Millisecond)},
		},
		"without a zone": {
			body: `{"name":"n","scopes":[],"expired_at":"2026-03-02 12:30:00.500000"}`,
			want: cloudtest.Token{Scopes: []string{}, Expires: noon.Add(24*time.Hour + 30*time.Minute + 500*time.Millisecond)},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cfg := config()
			cfg.IgnoreAccess, cfg.HideValues = test.ignore, true
			cloud := cloudtest.New(t, cfg)
			cloud.Advance(time.Minute)
			made := create(t, cloud, tokenDeveloper, test.body)
			if made.Status != http.StatusOK {
				t.Fatalf("creating gives %v", made)
			}
			tokens := cloud.Tokens()
			got := tokens[len(tokens)-1]
			if made.Body["token"] != got.Value || made.Body["uid"] != got.UID {
				t.Errorf("the reply does not tell value and UID: %v", made)
			}
			if _, told := made.Body["is_global_access"]; told == test.ignore {
				t.Errorf("the reply tells of access: %v", told)
			}
			test.want.Name, test.want.User, test.want.Created = "n", "ada", noon.Add(time.Minute)
			if diff := cmp.Diff(test.want, got, cmpopts.IgnoreFields(cloudtest.Token{}, "UID", "Value")); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
			shown := fetch(t, cloud.URL()+pathTokens+"/"+got.UID, management, tokenDeveloper)
			if _, told := shown.Body["token"]; told || shown.Status != http.StatusOK {
				t.Errorf("a value to be hidden is in %v", shown)
			}
		})
	}
}

func TestCreationIsRefused(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		change func(*cloudtest.Config)
		body   string
		status int
		text   string
	}{
		"null scopes":        {nil, `{"name":"n","scopes":null}`, 500, ""},
		"no scopes":          {nil, `{"name":"n"}`, 500, ""},
		"no name":            {nil, `{"scopes":[]}`, 400, "name"},
		"not JSON":           {nil, `name=n`, 400, "reading the request"},
		"no date":            {nil, `{"name":"n","scopes":[],"expired_at":"soon"}`, 400, "expired_at"},
		"strict date":        {func(c *cloudtest.Config) { c.StrictDates = true }, `{"name":"n","scopes":[],"expired_at":"2026-03-02 12:30:00.500000"}`, 400, "expired_at"},
		"no such deployment": {nil, `{"name":"n","scopes":[],"deployment_uids":["nobody"]}`, 404, "record not found"},
		"no such code":       {nil, `{"name":"n","scopes":[],"code":"nobody"}`, 404, "record not found"},
		"name taken":         {func(c *cloudtest.Config) { c.UniqueNames = true }, `{"name":"developer","scopes":[]}`, 400, "exists already"},
		"by a member":        {func(c *cloudtest.Config) { c.Users = member() }, `{"name":"n","scopes":[],"is_organization_token":true}`, 403, "only admins"},
		"another manner":     {func(c *cloudtest.Config) { c.Users, c.Manner = member(), cloudtest.Unauthorized }, `{"name":"n","scopes":[],"is_organization_token":true}`, 403, "only admins"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cfg := config()
			if test.change != nil {
				test.change(&cfg)
			}
			cloud := cloudtest.New(t, cfg)
			got := create(t, cloud, tokenDeveloper, test.body)
			text, err := json.Marshal(got.Body)
			if err != nil || got.Status != test.status || !strings.Contains(string(text), test.text) {
				t.Errorf("got %v, want %d with %q", got, test.status, test.text)
			}
			if test.text == "" && got.Body != nil {
				t.Errorf("a panic says %v", got.Body)
			}
			if len(cloud.Tokens()) != len(cfg.Tokens) {
				t.Error("a token was made all the same")
			}
		})
	}
}

// member is one user who is no admin.
func member() []cloudtest.User { return []cloudtest.User{{Name: "bob", Member: true}} }

func TestNullScopesTakenForAll(t *testing.T) {
	t.Parallel()
	cfg := config()
	cfg.LenientScopes = true
	got := create(t, cloudtest.New(t, cfg), tokenDeveloper, `{"name":"n","scopes":null}`)
	if diff := cmp.Diff([]any{"api"}, got.Body["scopes"]); diff != "" || got.Status != http.StatusOK {
		t.Errorf("%v; -want +got:\n%s", got, diff)
	}
}

func TestValuesAreUnique(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		generate func(int) string
		want     []string
	}{
		"counted": {nil, []string{"madeup00000000000001", "madeup00000000000002"}},
		"given":   {func(n int) string { return "v" + strconv.Itoa(n) }, []string{"v1", "v2"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cfg := config()
			cfg.NewValue = test.generate
			cloud := cloudtest.New(t, cfg)
			create(t, cloud, tokenDeveloper, `{"name":"n","scopes":[]}`)
			cloud.Approve(begin(t, cloud))
			var got []string
			for _, token := range cloud.Tokens()[len(cfg.Tokens):] {
				got = append(got, token.Value)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

// FuzzCreate sends anything as a creation: it is refused, or makes one token.
func FuzzCreate(f *testing.F) {
	for _, seed := range []string{
		`{"name":"n","scopes":["api"],"expired_at":"2026-03-02T12:00:00Z"}`, `{"name":"n","scopes":null}`, `{}`, `[]`, `null`, ``, `{"name":1}`,
		`{"name":"n","scopes":[null]}`, `{"name":"\ud800","scopes":[],"deployment_uids":["",null]}`, `{"name":"n","scopes":[]} trailing`,
		`{"name":"n","scopes":[],"expired_at":"9999-12-31 23:59:59.9"}`,
		`{"name":"n","scopes":[],"expired_at":"9999-12-31T23:59:59-01:00"}`, `{"name":"n","scopes":[],"expired_at":"0000-01-01T00:00:00+01:00"}`,
	} {
		f.Add(seed)
	}
	cloud := cloudtest.New(f, config())
	f.Fuzz(func(t *testing.T, body string) {
		before := len(cloud.Tokens())
		got := create(t, cloud, tokenDeveloper, body)
		if made := len(cloud.Tokens()) - before; made != 0 && made != 1 || (made == 1) != (got.Status == http.StatusOK) {
			t.Errorf("%v made %d tokens", got, made)
		}
	})
}
