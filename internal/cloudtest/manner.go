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
	refuseMember  = refusal{http.StatusForbidden, "message", "only admins may do this"}

	refusePending     = refusal{http.StatusBadRequest, "error", "the code is pending"}
	refuseDenied      = refusal{http.StatusForbidden, "message", "the login was denied"}
	refuseExpiredCode = refusal{http.StatusGone, "error", "the code is expired"}
	refuseCode        = refusal{http.StatusNotFound, "error", "get code: record not found"}
)

// refuseScope is a token without the scope a call needs.
func refuseScope(scope string) refusal {
	return refuseAsked("the api_token need the scopes: " + scope)
}

// refuseAsked is a request that is wrong in itself.
func refuseAsked(text string) refusal { return refusal{http.StatusBadRequest, "error", text} }

// body returns what a refusal says, in JSON.
func (no refusal) body() string { return encode(map[string]string{no.key: no.text}) }

// refuse says no in the Cloud's manner.
func (c *Cloud) refuse(w http.ResponseWriter, no refusal) {
	body := no.body()
	if c.cfg.Manner == Empty {
		body = ""
	}
	replyText(w, no.status, body)
}

// refuseCredential says no to the token itself, in the Cloud's manner.
func (c *Cloud) refuseCredential(w http.ResponseWriter, no refusal) {
	if c.cfg.Manner != Yatai {
		no.status = http.StatusUnauthorized
	}
	c.refuse(w, no)
}

// reply sends value as JSON, with status 200.
func reply(w http.ResponseWriter, value any) { replyText(w, http.StatusOK, encode(value)) }

// replyText sends JSON that is encoded already, or nothing where it is empty.
func replyText(w http.ResponseWriter, status int, body string) {
	if body != "" {
		w.Header().Set(headerContentType, contentJSON)
	}
	w.WriteHeader(status)
	write(w, body)
}

// encode returns value as JSON. What the Cloud sends can always be encoded; if not,
// the stand-in is broken and the test must hear of it.
func encode(value any) string {
	encoded, err := json.Marshal(value)
	if err != nil {
		panic("encoding a reply: " + err.Error())
	}
	return string(encoded)
}
