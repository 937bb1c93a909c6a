package credential

import (
	"errors"
	"slices"
	"time"
)

// Why Choose has no token to give.
var (
	// ErrNoToken: the context has no token at all.
	ErrNoToken = errors.New("the context has no token")
	// ErrExpired: the tokens that would serve are past their expiry.
	ErrExpired = errors.New("the context's token has expired")
	// ErrRefused: the cloud no longer takes the tokens that would serve.
	ErrRefused = errors.New("the context's token is refused by the cloud")
	// ErrAccessMissing: no token of the context opens what is asked for.
	ErrAccessMissing = errors.New("no token of the context has the access that is needed")
)

// Choose returns the token of c that opens need and as little else as possible:
// Developer Operations, every deployment (AllEndpoints), or the one deployment that
// need names. A token of unknown access is taken only where no other serves, because
// nobody said that it would. A broader token is never taken where a narrower one
// serves; of two alike, the one that lives longer.
func (c Context) Choose(need Access, now time.Time) (Token, error) {
	if len(c.Tokens) == 0 {
		return Token{}, ErrNoToken
	}
	var best *Token
	expired, refused := false, false
	for i := range c.Tokens {
		switch token := &c.Tokens[i]; {
		case !token.opens(need):
		case token.Refused != "":
			refused = true
		case token.Expired(now):
			expired = true
		case best == nil || narrower(token, best) < 0:
			best = token
		}
	}
	switch {
	case best != nil:
		return *best, nil
	case refused:
		return Token{}, ErrRefused
	case expired:
		return Token{}, ErrExpired
	default:
		return Token{}, ErrAccessMissing
	}
}

// opens reports whether t opens need, or may open it.
func (t *Token) opens(need Access) bool {
	switch {
	case !t.Access.Known():
		return t.Kind != KindMonitoring // such a token opens metrics alone
	case need.Developer:
		return t.Access.Developer
	case need.AllEndpoints:
		return t.Access.AllEndpoints
	default:
		return t.Access.AllEndpoints || containsAll(t.Access.Deployments, need.Deployments)
	}
}

func containsAll(have, need []string) bool {
	for _, name := range need {
		if !slices.Contains(have, name) {
			return false
		}
	}
	return true
}

// narrower orders two tokens that serve alike: the one that opens less comes first.
func narrower(a, b *Token) int {
	if order := a.Access.breadth() - b.Access.breadth(); order != 0 {
		return order
	}
	if a.Retires.IsZero() != b.Retires.IsZero() {
		return later(a.Retires, b.Retires)
	}
	return later(a.Expires, b.Expires)
}

// breadth grows with what a opens. The steps are further apart than the number of
// deployments a token can name.
func (a Access) breadth() int {
	const (
		all     = 1 << 20
		both    = 1 << 21
		unknown = 1 << 22
	)
	breadth := len(a.Deployments)
	if a.AllEndpoints {
		breadth += all
	}
	if a.Developer && (a.AllEndpoints || len(a.Deployments) > 0) {
		breadth += both
	}
	if !a.Known() {
		breadth += unknown
	}
	return breadth
}

// later orders a before b when a comes later; the zero time never comes.
func later(a, b time.Time) int {
	switch {
	case a.IsZero() && b.IsZero():
		return 0
	case a.IsZero():
		return -1
	case b.IsZero():
		return 1
	default:
		return b.Compare(a)
	}
}
