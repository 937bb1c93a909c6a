package cloudtest

import "time"

// Config is what a Cloud holds when it starts, and how it behaves.
type Config struct {
	Organization string // if empty, "acme"
	Users        []User // if empty, one user "ada"
	Tokens       []Token
	Deployments  []Deployment
	Manner       Manner
	// Codes is how the Cloud answers those who wait for a login by browser.
	Codes CodeManner
	// Login is the token that an approved login makes.
	Login Login
	// HideValues keeps the values of tokens out of listings, as Yatai does. The reply
	// to their creation has them all the same.
	HideValues bool
	// IgnoreAccess makes tokens as Yatai does, which knows no access but scopes: what
	// is asked of access is dropped without a word, every token made opens the
	// management API, and no reply tells of access.
	IgnoreAccess bool
	// LenientScopes takes a creation whose scopes are null for one of the scope "api".
	// Otherwise it fails with 500 and no body, as Yatai panics.
	LenientScopes bool
	// StrictDates refuses an expiry without a zone, as Yatai does. Otherwise it is
	// taken for UTC; the Python client sends such dates.
	StrictDates bool
	// UniqueNames refuses to make a token with the name of another. Whether
	// BentoCloud does is not known.
	UniqueNames bool
	// PageLimit is how many items a page of a list has at most, whatever was asked
	// for; if 0, there is no limit.
	PageLimit int
	// NewValue and NewCode return the value of the nth token and the nth login code
	// that the Cloud makes, from 1; no two may be equal. If nil, they are made of n.
	NewValue func(n int) string
	NewCode  func(n int) string
	TLS      bool
	// Now is the cloud's clock, which Advance moves on; if nil, time.Now.
	Now func() time.Time
}

// User is one member of the organization.
type User struct {
	Name      string
	Email     string
	FirstName string
	LastName  string
	// Member is who is no admin: who may neither make nor delete the tokens of the
	// organization, nor see their values.
	Member bool
}

// Token is one API token the cloud knows.
type Token struct {
	Value       string
	UID         string // if empty, made from the value
	Name        string
	Description string
	User        string   // the name of its user; if empty, the first
	Scopes      []string // if nil and Developer, "api"

	Developer    bool     // opens the management API
	AllEndpoints bool     // opens every deployment
	Deployments  []string // opens the deployments named here
	Organization bool     // belongs to the organization
	Monitoring   bool

	Created  time.Time // if zero, the time the cloud started
	Expires  time.Time // zero for never
	LastUsed time.Time // zero for never; the cloud moves it on
}

// Deployment is one running deployment. It listens on a port of its own, because a
// token belongs to the exact host and port.
type Deployment struct {
	Name   string
	Public bool   // wants no token
	Status string // if empty, "running"
}

// Login describes the token that approving a login code makes. One without any
// access has Developer.
type Login struct {
	User   string   // if empty, the first
	Name   string   // if empty, "login-" and the number of the code
	Scopes []string // if nil and Developer, "api"

	Developer    bool
	AllEndpoints bool
	Deployments  []string
	Organization bool

	Lifetime time.Duration // zero for one that never expires
}
