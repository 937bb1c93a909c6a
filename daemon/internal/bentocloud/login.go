package bentocloud

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/bento-cred/bento-cred/internal/credential"
)

// pathPage is the page of a login, for a browser.
const pathPage = "/api_tokens"

// maxCode bounds a login's code, in bytes.
const maxCode = 512

// Code is a login that waits for a person.
type Code struct {
	// Value is what the token is collected with. Whoever has it gets the token.
	Value credential.Secret
	// Page is the address at which a person approves the login. It holds the code: it
	// is for that person's eyes and browser, and for no log.
	Page string
}

// LoginCode asks an endpoint for a code that a person approves in a browser, and returns
// the page for it. It sends no token.
//
// An error is an *Error, an *endpoint.Error, or wraps context.Canceled.
func (c *Client) LoginCode(ctx context.Context, endpoint string) (Code, error) {
	to, err := prepareBare(endpoint, pathCode)
	if err != nil {
		return Code{}, err
	}
	to.refusal = refusalWithoutToken
	var reply fields
	if err := c.receive(ctx, to, &reply); err != nil {
		return Code{}, err
	}
	code := reply.text("code")
	if !validCode(code) {
		return Code{}, to.failReply("the reply has no code that could be used")
	}
	return Code{
		Value: credential.NewSecret(code),
		Page:  to.base + pathPage + "?code=" + url.QueryEscape(code),
	}, nil
}

// Collect asks whether a code was approved, and returns the token if it was: with all
// that the reply tells of it.
//
// What BentoCloud answers for a code that is pending, denied or expired is not
// documented, and BentoML's client waits on whatever it says. Here, a reply that speaks
// of a denial is an ErrDenied, one that speaks of an end an ErrCodeExpired, and every
// other refusal in words is an ErrPending. Its Status and Detail show the caller when
// the endpoint's answer changes, which may mean that there is nothing to wait for.
//
// An error is an *Error, an *endpoint.Error, or wraps context.Canceled.
func (c *Client) Collect(ctx context.Context, endpoint string, code credential.Secret) (credential.Token, error) {
	to, err := prepareBare(endpoint, pathCollect+"?code="+url.QueryEscape(code.Reveal()))
	if err != nil {
		return credential.Token{}, err
	}
	if !validCode(code.Reveal()) {
		return credential.Token{}, &Error{Kind: ErrCodeExpired, Endpoint: to.base, Detail: "no endpoint gives out such a code"}
	}
	to.veil = to.hiding(code.Reveal())
	to.refusal = refusalOfLogin
	to.good = []int{http.StatusOK, http.StatusAccepted, http.StatusNoContent}
	body, err := c.send(ctx, to)
	if err != nil {
		return credential.Token{}, err
	}
	return to.collected(body)
}

// collected reads a good reply to the question for a token.
func (to call) collected(body []byte) (credential.Token, error) {
	var reply fields
	if text := string(bytes.TrimSpace(body)); text != "" && text != `""` {
		if err := to.decode(body, &reply); err != nil {
			return credential.Token{}, err
		}
	}
	value, isText := reply["token"].(string)
	switch {
	case reply["token"] == nil, isText && value == "":
		said := to.answer(http.StatusOK, body)
		return credential.Token{}, &Error{Kind: refusalOfLogin(said), Endpoint: to.base, Detail: said.text}
	case !validToken(value):
		return credential.Token{}, to.failReply("the token is none that a header can carry")
	}
	token := to.hiding(value).describe(reply)
	token.Origin = credential.OriginBrowser
	token.Value = credential.NewSecret(value)
	return token, nil
}

// The words of an endpoint about a code, in lower case. What waits may also name the
// ends it may come to, as in "not yet approved or denied", so it is looked for first.
var (
	wordsPending = []string{"pending", "yet"}
	wordsDenied  = []string{"denied", "rejected", "declined", "refused by"}
	wordsExpired = []string{"expired"}
)

// refusalOfLogin sorts an answer that holds no token.
func refusalOfLogin(said answer) error {
	text := strings.ToLower(said.text)
	speaksOf := func(words []string) bool {
		for _, word := range words {
			if strings.Contains(text, word) {
				return true
			}
		}
		return false
	}
	switch {
	case said.status == http.StatusTooManyRequests, speaksOf(wordsPending):
		return ErrPending
	case speaksOf(wordsDenied):
		return ErrDenied
	case speaksOf(wordsExpired), said.status == http.StatusGone:
		return ErrCodeExpired
	}
	return ErrPending
}

// refusalWithoutToken sorts the reply to a call that carried no token: whatever it
// says, it refuses none.
func refusalWithoutToken(said answer) error {
	kind := refusal(said)
	if errors.Is(kind, ErrRefused) || errors.Is(kind, ErrScope) {
		return ErrRejected
	}
	return kind
}

// validCode reports whether value can be a login's code: printable ASCII without spaces.
func validCode(value string) bool {
	if value == "" || len(value) > maxCode {
		return false
	}
	for _, c := range []byte(value) {
		if c <= ' ' || c >= 0x7f {
			return false
		}
	}
	return true
}
