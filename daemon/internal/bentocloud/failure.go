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
	"strings"
	"syscall"
	"unicode"

	"github.com/bento-cred/bento-cred/internal/endpoint"
)

// maxShown is how much of a server's text a person is shown, in characters.
const maxShown = 200

// redacted stands where a server's text held the token.
const redacted = "[secret]"

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
	case errors.Is(ctx.Err(), context.Canceled):
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
	)
	return errors.As(err, &netErr) || errors.As(err, &errno) || errors.Is(err, errProxy) ||
		errors.Is(err, errProxySettings) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
}

// failStatus sorts a reply that is not 200.
func (to call) failStatus(reply *http.Response, body []byte) error {
	failure := &Error{Endpoint: to.base, Status: reply.StatusCode}
	status, html := reply.StatusCode, isHTML(reply, body)
	if !html {
		failure.Detail = to.clean(message(body))
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
		failure.Kind = refusal(status, failure.Detail)
	}
	return failure
}

// refusal sorts a 4xx reply by its status and message.
func refusal(status int, message string) error {
	notFound := strings.Contains(message, "record not found")
	switch {
	case strings.Contains(message, "need the scopes"):
		return ErrScope
	case (status == http.StatusUnauthorized || status == http.StatusForbidden) && notFound:
		return ErrTokenUnknown
	case status == http.StatusUnauthorized || status == http.StatusForbidden:
		return ErrRefused
	case notFound, status == http.StatusNotFound && message != "":
		return ErrNotFound
	case status == http.StatusNotFound:
		return ErrWrongHost
	}
	return ErrRejected
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

// clean makes a server's text fit to be shown: one line of printable characters,
// the token taken out, and cut short. The token is looked for last but the cut,
// when nothing is left that could stand between its characters.
func (to call) clean(text string) string {
	text = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case !unicode.IsPrint(r):
			return -1
		}
		return r
	}, strings.ToValidUTF8(text, ""))
	text = strings.Join(strings.Fields(text), " ")
	text = strings.ReplaceAll(text, to.token.Reveal(), redacted)
	if runes := []rune(text); len(runes) > maxShown {
		text = string(runes[:maxShown]) + "…"
	}
	return text
}
