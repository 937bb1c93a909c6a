package credential

import (
	"cmp"
	"errors"
	"slices"
	"strings"
)

// Host is an origin beside its endpoint that a context may send a token to.
type Host struct {
	Origin     string // scheme, host and port, normalised: "https://summarise.example"
	Deployment string // the deployment that answers there; empty where nobody said
	Bound      bool   // a person said that it is the context's; else the cloud did
	Public     bool   // the cloud says that it wants no token
}

// Place is where a URL leads, in the eyes of the context that owns it.
type Place struct {
	Context    Context
	Host       Host
	Management bool // it is the context's endpoint
}

// Why Find names no place.
var (
	// ErrUnowned: no context owns the origin.
	ErrUnowned = errors.New("no context owns that host")
	// ErrNotOwner: the context that was named does not own the origin.
	ErrNotOwner = errors.New("the context does not own that host")
	// ErrAmbiguous: several contexts own the origin, and none of them goes first.
	ErrAmbiguous = errors.New("several contexts own that host")
)

// Find returns whose an origin is. A secret is given for a place and nothing else, so the
// rule is short: an origin belongs to the contexts that have exactly it, as their endpoint
// or among their Hosts. Nothing is guessed from a part of a name. A context named by hand
// has to be the owner; of several owners the preferred one goes first, and where it is
// none of them nobody does.
func Find(contexts []Context, origin, named, preferred string) (Place, error) {
	var owners []Place
	for _, c := range contexts {
		if place, owns := c.place(origin); owns && (named == "" || c.Name == named) {
			owners = append(owners, place)
		}
	}
	if len(owners) == 0 && named != "" {
		return Place{}, ErrNotOwner
	}
	if len(owners) == 0 {
		return Place{}, ErrUnowned
	}
	if len(owners) == 1 {
		return owners[0], nil
	}
	first := slices.IndexFunc(owners, func(p Place) bool { return p.Context.Name == preferred })
	if first < 0 {
		return Place{}, ErrAmbiguous
	}
	return owners[first], nil
}

// place returns what an origin is to c, and reports whether c owns it. Its endpoint is
// nothing else beside, whatever anybody says of it.
func (c Context) place(origin string) (Place, bool) {
	if origin == c.Endpoint {
		return Place{Context: c, Management: true}, true
	}
	var of []Host
	for _, h := range c.Hosts {
		if h.Origin == origin {
			of = append(of, h)
		}
	}
	if len(of) == 0 {
		return Place{}, false
	}
	// Who bound it by hand knows best, but may have left out whose it is: the name of the
	// deployment leads to a narrower token.
	slices.SortStableFunc(of, func(a, b Host) int {
		return cmp.Or(-compareBool(a.Bound, b.Bound), strings.Compare(a.Deployment, b.Deployment))
	})
	host := of[0]
	for _, h := range of {
		if host.Deployment == "" {
			host.Deployment = h.Deployment
		}
	}
	return Place{Context: c, Host: host}, true
}

func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	default:
		return -1
	}
}

// Need returns the access a token must have there. A host of which nobody knows the
// deployment takes a token for all of them.
func (p Place) Need() Access {
	switch {
	case p.Management:
		return Access{Developer: true}
	case p.Host.Deployment != "":
		return Access{Deployments: []string{p.Host.Deployment}}
	default:
		return Access{AllEndpoints: true}
	}
}
