package bentocloud_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/bento-cred/bento-cred/daemon/internal/bentocloud"
	"github.com/bento-cred/bento-cred/internal/cloudtest"
	"github.com/bento-cred/bento-cred/internal/credential"
)

// TestLogin goes through a login by browser against clouds that word it differently.
func TestLogin(t *testing.T) {
	t.Parallel()
	approve := func(c *cloudtest.Cloud, code string) bool { return c.Approve(code) }
	deny := func(c *cloudtest.Cloud, code string) bool { return c.Deny(code) }
	expire := func(c *cloudtest.Cloud, code string) bool { return c.Expire(code) }
	vanish := func(c *cloudtest.Cloud, code string) bool { return c.Vanish(code) }
	tests := map[string]struct {
		manner cloudtest.CodeManner
		then   func(*cloudtest.Cloud, string) bool
		kind   error // of what comes in the end; nil for a token
	}{
		"approved":            {cloudtest.CodeManner{}, approve, nil},
		"approved, alike":     {cloudtest.CodesAlike(), approve, nil},
		"approved, {}":        {cloudtest.PendingOK(`{}`), approve, nil},
		"approved, null":      {cloudtest.PendingOK(`{"token":null}`), approve, nil},
		"denied":              {cloudtest.CodeManner{}, deny, bentocloud.ErrDenied},
		"denied, alike":       {cloudtest.CodesAlike(), deny, bentocloud.ErrPending},
		"expired":             {cloudtest.CodeManner{}, expire, bentocloud.ErrCodeExpired},
		"vanished, not known": {cloudtest.CodeManner{}, vanish, bentocloud.ErrPending},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cloud := cloudtest.New(t, cloudtest.Config{Codes: test.manner, Login: cloudtest.Login{AllEndpoints: true, Developer: true}})
			c := client(t, bentocloud.Config{})
			begun, err := c.LoginCode(t.Context(), cloud.URL())
			if err != nil {
				t.Fatal(err)
			}
			_, err = c.Collect(t.Context(), cloud.URL(), begun.Value)
			fails(t, err, bentocloud.ErrPending)
			if !test.then(cloud, begun.Value.Reveal()) {
				t.Fatal("the cloud does not know the code")
			}
			got, err := c.Collect(t.Context(), cloud.URL(), begun.Value)
			if test.kind != nil {
				fails(t, err, test.kind)
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			known := cloud.Tokens()[0]
			if got.Value.Reveal() != known.Value || got.UID != known.UID || got.Origin != credential.OriginBrowser || !got.Access.AllEndpoints {
				t.Errorf("got %v, want the one the cloud made: %s", got, known.UID)
			}
			if err := c.Check(t.Context(), cloud.URL(), got.Value); err != nil {
				t.Errorf("the token is not taken: %v", err)
			}
		})
	}
}

// TestLifeOfAToken makes a token, finds it, and deletes it, one of every access.
func TestLifeOfAToken(t *testing.T) {
	t.Parallel()
	expires := time.Now().Add(time.Hour).UTC().Truncate(time.Second)
	tests := map[string]struct {
		cfg    cloudtest.Config
		wish   bentocloud.Wish
		unsure int // notes on what the cloud does not confirm
	}{
		"developer":     {wish: bentocloud.Wish{Access: credential.Access{Developer: true}, Expires: expires}},
		"all endpoints": {wish: bentocloud.Wish{Access: credential.Access{AllEndpoints: true}}},
		"named":         {wish: bentocloud.Wish{Access: credential.Access{Developer: true, Deployments: []string{"app"}}}},
		"organization":  {wish: bentocloud.Wish{Access: credential.Access{Developer: true}, Organization: true, Description: "ours"}},
		"Yatai": {
			cfg: cloudtest.Config{IgnoreAccess: true, HideValues: true, StrictDates: true}, unsure: 2,
			wish: bentocloud.Wish{Access: credential.Access{Developer: true, AllEndpoints: true}, Organization: true, Expires: expires},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test.cfg.Deployments = []cloudtest.Deployment{{Name: "app"}}
			cloud, c := start(t, test.cfg), client(t, bentocloud.Config{})
			test.wish.Name = "new"
			for _, deployment := range test.wish.Access.Deployments {
				uid, err := c.DeploymentUID(t.Context(), cloud.URL(), token, deployment)
				if err != nil {
					t.Fatal(err)
				}
				test.wish.DeploymentUIDs = append(test.wish.DeploymentUIDs, uid)
			}
			created, err := c.Create(t.Context(), cloud.URL(), token, test.wish)
			if err != nil || len(created.Unconfirmed) != test.unsure {
				t.Fatalf("Create(): %v, unconfirmed: %q", err, created.Unconfirmed)
			}
			if got := created.Token; got.Name != "new" || !got.Expires.Equal(test.wish.Expires) || !got.Access.Equal(test.wish.Access) {
				t.Errorf("created %+v", got)
			}
			one, err := c.Token(t.Context(), cloud.URL(), token, created.Token.UID)
			if diff := cmp.Diff(created.Listed, one, plain); diff != "" || err != nil {
				t.Errorf("Token(): %v, -created +got:\n%s", err, diff)
			}
			found, err := c.Tokens(t.Context(), cloud.URL(), token, "new")
			if diff := cmp.Diff([]bentocloud.Listed{one}, found, plain); diff != "" || err != nil {
				t.Errorf("Tokens(): %v, -want +got:\n%s", err, diff)
			}
			if err := c.Delete(t.Context(), cloud.URL(), token, one.UID); err != nil {
				t.Error(err)
			}
			fails(t, c.Delete(t.Context(), cloud.URL(), token, one.UID), bentocloud.ErrNotFound)
			if err := c.Check(t.Context(), cloud.URL(), created.Token.Value); !errors.Is(err, bentocloud.ErrRefused) {
				t.Errorf("the deleted token: %v", err)
			}
		})
	}
}

// TestAnswerThatIsLost has the work done and the answer cut: one token is there, which
// its name finds, or one is gone, which a second delete finds gone.
func TestAnswerThatIsLost(t *testing.T) {
	t.Parallel()
	faults := map[string]cloudtest.Fault{
		"closed": {After: true, Close: true, Times: 1}, "cut": {After: true, Cut: true, Times: 1}, "failed": {After: true, Status: 500, Times: 1},
	}
	for name, fault := range faults {
		for _, secure := range []bool{false, true} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				cloud := start(t, cloudtest.Config{TLS: secure})
				cfg := bentocloud.Config{}
				if secure {
					cfg.RootCAs = cloud.Authorities()
				}
				c := client(t, cfg)
				cloud.Fail("POST "+pathTokens, fault)
				created, err := c.Create(t.Context(), cloud.URL(), token, bentocloud.Wish{Name: "new"})
				if err == nil || !created.Token.Value.IsZero() {
					t.Fatalf("Create() = %v, %v; want an error", created, err)
				}
				found, err := c.Tokens(t.Context(), cloud.URL(), token, "new")
				if err != nil || len(found) != 1 {
					t.Fatalf("found %v, %v; want one", found, err)
				}
				cloud.Fail("DELETE "+pathTokens+"/*", fault)
				if err := c.Delete(t.Context(), cloud.URL(), token, found[0].UID); err == nil {
					t.Error("a delete without an answer is no error")
				}
				fails(t, c.Delete(t.Context(), cloud.URL(), token, found[0].UID), bentocloud.ErrNotFound)
				if left := cloud.Tokens(); slices.ContainsFunc(left, func(l cloudtest.Token) bool { return l.Name == "new" }) {
					t.Errorf("left: %d tokens", len(left))
				}
			})
		}
	}
}
