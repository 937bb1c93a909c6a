package bentocloud_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/bento-cred/bento-cred/daemon/internal/bentocloud"
	"github.com/bento-cred/bento-cred/internal/cloudtest"
	"github.com/bento-cred/bento-cred/internal/credential"
)

const (
	pathCode    = "/api/v1/auth/code"
	pathCollect = "/api/v1/auth/token"
	pathOne     = pathTokens + "/u1"
	pathApp     = "/api/v2/deployments/app"
)

// code has characters that an address escapes.
var code = credential.NewSecret(`code+hunter2/"x`)

// calls are the calls that this package makes beside Verify and Describe, by the path
// they go to and the secret they carry there.
var calls = map[string]struct {
	path   string
	secret credential.Secret
	call   func(t *testing.T, c *bentocloud.Client, endpoint string) error
}{
	"LoginCode": {pathCode, credential.Secret{}, func(t *testing.T, c *bentocloud.Client, endpoint string) error {
		_, err := c.LoginCode(t.Context(), endpoint)
		return err
	}},
	"Collect": {pathCollect, code, func(t *testing.T, c *bentocloud.Client, endpoint string) error {
		_, err := c.Collect(t.Context(), endpoint, code)
		return err
	}},
	"Tokens": {pathTokens, token, func(t *testing.T, c *bentocloud.Client, endpoint string) error {
		_, err := c.Tokens(t.Context(), endpoint, token, "")
		return err
	}},
	"Token": {pathOne, token, func(t *testing.T, c *bentocloud.Client, endpoint string) error {
		_, err := c.Token(t.Context(), endpoint, token, "u1")
		return err
	}},
	"Create": {pathTokens, token, func(t *testing.T, c *bentocloud.Client, endpoint string) error {
		_, err := c.Create(t.Context(), endpoint, token, bentocloud.Wish{Name: "new"})
		return err
	}},
	"Delete": {pathOne, token, func(t *testing.T, c *bentocloud.Client, endpoint string) error {
		return c.Delete(t.Context(), endpoint, token, "u1")
	}},
	"DeploymentUID": {pathApp, token, func(t *testing.T, c *bentocloud.Client, endpoint string) error {
		_, err := c.DeploymentUID(t.Context(), endpoint, token, "app")
		return err
	}},
	"Check": {pathUser, token, func(t *testing.T, c *bentocloud.Client, endpoint string) error {
		return c.Check(t.Context(), endpoint, token)
	}},
}

// TestFaultsOfEveryCall has what says nothing of a token end each call alike.
func TestFaultsOfEveryCall(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		fault cloudtest.Fault
		kind  error
		words []string
	}{
		"200, page":       {cloudtest.Page(200), bentocloud.ErrWrongHost, nil},
		"400, page":       {cloudtest.Page(400), bentocloud.ErrWrongHost, nil},
		"401, page":       {cloudtest.Page(401), bentocloud.ErrWrongHost, nil},
		"403, page":       {cloudtest.Page(403), bentocloud.ErrWrongHost, nil},
		"404, page":       {cloudtest.Page(404), bentocloud.ErrWrongHost, nil},
		"410, page":       {cloudtest.Page(410), bentocloud.ErrWrongHost, nil},
		"429, page":       {cloudtest.Page(429), bentocloud.ErrWrongHost, nil},
		"500 with trace":  {cloudtest.Oops("trace-7f"), bentocloud.ErrServer, []string{"trace-7f", "500"}},
		"502, page":       {cloudtest.Page(502), bentocloud.ErrServer, []string{"502"}},
		"503, denied":     {says(503, `{"message":"access denied, expired"}`), bentocloud.ErrServer, nil},
		"206":             {says(206, `{}`), bentocloud.ErrBadReply, []string{"206"}},
		"304":             {says(304, ""), bentocloud.ErrBadReply, []string{"304"}},
		"redirect within": {cloudtest.Redirect("/login?next=hunter2"), bentocloud.ErrRedirect, []string{"/login"}},
		"redirect away":   {cloudtest.Redirect("https://elsewhere.example/a"), bentocloud.ErrRedirectAway, []string{"https://elsewhere.example/a"}},
		"redirect again": {
			cloudtest.Fault{Status: 307, Header: http.Header{"Location": {"https://elsewhere.example"}}}, bentocloud.ErrRedirectAway, nil,
		},
		"closed at once":  {cloudtest.Fault{Close: true}, bentocloud.ErrUnreachable, nil},
		"cut in the body": {cloudtest.Fault{Cut: true, Body: `{"code":"c"`}, bentocloud.ErrUnreachable, nil},
		"cut in a no":     {cloudtest.Fault{Cut: true, Status: 403, Body: `{"mess`}, bentocloud.ErrUnreachable, nil},
		"not HTTP":        {cloudtest.Fault{Raw: "SSH-2.0-OpenSSH_9.6\r\n\r\n"}, bentocloud.ErrBadReply, nil},
		"silence":         {cloudtest.Fault{Hang: true}, bentocloud.ErrTimeout, nil},
	}
	for name, test := range tests {
		for what, each := range calls {
			t.Run(name+"/"+what, func(t *testing.T) {
				t.Parallel()
				cloud := start(t, cloudtest.Config{})
				cloud.Fail(each.path, test.fault)
				cfg := bentocloud.Config{}
				if test.fault.Hang {
					cfg.Timeout = 100 * time.Millisecond
				}
				fails(t, each.call(t, client(t, cfg), cloud.URL()), test.kind, test.words...)
				if got := cloud.Requests(); len(got) != 1 {
					t.Errorf("%d requests, want 1: %v", len(got), got)
				}
			})
		}
	}
}

