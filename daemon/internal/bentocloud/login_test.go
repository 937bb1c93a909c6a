package bentocloud_test

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/bento-cred/bento-cred/daemon/internal/bentocloud"
	"github.com/bento-cred/bento-cred/internal/cloudtest"
	"github.com/bento-cred/bento-cred/internal/credential"
	"github.com/bento-cred/bento-cred/internal/endpoint"
)

func TestLoginCode(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ code, query string }{
		"plain":         {"abc-123_x.y~z", "abc-123_x.y~z"},
		"to be escaped": {"a+b/c=&d#e%?", "a%2Bb%2Fc%3D%26d%23e%25%3F"},
		"longest":       {strings.Repeat("x", 512), strings.Repeat("x", 512)},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			address, arrivals := listen(t, answers(`{"code":"`+test.code+`","expires_in":{}}`))
			got, err := client(t, bentocloud.Config{}).LoginCode(t.Context(), address+"/")
			if err != nil {
				t.Fatal(err)
			}
			if got.Value.Reveal() != test.code || got.Page != address+"/api_tokens?code="+test.query {
				t.Errorf("code %q, page %q", got.Value.Reveal(), got.Page)
			}
			if page, err := url.Parse(got.Page); err != nil || page.Query().Get("code") != test.code {
				t.Errorf("the page's code is %q, %v", page.Query(), err)
			}
			if diff := cmp.Diff([]arrival{{"GET", pathCode, "", ""}}, arrivals(), cmp.AllowUnexported(arrival{})); diff != "" {
				t.Errorf("requests -want +got:\n%s", diff)
			}
		})
	}
}

func TestLoginCodeThatIsNone(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		fault cloudtest.Fault
		kind  error
	}{
		"no code":         {body(`{}`), bentocloud.ErrBadReply},
		"null":            {body(`null`), bentocloud.ErrBadReply},
		"empty":           {body(`{"code":""}`), bentocloud.ErrBadReply},
		"no body":         {cloudtest.Fault{Status: 200}, bentocloud.ErrBadReply},
		"another type":    {body(`{"code":["hunter2"]}`), bentocloud.ErrBadReply},
		"space":           {body(`{"code":"hunter2 x"}`), bentocloud.ErrBadReply},
		"control":         {body(`{"code":"hunter2\u0000"}`), bentocloud.ErrBadReply},
		"DEL":             {body(`{"code":"hunter2\u007f"}`), bentocloud.ErrBadReply},
		"not ASCII":       {body(`{"code":"hunter2é"}`), bentocloud.ErrBadReply},
		"too long":        {body(`{"code":"` + strings.Repeat("x", 513) + `"}`), bentocloud.ErrBadReply},
		"not found":       {says(404, `{"error":"no such route"}`), bentocloud.ErrNotFound},
		"nothing there":   {says(404, ""), bentocloud.ErrWrongHost},
		"wants a token":   {says(403, `{"message":"api token is required"}`), bentocloud.ErrRejected},
		"knows no token":  {says(401, `{"message":"record not found"}`), bentocloud.ErrRejected},
		"wants a scope":   {says(400, `{"error":"need the scopes: api"}`), bentocloud.ErrRejected},
		"too many logins": {says(429, ""), bentocloud.ErrRejected},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cloud := start(t, cloudtest.Config{})
			cloud.Fail(pathCode, test.fault)
			got, err := client(t, bentocloud.Config{}).LoginCode(t.Context(), cloud.URL())
			fails(t, err, test.kind)
			if got != (bentocloud.Code{}) {
				t.Error("a failure gave a code")
			}
		})
	}
	_, err := client(t, bentocloud.Config{}).LoginCode(t.Context(), "http://cloud.example.com")
	if !errors.Is(err, endpoint.ErrPlainHTTP) {
		t.Errorf("error %v, want %v", err, endpoint.ErrPlainHTTP)
	}
}

