package bentocloud_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/bento-cred/bento-cred/daemon/internal/bentocloud"
	"github.com/bento-cred/bento-cred/internal/cloudtest"
	"github.com/bento-cred/bento-cred/internal/credential"
)

// TestNamesInPaths makes sure that a name goes out as one segment, or not at all.
func TestNamesInPaths(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ name, segment string }{
		"plain":        {"u1", "u1"},
		"query":        {"a?b=c#d", "a%3Fb=c%23d"},
		"percent":      {"a%2fb", "a%252fb"},
		"space":        {"a b", "a%20b"},
		"backslash":    {`a\b`, "a%5Cb"},
		"empty":        {"", ""},
		"slash":        {"a/b", ""},
		"dot":          {".", ""},
		"dots":         {"..", ""},
		"line break":   {"a\nb", ""},
		"C1 control":   {"a\u0085b", ""},
		"bad UTF-8":    {"a\xff", ""},
		"far too long": {strings.Repeat("x", 513), ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			address, arrivals := listen(t, answers(`{"uid":"u1"}`))
			c := client(t, bentocloud.Config{})
			_, shownErr := c.Token(t.Context(), address, token, test.name)
			_, uidErr := c.DeploymentUID(t.Context(), address, token, test.name)
			errs := map[string]error{
				"GET " + pathTokens + "/":    shownErr,
				"GET /api/v2/deployments/":   uidErr,
				"DELETE " + pathTokens + "/": c.Delete(t.Context(), address, token, test.name),
			}
			got := make(map[string]bool)
			for _, each := range arrivals() {
				got[each.method+" "+each.uri] = true
			}
			for start, err := range errs {
				if test.segment == "" {
					fails(t, err, bentocloud.ErrNotFound)
				} else if err != nil || !got[start+test.segment] {
					t.Errorf("%s: %v; arrived: %v", start, err, got)
				}
			}
			if test.segment == "" && len(got) != 0 {
				t.Errorf("something was sent: %v", got)
			}
		})
	}
}

// TestNotFound holds for the calls for one thing by its name.
func TestNotFound(t *testing.T) {
	t.Parallel()
	tests := map[string]cloudtest.Fault{
		"404":        says(404, `{"error":"get api token: record not found"}`),
		"404, other": says(404, `{"message":"no such thing"}`),
		"404, empty": says(404, ""),
		"400":        says(400, `{"error":"get api token: record not found"}`),
		"410, empty": says(410, ""),
	}
	for name, fault := range tests {
		for _, what := range []string{"Token", "Delete", "DeploymentUID"} {
			t.Run(name+"/"+what, func(t *testing.T) {
				t.Parallel()
				cloud := start(t, cloudtest.Config{})
				cloud.Fail(calls[what].path, fault)
				fails(t, calls[what].call(t, client(t, bentocloud.Config{}), cloud.URL()), bentocloud.ErrNotFound)
			})
		}
	}
}

func TestDelete(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		status int
		text   string
	}{
		"200, the object": {200, `{"uid":"u1"}`},
		"200, empty":      {200, ""},
		"200, null":       {200, "null"},
		"200, no JSON":    {200, "ok"},
		"200, bad UTF-8":  {200, "\xff"},
		"200, too large":  {200, strings.Repeat("x", 2<<20)},
		"202":             {202, `{}`},
		"204":             {204, ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			address, arrivals := listen(t, func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(test.status)
				_, _ = w.Write([]byte(test.text))
			})
			if err := client(t, bentocloud.Config{}).Delete(t.Context(), address, token, "u1"); err != nil {
				t.Error(err)
			}
			if got := arrivals(); len(got) != 1 || got[0] != (arrival{"DELETE", pathOne, needle, ""}) {
				t.Errorf("arrived: %v", got)
			}
		})
	}
}

func TestDeploymentUID(t *testing.T) {
	t.Parallel()
	cloud := start(t, cloudtest.Config{Deployments: []cloudtest.Deployment{{Name: "app"}}})
	c := client(t, bentocloud.Config{})
	if got, err := c.DeploymentUID(t.Context(), cloud.URL(), token, "app"); err != nil || !strings.HasPrefix(got, "deployment_") {
		t.Errorf("DeploymentUID() = %q, %v", got, err)
	}
	_, err := c.DeploymentUID(t.Context(), cloud.URL(), token, "nobody")
	fails(t, err, bentocloud.ErrNotFound)
	for _, reply := range []string{`{}`, `null`, `{"uid":""}`, `{"uid":7}`, `{"uid":"a/b"}`, `{"uid":"a\u202eb"}`, `{"uid":"` + needle + `"}`} {
		cloud.Fail(pathApp, body(reply))
		_, err := c.DeploymentUID(t.Context(), cloud.URL(), token, "app")
		fails(t, err, bentocloud.ErrBadReply, "uid")
	}
}

func TestTokenWithoutUID(t *testing.T) {
	t.Parallel()
	for _, reply := range []string{`{}`, `null`, `{"uid":7}`} {
		address, _ := listen(t, answers(reply))
		_, err := client(t, bentocloud.Config{}).Token(t.Context(), address, token, "u1")
		fails(t, err, bentocloud.ErrBadReply, "uid")
	}
}

func TestCheck(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		fault cloudtest.Fault
		kind  error // nil: the token is taken
	}{
		"user":                  {body(`{"name":"ada","email":""}`), nil},
		"400, scope":            {says(400, `{"error":"the api_token need the scopes: api"}`), nil},
		"403, scope":            {says(403, `{"error":"the api_token need the scopes: api"}`), nil},
		"404, record not found": {says(404, `{"error":"get user: record not found"}`), bentocloud.ErrTokenUnknown},
		"400, record not found": {says(400, `{"error":"get user: record not found"}`), bentocloud.ErrTokenUnknown},
		"404, other":            {says(404, `{"error":"no route"}`), bentocloud.ErrNotFound},
		"404, empty":            {says(404, ""), bentocloud.ErrWrongHost},
		"410":                   {says(410, ""), bentocloud.ErrRejected},
		"no user":               {body(`{}`), bentocloud.ErrBadReply},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cloud := start(t, cloudtest.Config{})
			cloud.Fail(pathUser, test.fault)
			err := client(t, bentocloud.Config{}).Check(t.Context(), cloud.URL(), token)
			if test.kind != nil {
				fails(t, err, test.kind)
			} else if err != nil {
				t.Error(err)
			}
		})
	}
}

// TestCheckOfARevokedToken asks before and after, in every manner a cloud has.
func TestCheckOfARevokedToken(t *testing.T) {
	t.Parallel()
	manners := map[string]struct {
		manner cloudtest.Manner
		kind   error
	}{
		"Yatai":        {cloudtest.Yatai, bentocloud.ErrTokenUnknown},
		"unauthorized": {cloudtest.Unauthorized, bentocloud.ErrTokenUnknown},
		"empty":        {cloudtest.Empty, bentocloud.ErrRefused},
	}
	for name, test := range manners {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cloud := start(t, cloudtest.Config{Manner: test.manner})
			c := client(t, bentocloud.Config{})
			if err := c.Check(t.Context(), cloud.URL(), token); err != nil {
				t.Fatal(err)
			}
			cloud.Revoke(needle)
			fails(t, c.Check(t.Context(), cloud.URL(), token), test.kind)
		})
	}
	err := client(t, bentocloud.Config{}).Check(t.Context(), "https://cloud.example", credential.NewSecret("a\nb"))
	fails(t, err, bentocloud.ErrToken)
}
