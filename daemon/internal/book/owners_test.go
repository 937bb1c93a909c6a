package book

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/bento-cred/bento-cred/internal/credential"
)

// TestOwners makes changes at random, and holds who owns each origin to what the contexts say.
func TestOwners(t *testing.T) {
	t.Parallel()
	const origins = 6
	r := rand.New(rand.NewPCG(7, 8))
	origin := func() string { return fmt.Sprintf("https://h%d.example", r.IntN(origins)) }
	store := &shelf{items: map[string][]byte{}}
	b := read(t, store)
	for step := range 2000 {
		name := fmt.Sprintf("c%d", r.IntN(4))
		switch r.IntN(5) {
		case 0:
			_ = b.Delete(t.Context(), name) // there may be none
		case 1:
			_ = b.Rename(t.Context(), name, fmt.Sprintf("c%d", r.IntN(4)), func() error { return nil }) // as above
		case 2:
			b = read(t, store)
		default:
			c := credential.Context{Name: name, Endpoint: origin()}
			for range r.IntN(5) {
				c.Hosts = append(c.Hosts, credential.Host{Origin: origin(), Deployment: []string{"", "a"}[r.IntN(2)], Bound: true})
			}
			keep(t, b, c)
		}
		for i := range origins {
			origin := fmt.Sprintf("https://h%d.example", i)
			if diff := cmp.Diff(owning(b.All(), origin), b.Owners(origin), cmp.AllowUnexported(credential.Secret{})); diff != "" {
				t.Fatalf("step %d, %s: -want +got:\n%s", step, origin, diff)
			}
		}
	}
}

// owning returns, of contexts, those that own an origin, as Owners does.
func owning(contexts []credential.Context, origin string) []credential.Context {
	list := []credential.Context{}
	for _, c := range contexts {
		var hosts []credential.Host
		for _, h := range c.Hosts {
			if h.Origin == origin {
				hosts = append(hosts, h)
			}
		}
		if c.Endpoint == origin || slices.ContainsFunc(c.Hosts, func(h credential.Host) bool { return h.Origin == origin }) {
			c.Hosts = hosts
			list = append(list, c)
		}
	}
	return list
}