// TestSecretsThatComeBack has a server repeat what a call sent, in all the ways it may.
func TestSecretsThatComeBack(t *testing.T) {
	t.Parallel()
	quoted := func(text string) string { return strings.ReplaceAll(strconv.Quote(text), "/", `\/`) }
	tests := map[string]struct {
		fault func(secret string) cloudtest.Fault
		kind  error
	}{
		"message": {func(s string) cloudtest.Fault { return says(500, `{"message":`+quoted("of "+s)+`}`) }, bentocloud.ErrServer},
		"address": {func(s string) cloudtest.Fault { return says(500, "GET /x?code="+url.QueryEscape(s)+"&a=b") }, bentocloud.ErrServer},
		"path":    {func(s string) cloudtest.Fault { return says(500, "GET /x/"+url.PathEscape(s)) }, bentocloud.ErrServer},
		"quoted":  {func(s string) cloudtest.Fault { return says(500, "header "+strconv.Quote(s)) }, bentocloud.ErrServer},
		"trace":   {cloudtest.Oops, bentocloud.ErrServer},
		"status":  {func(s string) cloudtest.Fault { return cloudtest.Fault{Raw: "HTTP/1.1 " + s + "\r\n\r\n"} }, bentocloud.ErrBadReply},
		"location": {func(s string) cloudtest.Fault {
			return cloudtest.Redirect("https://elsewhere.example/" + url.PathEscape(s) + "?code=" + url.QueryEscape(s))
		}, bentocloud.ErrRedirectAway},
	}
	for name, test := range tests {
		for what, each := range calls {
			if each.secret.IsZero() {
				continue
			}
			t.Run(name+"/"+what, func(t *testing.T) {
				t.Parallel()
				cloud := start(t, cloudtest.Config{})
				cloud.Fail(each.path, test.fault(each.secret.Reveal()))
				fails(t, each.call(t, client(t, bentocloud.Config{}), cloud.URL()), test.kind, "[secret]")
			})
		}
	}
}

// TestRepliesThatAreNoneOfTheAPI leaves out Delete, whose reply nobody reads.
func TestRepliesThatAreNoneOfTheAPI(t *testing.T) {
	t.Parallel()
	tests := map[string]string{
		"not JSON":    "hello " + needle + code.Reveal(),
		"half JSON":   `{"token":"` + needle,
		"a list":      `["` + needle + `"]`,
		"a number":    `7`,
		"bad UTF-8":   "{\"token\":\"\xff\"}",
		"other types": `{"code":7,"token":7,"items":7,"uid":7,"name":7}`,
	}
	for name, text := range tests {
		for what, each := range calls {
			if what == "Delete" {
				continue
			}
			t.Run(name+"/"+what, func(t *testing.T) {
				t.Parallel()
				cloud := start(t, cloudtest.Config{})
				cloud.Fail(each.path, body(text))
				fails(t, each.call(t, client(t, bentocloud.Config{}), cloud.URL()), bentocloud.ErrBadReply)
			})
		}
	}
}

// TestRefusalsOfEveryBearer holds for the calls that carry a token.
func TestRefusalsOfEveryBearer(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		fault cloudtest.Fault
		kind  error
	}{
		"401, empty":   {says(401, ""), bentocloud.ErrRefused},
		"403, message": {says(403, `{"message":"no, `+needle+`"}`), bentocloud.ErrRefused},
		"403, error":   {says(403, `{"error":"no"}`), bentocloud.ErrRefused},
		"403, deleted": {says(403, `{"message":"get api token: record not found"}`), bentocloud.ErrTokenUnknown},
		"400":          {says(400, `{"error":"bad day"}`), bentocloud.ErrRejected},
		"429":          {says(429, ""), bentocloud.ErrRejected},
		"409":          {says(409, `{"error":"name taken"}`), bentocloud.ErrRejected},
		// The default backend of an ingress says so, of every path.
		"404, plain": {says(404, "default backend - 404"), bentocloud.ErrWrongHost},
	}
	for name, test := range tests {
		for what, each := range calls {
			if what == "LoginCode" || what == "Collect" {
				continue
			}
			t.Run(name+"/"+what, func(t *testing.T) {
				t.Parallel()
				cloud := start(t, cloudtest.Config{})
				cloud.Fail(each.path, test.fault)
				fails(t, each.call(t, client(t, bentocloud.Config{}), cloud.URL()), test.kind)
			})
		}
	}
}

// arrival is one request as it came, with its body.
type arrival struct{ method, uri, token, body string }

// listen serves handler and returns its address and what arrived.
func listen(tb testing.TB, handler func(http.ResponseWriter, *http.Request)) (address string, arrivals func() []arrival) {
	tb.Helper()
	var (
		mu  sync.Mutex // guards all
		all []arrival
	)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		text := make([]byte, max(r.ContentLength, 0))
		_, _ = io.ReadFull(r.Body, text)
		mu.Lock()
		all = append(all, arrival{r.Method, r.URL.RequestURI(), r.Header.Get(bentocloud.Header), string(text)})
		mu.Unlock()
		handler(w, r)
	}))
	tb.Cleanup(server.Close)
	return server.URL, func() []arrival {
		mu.Lock()
		defer mu.Unlock()
		return append([]arrival{}, all...)
	}
}

// answers serves one text as JSON.
func answers(text string) func(http.ResponseWriter, *http.Request) {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte(text))
	}
}
