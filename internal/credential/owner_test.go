package credential_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/bento-cred/bento-cred/internal/credential"
)

func TestFind(t *testing.T) {
	t.Parallel()
	const (
		cloud, summarise, gateway = "https://acme.cloud.example", "https://summarise.example", "https://ai.acme.example"
	)
	contexts := []credential.Context{
		{Name: "acme", Endpoint: cloud, Hosts: []credential.Host{
			{Origin: summarise, Deployment: "summarise"},
			{Origin: gateway, Bound: true},
			{Origin: cloud, Deployment: "trap"},
			{Origin: "https://open.example", Deployment: "open", Public: true},
			{Origin: "https://both.example", Deployment: "both", Public: true},
			{Origin: "https://both.example", Bound: true},
		}},
		{Name: "beta", Endpoint: cloud, Hosts: []credential.Host{{Origin: summarise, Deployment: "other", Bound: true}}},
		{Name: "gamma", Endpoint: "https://gamma.cloud.example"},
	}
	tests := map[string]struct {
		origin, named, preferred string
		context, need            string
		public                   bool
		err                      error
	}{
		"an endpoint":                 {origin: "https://gamma.cloud.example", context: "gamma", need: "developer"},
		"two's endpoint":              {origin: cloud, err: credential.ErrAmbiguous},
		"two's endpoint, of current":  {origin: cloud, preferred: "beta", context: "beta", need: "developer"},
		"two's endpoint, of named":    {origin: cloud, named: "acme", preferred: "beta", context: "acme", need: "developer"},
		"two's endpoint, of another":  {origin: cloud, preferred: "gamma", err: credential.ErrAmbiguous},
		"another's endpoint, by name": {origin: cloud, named: "gamma", err: credential.ErrNotOwner},
		"a deployment":                {origin: summarise, preferred: "acme", context: "acme", need: "endpoints:summarise"},
		"the same, another's":         {origin: summarise, named: "beta", context: "beta", need: "endpoints:other"},
		"a gateway":                   {origin: gateway, preferred: "gamma", context: "acme", need: "endpoints"},
		"a public one":                {origin: "https://open.example", context: "acme", need: "endpoints:open", public: true},
		"a public one that was bound": {origin: "https://both.example", context: "acme", need: "endpoints:both"},
		"nobody's":                    {origin: "https://nobody.example", err: credential.ErrUnowned},
		"nobody's, by name":           {origin: "https://nobody.example", named: "acme", err: credential.ErrNotOwner},
		"below an endpoint":           {origin: "https://x.acme.cloud.example", err: credential.ErrUnowned},
		"beside a deployment":         {origin: "https://summarise.example.evil.example", err: credential.ErrUnowned},
		"another port":                {origin: summarise + ":8443", err: credential.ErrUnowned},
		"another scheme":              {origin: "http://summarise.example", err: credential.ErrUnowned},
		"nothing":                     {origin: "", err: credential.ErrUnowned},
	}
	for name, test := range tests {
		place, err := credential.Find(contexts, test.origin, test.named, test.preferred)
		if !errors.Is(err, test.err) {
			t.Errorf("%s: error %v, want %v", name, err, test.err)
		}
		if err == nil && (place.Context.Name != test.context || place.Need().String() != test.need || place.Host.Public != test.public) {
			t.Errorf("%s: %s of %q, public %v; want %s of %q", name, place.Need(), place.Context.Name, place.Host.Public, test.need, test.context)
		}
	}
}

// TestASecretGoesToItsOwnHostsAlone makes contexts, tokens and origins at random, out of
// few, so that they meet: what is given belongs to a context that has exactly that origin,
// and no token of that context that opens less would have done.
func TestASecretGoesToItsOwnHostsAlone(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(5, 6))
	given := 0
	for range 20000 {
		contexts := make([]credential.Context, 1+r.IntN(4))
		for i := range contexts {
			contexts[i] = anyContext(r, fmt.Sprintf("c%d", i))
		}
		origin, named, preferred := anyOrigin(r), "", ""
		if r.IntN(3) == 0 {
			named = fmt.Sprintf("c%d", r.IntN(5))
		}
		if r.IntN(2) == 0 {
			preferred = fmt.Sprintf("c%d", r.IntN(5))
		}
		place, err := credential.Find(contexts, origin, named, preferred)
		if err != nil {
			continue
		}
		token, err := place.Context.Choose(place.Need(), time.Unix(0, 0))
		if err != nil {
			continue
		}
		given++
		checkGiven(t, place, token, origin, named)
	}
	if given < 1000 {
		t.Errorf("only %d tokens were given, so little was proved", given)
	}
}

func checkGiven(t *testing.T, place credential.Place, token credential.Token, origin, named string) {
	t.Helper()
	c := place.Context
	owns := c.Endpoint == origin
	for _, h := range c.Hosts {
		owns = owns || h.Origin == origin
	}
	if !owns || named != "" && named != c.Name {
		t.Fatalf("%q was given a token of %+v", origin, c)
	}
	if (c.Endpoint == origin) != place.Management {
		t.Fatalf("%q is the endpoint of %q: %v", origin, c.Name, c.Endpoint == origin)
	}
	for _, other := range c.Tokens {
		serves := covers(other.Access, place.Need())
		if serves && covers(token.Access, other.Access) && !covers(other.Access, token.Access) {
			t.Fatalf("for %s the token for %s was given, and there is one for %s", place.Need(), token.Access, other.Access)
		}
	}
}

func anyOrigin(r *rand.Rand) string { return fmt.Sprintf("https://h%d.example", r.IntN(6)) }

func anyContext(r *rand.Rand, name string) credential.Context {
	c := credential.Context{Name: name, Endpoint: anyOrigin(r)}
	for range r.IntN(4) {
		c.Hosts = append(c.Hosts, credential.Host{
			Origin: anyOrigin(r), Deployment: []string{"", "a", "b"}[r.IntN(3)], Bound: r.IntN(2) == 0, Public: r.IntN(4) == 0,
		})
	}
	for range r.IntN(5) {
		access := credential.Access{Developer: r.IntN(2) == 0, AllEndpoints: r.IntN(3) == 0}
		for _, deployment := range []string{"a", "b"} {
			if r.IntN(3) == 0 {
				access.Deployments = append(access.Deployments, deployment)
			}
		}
		c.Tokens = append(c.Tokens, credential.Token{Access: access, Value: credential.NewSecret("made-up")})
	}
	return c
}
