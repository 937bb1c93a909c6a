package bentocloud_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/bento-cred/bento-cred/daemon/internal/bentocloud"
	"github.com/bento-cred/bento-cred/internal/credential"
)

// made is a reply to a create, with further fields.
func made(further string) func(http.ResponseWriter, *http.Request) {
	return answers(`{"token":"made-up-new","uid":"u9"` + further + `}`)
}

func TestCreateSends(t *testing.T) {
	t.Parallel()
	east := time.FixedZone("east", 2*60*60)
	developer := credential.Access{Developer: true}
	named := credential.Access{Deployments: []string{"a", "b"}}
	tests := map[string]struct {
		wish bentocloud.Wish
		want string
	}{
		"developer":     {bentocloud.Wish{Name: "n", Access: developer}, `{"name":"n","description":"","scopes":["api"]}`},
		"scopes":        {bentocloud.Wish{Name: "n", Access: developer, Scopes: []string{"read_cluster"}}, `{"name":"n","description":"","scopes":["read_cluster"]}`},
		"no access":     {bentocloud.Wish{Name: "n", Description: "d"}, `{"name":"n","description":"d","scopes":[]}`},
		"all endpoints": {bentocloud.Wish{Access: credential.Access{AllEndpoints: true}}, `{"name":"","description":"","scopes":[],"is_access_token":true,"is_global_access":true}`},
		"all, and named": {
			bentocloud.Wish{Access: credential.Access{AllEndpoints: true, Deployments: []string{"a"}}, DeploymentUIDs: []string{"d1"}},
			`{"name":"","description":"","scopes":[],"is_access_token":true,"is_global_access":true}`,
		},
		"named endpoints": {
			bentocloud.Wish{Access: named, DeploymentUIDs: []string{"d1", "d2"}},
			`{"name":"","description":"","scopes":[],"is_access_token":true,"deployment_uids":["d1","d2"]}`,
		},
		"organization": {bentocloud.Wish{Access: developer, Organization: true}, `{"name":"","description":"","scopes":["api"],"is_organization_token":true}`},
		"expiry": {
			bentocloud.Wish{Expires: time.Date(2026, 3, 1, 14, 0, 0, 5, east)},
			`{"name":"","description":"","scopes":[],"expired_at":"2026-03-01T12:00:00Z"}`,
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			address, arrivals := listen(t, made(""))
			if _, err := client(t, bentocloud.Config{}).Create(t.Context(), address, token, test.wish); err != nil {
				t.Fatal(err)
			}
			want := []arrival{{"POST", pathTokens, needle, test.want}}
			if diff := cmp.Diff(want, arrivals(), cmp.AllowUnexported(arrival{})); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func TestCreated(t *testing.T) {
	t.Parallel()
	noon := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	address, _ := listen(t, made(`,"name":"ci","description":"not made-up-new","scopes":["api"],"is_api_token":true,"is_organization_token":false,
		"created_at":"2026-03-01T12:00:00Z","expired_at":"2026-03-01T13:00:00.5Z","is_access_token":true,"is_global_access":false,"user":{"name":"ada"}`))
	wish := bentocloud.Wish{
		Name: "ci", Access: credential.Access{Developer: true, AllEndpoints: true}, Organization: true, Expires: noon.Add(time.Hour),
	}
	got, err := client(t, bentocloud.Config{}).Create(t.Context(), address, token, wish)
	if err != nil {
		t.Fatal(err)
	}
	answered := credential.Token{
		UID: "u9", Name: "ci", Description: "not [secret]", Kind: credential.KindPersonal, Access: credential.Access{Developer: true},
		Scopes: []string{"api"}, Created: noon, Expires: noon.Add(time.Hour + 500*time.Millisecond),
	}
	want := bentocloud.Created{
		Token:  answered,
		Listed: bentocloud.Listed{Token: answered, CreatedBy: "ada", IsAPIToken: true, IsAccessToken: true},
		Unconfirmed: []string{
			"the endpoint does not confirm that the token belongs to the organization",
			"the endpoint does not confirm access to every deployment",
		},
	}
	want.Token.Value = credential.NewSecret("made-up-new")
	want.Token.Kind, want.Token.Access = credential.KindOrganization, wish.Access
	if diff := cmp.Diff(want, got, plain); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// TestCreatedOfAShortReply fills what the reply leaves out with what was asked for.
func TestCreatedOfAShortReply(t *testing.T) {
	t.Parallel()
	address, _ := listen(t, made(""))
	soon := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	got, err := client(t, bentocloud.Config{}).Create(t.Context(), address, token, bentocloud.Wish{Name: "ci", Expires: soon})
	want := credential.Token{UID: "u9", Name: "ci", Kind: credential.KindPersonal, Expires: soon, Value: credential.NewSecret("made-up-new")}
	if diff := cmp.Diff(want, got.Token, plain); diff != "" || err != nil {
		t.Errorf("error %v, -want +got:\n%s", err, diff)
	}
}

func TestUnconfirmed(t *testing.T) {
	t.Parallel()
	soon := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	developer := credential.Access{Developer: true}
	some := bentocloud.Wish{Access: credential.Access{Deployments: []string{"a", "b"}}, DeploymentUIDs: []string{"d1", "d2"}}
	all := bentocloud.Wish{Access: credential.Access{AllEndpoints: true}}
	tests := map[string]struct {
		wish  bentocloud.Wish
		reply string
		words []string // one for each note
	}{
		"nothing asked for":        {bentocloud.Wish{}, ``, nil},
		"developer, Yatai":         {bentocloud.Wish{Access: developer}, `,"scopes":["api"]`, nil},
		"developer":                {bentocloud.Wish{Access: developer}, `,"scopes":["api"],"is_api_token":true`, nil},
		"developer, denied":        {bentocloud.Wish{Access: developer}, `,"scopes":["api"],"is_api_token":false`, []string{"Developer Operations"}},
		"developer, silence":       {bentocloud.Wish{Access: developer}, ``, []string{"Developer Operations", "scopes api"}},
		"developer, not asked for": {bentocloud.Wish{}, `,"is_api_token":true`, []string{"not asked for"}},
		"other scopes":             {bentocloud.Wish{Scopes: []string{"x", "y"}}, `,"scopes":["y"]`, []string{"scopes x, y"}},
		"all":                      {all, `,"is_access_token":true,"is_global_access":true`, nil},
		"all, false":               {all, `,"is_access_token":true,"is_global_access":false`, []string{"every deployment"}},
		"all, silence":             {all, ``, []string{"every deployment"}},
		"all, another type":        {all, `,"is_access_token":"true","is_global_access":1`, []string{"every deployment"}},
		"all, not asked for":       {some, `,"is_access_token":true,"is_global_access":true,"deployment_uids":["d1","d2"]`, []string{"every deployment, which was not asked for"}},
		"some":                     {some, `,"is_access_token":true,"deployment_uids":["d2","d1","d3"]`, nil},
		"one of some":              {some, `,"is_access_token":true,"deployment_uids":["d2"]`, []string{"that were named"}},
		"some, silence":            {some, ``, []string{"that were named"}},
		"organization":             {bentocloud.Wish{Organization: true}, `,"is_organization_token":true`, nil},
		"organization, silence":    {bentocloud.Wish{Organization: true}, ``, []string{"belongs to the organization"}},
		"organization, unasked":    {bentocloud.Wish{}, `,"is_organization_token":true`, []string{"belongs to the organization, which was not"}},
		"expiry":                   {bentocloud.Wish{Expires: soon.Add(5)}, `,"expired_at":"2026-03-01T13:00:00.000+01:00"`, nil},
		"expiry, silence":          {bentocloud.Wish{Expires: soon}, `,"expired_at":null`, []string{"does not confirm when"}},
		"expiry, other":            {bentocloud.Wish{Expires: soon}, `,"expired_at":"2026-03-01T11:00:00Z"`, []string{"2026-03-01T11:00:00Z"}},
		"expiry, not asked for":    {bentocloud.Wish{}, `,"expired_at":"2026-03-01T11:00:00Z"`, []string{"2026-03-01T11:00:00Z"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			address, _ := listen(t, made(test.reply))
			got, err := client(t, bentocloud.Config{}).Create(t.Context(), address, token, test.wish)
			if err != nil || len(got.Unconfirmed) != len(test.words) {
				t.Fatalf("%q, %v; want %d notes", got.Unconfirmed, err, len(test.words))
			}
			for i, word := range test.words {
				if !strings.Contains(got.Unconfirmed[i], word) {
					t.Errorf("note %q, want %q in it", got.Unconfirmed[i], word)
				}
			}
		})
	}
}

func TestCreateOfAReplyThatIsNone(t *testing.T) {
	t.Parallel()
	tests := map[string]string{
		"null":                 `null`,
		"no token":             `{"uid":"u9"}`,
		"null token":           `{"uid":"u9","token":null}`,
		"token for no header":  `{"uid":"u9","token":"hunter2\n"}`,
		"token another type":   `{"uid":"u9","token":{"hunter2":1}}`,
		"no uid":               `{"token":"hunter2"}`,
		"uid of another type":  `{"token":"hunter2","uid":7}`,
		"uid that is a path":   `{"token":"hunter2","uid":"../x"}`,
		"uid that is a secret": `{"token":"hunter2","uid":"hunter2"}`,
	}
	for name, reply := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			address, _ := listen(t, answers(reply))
			got, err := client(t, bentocloud.Config{}).Create(t.Context(), address, token, bentocloud.Wish{Name: "n"})
			fails(t, err, bentocloud.ErrBadReply)
			if diff := cmp.Diff(bentocloud.Created{}, got, plain); diff != "" {
				t.Errorf("a failure gave a token: %s", diff)
			}
		})
	}
}

func TestCreateOfDeploymentsWithoutUIDs(t *testing.T) {
	t.Parallel()
	address, arrivals := listen(t, made(""))
	wish := bentocloud.Wish{Name: "n", Access: credential.Access{Developer: true, Deployments: []string{"a"}}}
	_, err := client(t, bentocloud.Config{}).Create(t.Context(), address, token, wish)
	fails(t, err, bentocloud.ErrRejected, "uids")
	if got := arrivals(); len(got) != 0 {
		t.Errorf("something was sent: %v", got)
	}
}

// TestWishIsValidJSON sends what a person may type.
func TestWishIsValidJSON(t *testing.T) {
	t.Parallel()
	address, arrivals := listen(t, made(""))
	name := "a\"b\\c\n\xff<é>"
	if _, err := client(t, bentocloud.Config{}).Create(t.Context(), address, token, bentocloud.Wish{Name: name}); err != nil {
		t.Fatal(err)
	}
	var sent struct{ Name string }
	if err := json.Unmarshal([]byte(arrivals()[0].body), &sent); err != nil || sent.Name != "a\"b\\c\n\ufffd<é>" {
		t.Errorf("name %q, %v", sent.Name, err)
	}
}
