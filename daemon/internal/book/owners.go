package book

import (
	"cmp"
	"maps"
	"slices"

	"github.com/bento-cred/bento-cred/internal/credential"
)

// owners has for each origin the contexts that own it, as their endpoint or by a host of theirs.
// Whose a URL is must be found in the same time however many hosts are bound. Like the page that
// they belong to they never change.
type owners map[string][]owner

// owner is a context that owns an origin.
type owner struct {
	name  string
	hosts []credential.Host // those of its hosts that have the origin; none if it is the endpoint alone
}

// ownersOf returns the owners among contexts.
func ownersOf(contexts map[string]credential.Context) owners {
	o := make(owners, len(contexts))
	for _, c := range contexts {
		o.add(c)
	}
	return o
}

// turned returns the owners after a context has become another one. The zero Context is none.
func (o owners) turned(before, after credential.Context) owners {
	if before.Name == after.Name && before.Endpoint == after.Endpoint && slices.Equal(before.Hosts, after.Hosts) {
		return o
	}
	next := maps.Clone(o)
	for origin := range shares(before) {
		next[origin] = slices.DeleteFunc(slices.Clone(next[origin]), func(o owner) bool { return o.name == before.Name })
		if len(next[origin]) == 0 {
			delete(next, origin)
		}
	}
	next.add(after)
	return next
}

// add adds a context to the owners of its origins.
func (o owners) add(c credential.Context) {
	for origin, hosts := range shares(c) {
		o[origin] = append(slices.Clip(o[origin]), owner{name: c.Name, hosts: hosts})
	}
}

// shares returns the hosts of a context by their origins, and its endpoint among these.
func shares(c credential.Context) map[string][]credential.Host {
	by := make(map[string][]credential.Host, 1+len(c.Hosts))
	if c.Endpoint != "" {
		by[c.Endpoint] = nil
	}
	for _, h := range c.Hosts {
		by[h.Origin] = append(by[h.Origin], h)
	}
	return by
}

// Owners returns the contexts that own an origin, by name, each with those of its hosts alone
// that have it.
func (b *Book) Owners(origin string) []credential.Context {
	now := b.page.Load()
	list := make([]credential.Context, 0, len(now.owners[origin]))
	for _, o := range now.owners[origin] {
		c := now.contexts[o.name]
		c.Hosts = o.hosts
		list = append(list, c)
	}
	slices.SortFunc(list, func(x, y credential.Context) int { return cmp.Compare(x.Name, y.Name) })
	return list
}
