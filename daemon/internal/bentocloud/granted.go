package bentocloud

import (
	"slices"
	"strings"
	"time"

	"github.com/bento-cred/bento-cred/internal/credential"
)

// granted puts together what was wished for and what the endpoint made of it.
func (w Wish) granted(listed Listed, value credential.Secret) Created {
	token := listed.Token
	token.Value = value
	token.Access = w.Access
	token.Kind = credential.KindPersonal
	if w.Organization {
		token.Kind = credential.KindOrganization
	}
	if token.Name == "" {
		token.Name = w.Name
	}
	// To take a token for one that ends sooner than it does costs a renewal; the other
	// way round it costs the work that finds it dead.
	if token.Expires.IsZero() {
		token.Expires = w.Expires.UTC()
	}
	return Created{Token: token, Listed: listed, Unconfirmed: w.unconfirmed(listed)}
}

// unconfirmed tells where a reply is not what was wished for.
func (w Wish) unconfirmed(listed Listed) []string {
	some := len(w.DeploymentUIDs) > 0 && !w.Access.AllEndpoints
	opensSome := listed.IsAccessToken && !missesAny(listed.DeploymentUIDs, w.DeploymentUIDs)
	notes := slices.Concat(
		note("that the token belongs to the organization", w.Organization, listed.IsOrganizationToken),
		note("access to every deployment", w.Access.AllEndpoints, listed.IsAccessToken && listed.IsGlobalAccess),
		w.unconfirmedAPI(listed),
		w.unconfirmedExpiry(listed.Expires),
	)
	if some && !opensSome {
		notes = append(notes, "the endpoint does not confirm access to the deployments that were named")
	}
	return notes
}

// note compares what was wished for with what the endpoint says.
func note(what string, wished, told bool) []string {
	switch {
	case wished && !told:
		return []string{"the endpoint does not confirm " + what}
	case told && !wished:
		return []string{"the endpoint reports " + what + ", which was not asked for"}
	}
	return nil
}

// unconfirmedAPI compares what the token may do at the management API. An endpoint need
// not have a field for that access; the scopes then stand for it.
func (w Wish) unconfirmedAPI(listed Listed) []string {
	notes := note("Developer Operations access", w.Access.Developer, listed.Access.Developer)
	if missesAny(listed.Scopes, w.scopes()) {
		notes = append(notes, "the endpoint does not confirm the scopes "+strings.Join(w.scopes(), ", "))
	}
	return notes
}

// unconfirmedExpiry compares when the token ends, by the second.
func (w Wish) unconfirmedExpiry(told time.Time) []string {
	wished := w.Expires.UTC().Truncate(time.Second)
	switch {
	case w.Expires.IsZero() && told.IsZero(), wished.Equal(told.Truncate(time.Second)):
		return nil
	case told.IsZero():
		return []string{"the endpoint does not confirm when the token expires"}
	}
	return []string{"the endpoint lets the token expire at " + told.Format(time.RFC3339) + ", which was not asked for"}
}

// missesAny reports whether one of wanted is not in have.
func missesAny(have, wanted []string) bool {
	return slices.ContainsFunc(wanted, func(each string) bool { return !slices.Contains(have, each) })
}