func TestCollect(t *testing.T) {
	t.Parallel()
	noon := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	tests := map[string]struct {
		status int
		reply  string
		want   credential.Token
	}{
		"value alone": {200, `{"token":"made-up-new"}`, credential.Token{Kind: credential.KindUnknown}},
		"202":         {202, `{"token":"made-up-new"}`, credential.Token{Kind: credential.KindUnknown}},
		"whole": {
			200, `{"token":"made-up-new","uid":"u1","name":"laptop","description":"for made-up-new and code+hunter2/\"x","scopes":["api"],
			"created_at":"2026-03-01T12:00:00Z","expired_at":"2026-03-01T13:00:00Z","is_api_token":true,"is_organization_token":false}`,
			credential.Token{
				UID: "u1", Name: "laptop", Description: "for [secret] and [secret]", Kind: credential.KindPersonal,
				Access: credential.Access{Developer: true}, Scopes: []string{"api"}, Created: noon, Expires: noon.Add(time.Hour),
			},
		},
		"other types": {
			200, `{"token":"made-up-new","uid":1,"name":{},"scopes":"api","expired_at":7,"is_api_token":"yes","user":[]}`,
			credential.Token{Kind: credential.KindUnknown},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			address, arrivals := listen(t, func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(test.status)
				_, _ = w.Write([]byte(test.reply))
			})
			test.want.Value, test.want.Origin = credential.NewSecret("made-up-new"), credential.OriginBrowser
			got, err := client(t, bentocloud.Config{}).Collect(t.Context(), address, code)
			if diff := cmp.Diff(test.want, got, plain); diff != "" || err != nil {
				t.Errorf("error %v, -want +got:\n%s", err, diff)
			}
			want := []arrival{{"GET", pathCollect + "?code=" + url.QueryEscape(code.Reveal()), "", ""}}
			if diff := cmp.Diff(want, arrivals(), cmp.AllowUnexported(arrival{})); diff != "" {
				t.Errorf("requests -want +got:\n%s", diff)
			}
		})
	}
}

