// Package credential holds the words every other package speaks: a Context is one
// login at one organization, a Token is one API token in it, a Secret is a value
// that cannot be printed.
//
// The package knows no socket, no keychain and no cloud, and imports next to
// nothing, because the hot helper links it.
package credential

import "time"

// Context is a name for one login at one organization of one endpoint, with the
// tokens it may use there.
type Context struct {
	Name         string
	Endpoint     string // scheme and host, normalised: "https://cloud.bentoml.com"
	Organization string // name of the organization, as the endpoint gave it
	User         string // name of the user, as the endpoint gave it
	Email        string // e-mail of the user; empty where it is not known
	Tokens       []Token
	// Hosts are the origins beside Endpoint that are its own.
	Hosts []Host
	// Renewal is the name of a token that is being made to take the place of one of
	// Tokens; empty where none is. A token of that name at the endpoint which is not
	// among Tokens is left over from a renewal that did not end.
	Renewal string
}

// Token is one API token.
type Token struct {
	UID         string // the cloud's identifier; empty where it is not known
	Name        string
	Description string
	Kind        Kind
	Access      Access
	Scopes      []string
	Created     time.Time // zero where it is not known
	Expires     time.Time // zero where it is not known, or never
	LastUsed    time.Time // zero where it is not known
	// Refused is why the cloud no longer takes the token, in its words; empty while it
	// does, or where nobody asked.
	Refused string
	// Retires is when a token that another has taken the place of is to be deleted;
	// zero for all others.
	Retires time.Time
	Origin  Origin
	Value   Secret
	// Digest is the SHA-256 of Value, by which a token is told from others without another
	// copy of its value being made; zero where nobody has reckoned it yet.
	Digest [32]byte
}

// Kind says whom a token belongs to.
type Kind string

// The kinds of token BentoCloud's documentation names. KindUnknown is what a token
// pasted without further word has.
const (
	KindUnknown      Kind = "unknown"
	KindPersonal     Kind = "personal"
	KindOrganization Kind = "organization"
	KindMonitoring   Kind = "monitoring"
)

// Origin says how a token came to be kept.
type Origin string

// The ways a token reaches the store.
const (
	OriginBrowser  Origin = "browser"
	OriginCreated  Origin = "created"
	OriginPasted   Origin = "pasted"
	OriginImported Origin = "imported"
	OriginRenewed  Origin = "renewed"
)

// Ours reports whether bento-cred had t made, and may therefore have it deleted.
func (t Token) Ours() bool {
	return t.Origin == OriginBrowser || t.Origin == OriginCreated || t.Origin == OriginRenewed
}

// Expired reports whether t is past its expiry at the time now. A token whose
// expiry is not known is not expired.
func (t Token) Expired(now time.Time) bool {
	return !t.Expires.IsZero() && !now.Before(t.Expires)
}
