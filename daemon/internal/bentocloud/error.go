package bentocloud

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// The kinds of failure, for errors.Is.
var (
	// ErrToken is a value that no header can carry; nothing was sent.
	ErrToken = errors.New("token is empty, too long, or has characters that no header can carry")
	// ErrRefused is a token the cloud does not take: 401 or 403.
	ErrRefused = errors.New("token refused")
	// ErrTokenUnknown is a refused token the cloud says it does not have. It is
	// an ErrRefused too.
	ErrTokenUnknown = fmt.Errorf("%w: token unknown or deleted", ErrRefused)
	// ErrScope is a token that is good, but not for this call. It is no
	// ErrRefused: nothing says the token was revoked.
	ErrScope = errors.New("token lacks a scope")
	// ErrNotFound is a thing the endpoint says it does not have.
	ErrNotFound = errors.New("not found")
	// ErrPending is a login by browser that nobody has approved yet, as far as the
	// endpoint tells.
	ErrPending = errors.New("login not approved yet")
	// ErrDenied is a login by browser that somebody refused.
	ErrDenied = errors.New("login denied")
	// ErrCodeExpired is a login by browser whose code is no longer good.
	ErrCodeExpired = errors.New("login code expired")
	// ErrWrongHost is a server that is not BentoCloud: a page, or a 404 in
	// another manner than the API's.
	ErrWrongHost = errors.New("no BentoCloud endpoint there")
	// ErrRejected is any other refusal of the request, 4xx.
	ErrRejected = errors.New("request rejected")
	// ErrServer is a failure of the endpoint's own, 5xx.
	ErrServer = errors.New("endpoint failed")
	// ErrRedirect is an endpoint that points elsewhere on the same host.
	ErrRedirect = errors.New("endpoint redirects")
	// ErrRedirectAway is one that points to another host. It is an ErrRedirect
	// too.
	ErrRedirectAway = fmt.Errorf("%w to another host", ErrRedirect)
	// ErrBadReply is a reply that is not the API's: not JSON, empty, too large,
	// without the fields.
	ErrBadReply = errors.New("reply not understood")
	// ErrTLS is a certificate or a handshake that fails.
	ErrTLS = errors.New("secure connection failed")
	// ErrTimeout is a call that took too long.
	ErrTimeout = errors.New("endpoint did not answer in time")
	// ErrUnreachable is a name that does not resolve, a refused connection, or
	// one that was cut.
	ErrUnreachable = errors.New("endpoint not reachable")
)

// hints are the next steps, by kind.
var hints = map[error]string{
	ErrToken:        "copy the token anew, by itself, without spaces or line breaks around it",
	ErrRefused:      "check that the token is whole, not expired, and made at this endpoint",
	ErrTokenUnknown: "make a new token at the endpoint, or check that this is the endpoint it was made at",
	ErrScope:        "make a token with Developer Operations access",
	ErrWrongHost:    "the endpoint is the address of BentoCloud itself, such as https://cloud.bentoml.com, not of a deployment",
	ErrPending:      "open the page in a browser and approve the login there",
	ErrDenied:       "log in again, and approve it in the browser",
	ErrCodeExpired:  "log in again, and approve it sooner",
	ErrNotFound:     "check the name, and the endpoint",
	ErrRejected:     "see the endpoint's message",
	ErrServer:       "try again later; BentoCloud's support wants the trace id, if there is one",
	ErrRedirect:     "give the address the endpoint points to, if you trust it",
	ErrRedirectAway: "give the address the endpoint points to, if you trust it; the token was not sent there",
	ErrBadReply:     "check that the endpoint is BentoCloud's and that no proxy stands between",
	ErrTLS:          "check the endpoint's host and the system's certificates; a company proxy needs its certificate installed",
	ErrTimeout:      "check the network and try again",
	ErrUnreachable:  "check the endpoint's name, the network and the proxy settings",
}

// Error is a call that failed. None of its fields holds a token or a login's code, and
// what came from the server is cleaned and cut.
type Error struct {
	// Kind is one of the sentinels.
	Kind error
	// Endpoint is the address called, normalised.
	Endpoint string
	// Status is the HTTP status; 0 where no reply came or it was 200.
	Status int
	// Detail is what the server or the network said; it may be empty.
	Detail string
	// Trace is the x-trace-id of a failed request; it may be empty.
	Trace string
	// Location is where a redirect points, without its query.
	Location string
}

// Error implements error.
func (e *Error) Error() string {
	var text strings.Builder
	text.WriteString("calling " + e.Endpoint + ": " + e.Kind.Error())
	if e.Status != 0 {
		text.WriteString(" (HTTP " + strconv.Itoa(e.Status) + ")")
	}
	if e.Location != "" {
		text.WriteString(": " + strconv.Quote(e.Location))
	}
	if e.Detail != "" {
		text.WriteString(": " + strconv.Quote(e.Detail))
	}
	if e.Trace != "" {
		text.WriteString(", trace id " + strconv.Quote(e.Trace))
	}
	return text.String()
}

// Unwrap returns the kind, for errors.Is.
func (e *Error) Unwrap() error { return e.Kind }

// Hint returns the next step for a person.
func (e *Error) Hint() string { return hints[e.Kind] }