func TestCollectOfNoToken(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		fault  cloudtest.Fault
		kind   error
		status int
		detail string
	}{
		"200, nothing in it":    {body(`{}`), bentocloud.ErrPending, 0, ""},
		"200, null":             {body(`null`), bentocloud.ErrPending, 0, ""},
		"200, null token":       {body(`{"token":null}`), bentocloud.ErrPending, 0, ""},
		"200, empty token":      {body(`{"token":""}`), bentocloud.ErrPending, 0, ""},
		"200, empty text":       {body(`""`), bentocloud.ErrPending, 0, ""},
		"200, no body":          {cloudtest.Fault{Status: 200}, bentocloud.ErrPending, 0, ""},
		"200, waiting":          {body(`{"message":"waiting for code+hunter2/\"x"}`), bentocloud.ErrPending, 0, "waiting for [secret]"},
		"200, denied":           {body(`{"error":"access_denied"}`), bentocloud.ErrDenied, 0, "access_denied"},
		"202":                   {says(202, `{}`), bentocloud.ErrPending, 0, ""},
		"204":                   {says(204, ""), bentocloud.ErrPending, 0, ""},
		"400, message":          {says(400, `{"message":"code is not used"}`), bentocloud.ErrPending, 400, "code is not used"},
		"400, error":            {says(400, `{"error":"authorization_pending"}`), bentocloud.ErrPending, 400, "authorization_pending"},
		"400, record not found": {says(400, `{"error":"record not found"}`), bentocloud.ErrPending, 400, "record not found"},
		"401":                   {says(401, `{"message":"unauthorized"}`), bentocloud.ErrPending, 401, "unauthorized"},
		"403, empty":            {says(403, ""), bentocloud.ErrPending, 403, ""},
		"403, record not found": {says(403, `{"message":"get api token: record not found"}`), bentocloud.ErrPending, 403, "get api token: record not found"},
		"403, scope":            {says(403, `{"message":"need the scopes: api"}`), bentocloud.ErrPending, 403, "need the scopes: api"},
		"404":                   {says(404, `{"error":"record not found"}`), bentocloud.ErrPending, 404, "record not found"},
		"404, empty":            {says(404, ""), bentocloud.ErrPending, 404, ""},
		"404, plain text":       {says(404, "404 page not found"), bentocloud.ErrPending, 404, "404 page not found"},
		"425":                   {says(425, ""), bentocloud.ErrPending, 425, ""},
		"429":                   {says(429, ""), bentocloud.ErrPending, 429, ""},
		"429, quota expired":    {says(429, `{"error":"rate window expired"}`), bentocloud.ErrPending, 429, "rate window expired"},
		"ends named":            {says(400, `{"error":"not yet approved or denied"}`), bentocloud.ErrPending, 400, "not yet approved or denied"},
		"403, denied":           {says(403, `{"message":"Login Denied"}`), bentocloud.ErrDenied, 403, "Login Denied"},
		"400, rejected":         {says(400, `{"error":"rejected"}`), bentocloud.ErrDenied, 400, "rejected"},
		"400, declined":         {says(400, `{"error":"user declined"}`), bentocloud.ErrDenied, 400, "user declined"},
		"403, refused":          {says(403, `{"error":"refused by user"}`), bentocloud.ErrDenied, 403, "refused by user"},
		"410, denied":           {says(410, `{"error":"denied"}`), bentocloud.ErrDenied, 410, "denied"},
		"400, expired":          {says(400, `{"error":"the code is Expired"}`), bentocloud.ErrCodeExpired, 400, "the code is Expired"},
		"410":                   {says(410, ""), bentocloud.ErrCodeExpired, 410, ""},
		"410, gone":             {says(410, `{"message":"gone"}`), bentocloud.ErrCodeExpired, 410, "gone"},
		"code echoed":           {says(404, `{"error":"no code code+hunter2/\"x"}`), bentocloud.ErrPending, 404, "no code [secret]"},
		"token in a no":         {says(400, `{"error":"made hunter2","token":"hunter2"}`), bentocloud.ErrPending, 400, "made [secret]"},
		"token for no header":   {body(`{"token":"hunter2\n"}`), bentocloud.ErrBadReply, 0, "the token is none that a header can carry"},
		"token too long":        {body(`{"token":"` + strings.Repeat("hunter2", 2000) + `"}`), bentocloud.ErrBadReply, 0, "the token is none that a header can carry"},
		"token a number":        {body(`{"token":7}`), bentocloud.ErrBadReply, 0, "the token is none that a header can carry"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cloud := start(t, cloudtest.Config{})
			cloud.Fail(pathCollect, test.fault)
			got, err := client(t, bentocloud.Config{}).Collect(t.Context(), cloud.URL(), code)
			fails(t, err, test.kind)
			var failure *bentocloud.Error
			if errors.As(err, &failure) && (failure.Status != test.status || failure.Detail != test.detail) {
				t.Errorf("status %d, detail %q; want %d, %q", failure.Status, failure.Detail, test.status, test.detail)
			}
			if diff := cmp.Diff(credential.Token{}, got, plain); diff != "" {
				t.Errorf("a failure gave a token: %s", diff)
			}
		})
	}
}

func TestCollectOfACodeThatIsNone(t *testing.T) {
	t.Parallel()
	address, arrivals := listen(t, answers(`{"token":"made-up-new"}`))
	for _, value := range []string{"", "hunter2 x", "hunter2\n", strings.Repeat("x", 513)} {
		_, err := client(t, bentocloud.Config{}).Collect(t.Context(), address, credential.NewSecret(value))
		fails(t, err, bentocloud.ErrCodeExpired)
	}
	if got := arrivals(); len(got) != 0 {
		t.Errorf("something was sent: %v", got)
	}
}
