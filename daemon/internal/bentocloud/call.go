package bentocloud

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/bento-cred/bento-cred/internal/credential"
	"github.com/bento-cred/bento-cred/internal/endpoint"
)

// The paths of the management API that this package calls.
const (
	pathUser         = "/api/v1/auth/current"
	pathOrganization = "/api/v1/current_org"
	pathCode         = "/api/v1/auth/code"
	pathCollect      = "/api/v1/auth/token"
	pathTokens       = "/api/v1/api_tokens"
	pathDeployments  = "/api/v2/deployments"
)

// maxName bounds a uid or a name that goes into a path, in bytes.
const maxName = 512

// call is one request to one endpoint, and what its errors are made with.
type call struct {
	method string // if empty, GET
	base   string
	path   string            // with the query
	token  credential.Secret // goes out in the header; none if zero
	body   []byte            // JSON; none if nil
	good   []int             // the statuses of success; if nil, 200
	// refusal sorts a 4xx reply; if nil, the function of that name does.
	refusal func(answer) error
	veil
}

// prepare checks what a call needs before anything is sent.
func prepare(typed, path string, token credential.Secret) (call, error) {
	to, err := prepareBare(typed, path)
	if err != nil {
		return call{}, err
	}
	if !validToken(token.Reveal()) {
		return call{}, &Error{Kind: ErrToken, Endpoint: to.base}
	}
	to.token, to.veil = token, to.hiding(token.Reveal())
	return to, nil
}

// prepareBare is prepare for a call that carries no token.
func prepareBare(typed, path string) (call, error) {
	base, err := endpoint.Normalise(typed)
	if err != nil {
		return call{}, err
	}
	return call{base: base, path: path}, nil
}

// prepareOne is prepare for a call for one thing below path, by its uid or name. What
// cannot be one is not looked for.
func prepareOne(typed, path, name string, token credential.Secret) (call, error) {
	to, err := prepare(typed, path, token)
	if err != nil {
		return call{}, err
	}
	if !validName(name) {
		return call{}, &Error{Kind: ErrNotFound, Endpoint: to.base}
	}
	to.path += "/" + url.PathEscape(name)
	to.refusal = refusalOfOne
	return to, nil
}

// validName reports whether name can stand between two slashes of a path and mean
// itself there. Dots alone mean another path.
func validName(name string) bool {
	return name != "" && name != "." && name != ".." && len(name) <= maxName && utf8.ValidString(name) &&
		!strings.Contains(name, "/") && !strings.ContainsFunc(name, unicode.IsControl)
}

// receive sends a call and decodes its reply into a fresh value.
func (c *Client) receive(ctx context.Context, to call, value any) error {
	body, err := c.send(ctx, to)
	if err != nil {
		return err
	}
	return to.decode(body, value)
}

// decode reads JSON into a fresh value. The JSON package's own errors are not passed
// on: they quote the reply.
func (to call) decode(body []byte, value any) error {
	if len(body) == 0 {
		return to.failReply("the reply is empty")
	}
	if err := json.Unmarshal(body, value); err != nil {
		if json.Valid(body) {
			return to.failReply("the reply has fields of other types")
		}
		return to.failReply("the reply is not JSON")
	}
	return nil
}

// send sends one request and returns the body of its reply, if that is a good one.
func (c *Client) send(ctx context.Context, to call) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	req, err := c.request(ctx, to)
	if err != nil {
		return nil, to.fail(ErrUnreachable, err)
	}
	reply, err := c.roundTrip(req)
	if err != nil {
		return nil, to.failTransport(ctx, err)
	}
	defer func() { _ = reply.Body.Close() }() // Nothing was written; nothing is lost.
	body, err := io.ReadAll(io.LimitReader(reply.Body, c.maxReply+1))
	if err != nil {
		return nil, to.failTransport(ctx, err)
	}
	if !slices.Contains(to.success(), reply.StatusCode) {
		return nil, to.failStatus(reply, body)
	}
	return body, to.checkBody(reply, body, c.maxReply)
}

// errOnce is a request that broke off and is not sent a second time.
var errOnce = errors.New("connection broke after the request was sent")

// roundTrip sends a request: one that changes something over a connection of its own.
func (c *Client) roundTrip(req *http.Request) (*http.Response, error) {
	if req.Method == http.MethodGet {
		return c.read(req)
	}
	return c.writes.RoundTrip(req)
}

// request makes the request of a call.
func (c *Client) request(ctx context.Context, to call) (*http.Request, error) {
	method := to.method
	if method == "" {
		method = http.MethodGet
	}
	req, err := http.NewRequestWithContext(ctx, method, to.base+to.path, bytes.NewReader(to.body))
	if err != nil {
		return nil, err
	}
	if to.body != nil {
		req.Header.Set("Content-Type", "application/json")
		// Over HTTP/2 the transport sends a request anew after some errors even where
		// the first may have been read, if it can have the body a second time.
		req.GetBody = func() (io.ReadCloser, error) { return nil, errOnce }
	}
	if !to.token.IsZero() {
		req.Header.Set(Header, to.token.Reveal())
	}
	req.Header.Set("Accept", "application/json")
	req.Header.Set("User-Agent", c.userAgent)
	return req, nil
}

// success returns the statuses of a good reply.
func (to call) success() []int {
	if to.good == nil {
		return []int{http.StatusOK}
	}
	return to.good
}

// checkBody refuses a good reply that cannot be the API's. That of a delete is not
// read: what it says was done, whatever stands in it.
func (to call) checkBody(reply *http.Response, body []byte, limit int64) error {
	switch {
	case isHTML(reply, body):
		return &Error{Kind: ErrWrongHost, Endpoint: to.base, Status: reply.StatusCode}
	case to.method == http.MethodDelete:
		return nil
	case int64(len(body)) > limit:
		return to.failReply("the reply is too large")
	case !utf8.Valid(body):
		return to.failReply("the reply is not UTF-8")
	}
	return nil
}
