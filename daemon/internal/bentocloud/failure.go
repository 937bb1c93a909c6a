package bentocloud

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"syscall"
	"unicode"

	"github.com/bento-cred/bento-cred/internal/endpoint"
)

// fail returns an *Error of kind with the text of cause.
func (to call) fail(kind, cause error) error {
	return &Error{Kind: kind, Endpoint: to.base, Detail: to.clean(cause.Error())}
}

// failReply returns an ErrBadReply that says what was wrong with the reply.
func (to call) failReply(what string) error {
	return &Error{Kind: ErrBadReply, Endpoint: to.base, Detail: what}
}

// failTransport sorts a call that got no whole reply. The cause itself is not
// wrapped: net/http quotes a malformed reply, and a reply may echo the token.
func (to call) failTransport(ctx context.Context, cause error) error {
	var netErr net.Error
	switch {
	case errors.Is(ctx.Err(), context.Canceled) && !errors.Is(context.Cause(ctx), context.DeadlineExceeded):
		return fmt.Errorf("calling %s: %w", to.base, context.Canceled)
	case ctx.Err() != nil, errors.As(cause, &netErr) && netErr.Timeout():
		return &Error{Kind: ErrTimeout, Endpoint: to.base}
	case isTLS(cause):
		return to.fail(ErrTLS, cause)
	case isNetwork(cause):
		return to.fail(ErrUnreachable, cause)
	}
	return to.fail(ErrBadReply, cause)
}

// isTLS reports whether err is the certificate's or the handshake's.
func isTLS(err error) bool {
	var (
		unverified *tls.CertificateVerificationError
		noTLS      tls.RecordHeaderError
		alert      tls.AlertError
		noRoots    x509.SystemRootsError
	)
	return errors.As(err, &unverified) || errors.As(err, &noTLS) || errors.As(err, &alert) ||
		errors.As(err, &noRoots) || errors.Is(err, http.ErrSchemeMismatch)
}

// isNetwork reports whether err comes from below HTTP, or from the proxy.
func isNetwork(err error) bool {
	var (
		netErr net.Error
		errno  syscall.Errno
		stream streamError
	)
	if errors.As(err, &netErr) || errors.As(err, &errno) || errors.As(err, &stream) {
		return true
	}
	return slices.ContainsFunc([]error{errProxy, errProxySettings, errOnce, io.EOF, io.ErrUnexpectedEOF}, func(each error) bool {
		return errors.Is(err, each)
	})
}

// streamError is a stream of HTTP/2 that was reset, which is how a reply is cut there.
// Net/http does not export its own, and lets errors.As fill any struct of these fields.
type streamError struct {
	StreamID uint32
	Code     uint32
	Cause    error
}

// Error implements error, as errors.As wants it.
func (streamError) Error() string { return "stream reset" }

// failStatus sorts a reply that is not good.
func (to call) failStatus(reply *http.Response, body []byte) error {
	failure := &Error{Endpoint: to.base, Status: reply.StatusCode}
	status, html := reply.StatusCode, isHTML(reply, body)
	said := answer{status: status}
	if !html {
		said = to.answer(status, body)
		failure.Detail = said.text
	}
	location := reply.Header.Get("Location")
	switch {
	case status >= http.StatusInternalServerError:
		failure.Kind = ErrServer
		failure.Trace = to.clean(reply.Header.Get("X-Trace-Id"))
	case status >= http.StatusMultipleChoices && status < http.StatusBadRequest && location != "":
		failure.Location, failure.Kind = to.redirect(location)
		failure.Detail = ""
	case status < http.StatusBadRequest:
		failure.Kind = ErrBadReply
	case html:
		failure.Kind = ErrWrongHost
	default:
		failure.Kind = to.sort(said)
	}
	return failure
}

// answer is what an endpoint says without a page.
type answer struct {
	status int
	text   string // cleaned; may be empty
	// In the API's manner a body is JSON that holds a text, or there is none.
	inManner, empty bool
}

// answer reads a body that is no page. A token in it, which a failed call has no use
// for, is taken out of the text, too.
func (to call) answer(status int, body []byte) answer {
	var object fields
	if json.Unmarshal(body, &object) == nil {
		to.veil = to.hiding(object.text("token"))
	}
	text := to.clean(message(body))
	return answer{
		status:   status,
		text:     text,
		inManner: text != "" && object != nil,
		empty:    len(bytes.TrimSpace(body)) == 0,
	}
}

// sort returns the kind of a 4xx reply.
func (to call) sort(said answer) error {
	if to.refusal != nil {
		return to.refusal(said)
	}
	return refusal(said)
}

// refusal sorts a 4xx reply by its status and text.
func refusal(said answer) error {
	notFound := strings.Contains(said.text, recordNotFound)
	refused := said.status == http.StatusUnauthorized || said.status == http.StatusForbidden
	switch {
	case strings.Contains(said.text, "need the scopes"):
		return ErrScope
	case refused && notFound:
		return ErrTokenUnknown
	case refused:
		return ErrRefused
	case notFound, said.status == http.StatusNotFound && said.inManner:
		return ErrNotFound
	case said.status == http.StatusNotFound:
		return ErrWrongHost
	}
	return ErrRejected
}

// refusalOfOne sorts the reply to a call for one thing by its name. There a 404 says
// that it is gone even where it says no more: BentoML's own client goes by the status
// alone. A 404 in a manner of its own is a proxy's, and says nothing of the thing.
func refusalOfOne(said answer) error {
	gone := said.status == http.StatusNotFound || said.status == http.StatusGone
	if gone && (said.empty || said.inManner) {
		return ErrNotFound
	}
	return refusal(said)
}

// redirect says where a redirect points, and whether it leaves the endpoint.
func (to call) redirect(location string) (shown string, kind error) {
	from, err := url.Parse(to.base + to.path)
	if err != nil {
		return "", ErrRedirectAway
	}
	target, err := from.Parse(location)
	if err != nil {
		return "", ErrRedirectAway
	}
	origin := target.Scheme + "://" + target.Host
	shown = to.clean(origin + target.Path)
	if base, err := endpoint.Normalise(origin); err == nil && base == to.base {
		return shown, ErrRedirect
	}
	return shown, ErrRedirectAway
}

// recordNotFound is how the API says that it does not have a thing, or a token.
const recordNotFound = "record not found"

// isHTML reports whether a reply is a page for people. The API sends none, so
// whatever its status, it does not speak of the token: a company's proxy answers
// 403 with a page, and that revokes nothing.
func isHTML(reply *http.Response, body []byte) bool {
	return strings.HasPrefix(reply.Header.Get("Content-Type"), "text/html") ||
		bytes.HasPrefix(bytes.TrimLeftFunc(body, unicode.IsSpace), []byte("<"))
}

// message returns what an error reply says: its "message" or "error", or a body
// that is plain text.
func message(body []byte) string {
	var families struct {
		Message any `json:"message"`
		Error   any `json:"error"`
	}
	if err := json.Unmarshal(body, &families); err != nil {
		if json.Valid(body) {
			return ""
		}
		return string(body)
	}
	if text, ok := families.Message.(string); ok && text != "" {
		return text
	}
	text, _ := families.Error.(string)
	return text
}
