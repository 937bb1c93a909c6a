package cloudtest

import (
	"encoding/json"
	"net/http"
)

// The media type of every reply, and the header that says so.
const (
	headerContentType = "Content-Type"
	contentJSON       = "application/json; charset=utf-8"
)

// Manner is the way a Cloud words its refusals.
type Manner int

// The known manners.
const (
	// Yatai is the open-source server's: 403 {"message"} for a token it does not
	// take, 400 {"error"} for a missing scope, 404 {"error"}.
	Yatai Manner = iota
	// Unauthorized is the one the Python client expects of BentoCloud: 401 for
	// a token it does not take; otherwise like Yatai.
	Unauthorized
	// Empty sends the statuses of Unauthorized with no body.
	Empty
)

// refusal is one thing a Cloud says no with.
type refusal struct {
	status int
	key    string // of the JSON object that holds the text
	text   string
}

// The refusals, with Yatai's statuses. "record not found" and "need the scopes" are
// its words, which clients look for; the other texts are this package's.
var (
	refuseUnknown = refusal{http.StatusForbidden, "message", "get api token: record not found"}
	refuseExpired = refusal{http.StatusForbidden, "message", "the api token is expired"}
	refuseMissing = refusal{http.StatusForbidden, "message", "api token is required"}
	refuseToken   = refusal{http.StatusNotFound, "error", "get api token: record not found"}
	refuseName    = refusal{http.StatusNotFound, "error", "get deployment: record not found"}
	refuseBearer  = refusal{http.StatusUnauthorized, "error", "unauthorized"}
	refuseAccess  = refusal{http.StatusForbidden, "error", "the token has no access to this deployment"}
	refuseMethod  = refusal{http.StatusMethodNotAllowed, "error", "method not allowed"}
)

// refuseScope is a token without the scope a call needs.
func refuseScope(scope string) refusal {
	return refusal{http.StatusBadRequest, "error", "the api_token need the scopes: " + scope}
}

// refuse says no in the Cloud's manner.
func (c *Cloud) refuse(w http.ResponseWriter, no refusal) {
	if no.status == http.StatusForbidden && no.key == "message" && c.cfg.Manner != Yatai {
		no.status = http.StatusUnauthorized
	}
	if c.cfg.Manner == Empty {
		w.WriteHeader(no.status)
		return
	}
	reply(w, no.status, map[string]string{no.key: no.text})
}

// reply sends value as JSON. What the Cloud sends can always be encoded; if not,
// the stand-in is broken and the test must hear of it.
func reply(w http.ResponseWriter, status int, value any) {
	encoded, err := json.Marshal(value)
	if err != nil {
		panic("encoding a reply: " + err.Error())
	}
	w.Header().Set(headerContentType, contentJSON)
	w.WriteHeader(status)
	write(w, string(encoded))
}
