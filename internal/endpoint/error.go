package endpoint

import (
	"errors"
	"strings"
)

// What keeps a text from being an endpoint. None of them quotes it.
var (
	ErrEmpty     = errors.New("endpoint is empty")
	ErrLong      = errors.New("endpoint is too long")
	ErrControl   = errors.New("endpoint has control characters or bytes that are not text")
	ErrScheme    = errors.New("endpoint has a scheme other than https")
	ErrUserInfo  = errors.New("endpoint has a user name or an @ in it")
	ErrNoHost    = errors.New("endpoint has no host")
	ErrHost      = errors.New("endpoint's host is not a valid name or address")
	ErrBrackets  = errors.New("endpoint is an IPv6 address without brackets")
	ErrPort      = errors.New("endpoint's port is not a number from 1 to 65535")
	ErrPath      = errors.New("endpoint has a path")
	ErrQuery     = errors.New("endpoint has a query")
	ErrFragment  = errors.New("endpoint has a fragment")
	ErrPlainHTTP = errors.New("endpoint is plain http, which would send the token in clear")
)

// hints are the next steps, where one holds whatever the host is.
var hints = map[error]string{
	ErrEmpty:    "an endpoint looks like https://cloud.bentoml.com",
	ErrLong:     "an endpoint looks like https://cloud.bentoml.com",
	ErrControl:  "type the endpoint anew; it looks like https://cloud.bentoml.com",
	ErrScheme:   "an endpoint starts with https://",
	ErrUserInfo: "the token goes in by itself, the endpoint holds only https:// and the host",
	ErrNoHost:   "an endpoint looks like https://cloud.bentoml.com",
	ErrHost:     "an endpoint looks like https://cloud.bentoml.com or https://ORGANIZATION.cloud.bentoml.com",
	ErrPort:     "leave the port out unless the endpoint has one of its own",
}

// Error says why a text is not an endpoint. It holds nothing of the text but what
// was checked to be a host and a port.
type Error struct {
	// Reason is one of this package's sentinels.
	Reason error
	// Suggestion is an endpoint that would be taken, "" where none is known.
	Suggestion string
	// url is set where the text was to be a URL, and no endpoint.
	url bool
}

// refuse returns an *Error as an error.
func refuse(reason error, suggestion string) error {
	return &Error{Reason: reason, Suggestion: suggestion}
}

// ofURL says of a refusal that it is about a URL.
func ofURL(err error) error {
	var refused *Error
	if errors.As(err, &refused) {
		refused.url = true
	}
	return err
}

// Error implements error.
func (e *Error) Error() string {
	if e.url {
		return "URL" + strings.TrimPrefix(e.Reason.Error(), "endpoint")
	}
	return e.Reason.Error()
}

// Unwrap returns the reason, for errors.Is.
func (e *Error) Unwrap() error { return e.Reason }

// Hint returns the next step for a person.
func (e *Error) Hint() string {
	if e.url {
		return "a URL begins with https:// and a host, such as https://NAME.cloud-apps.bentoml.com/path"
	}
	if e.Suggestion != "" {
		return "did you mean " + e.Suggestion + "?"
	}
	return hints[e.Reason]
}
