// Package endpoint turns the address of a BentoCloud endpoint, as a person types
// or a file spells it, into the one form everything else compares, stores and
// sends to: "https://cloud.bentoml.com".
//
// One form matters because a token is given to the exact scheme, host and port it
// was made for. BentoML keeps endpoints as they were typed, so that the same host
// may stand in its file with a trailing slash and without; here both become the
// same string, and a token is found again.
//
// What cannot be an endpoint is refused, never mended in silence: user names and
// queries may hold secrets, and plain http would send the token in clear. No
// error quotes what was typed, for the same reason; the address an error suggests
// is rebuilt from the checked host.
package endpoint

import (
	"net/netip"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// The schemes an endpoint may have, and the ports they stand for.
const (
	schemeHTTPS = "https"
	schemeHTTP  = "http"
	portHTTPS   = 443
	portHTTP    = 80
)

// maxTyped bounds what is looked at, in bytes, several times the longest host.
const maxTyped = 2048

// Normalise returns the one form of the endpoint typed: a scheme, a lower-case
// ASCII host and the port where it is not the scheme's own. Without a scheme
// https is meant. Normalising a second time changes nothing.
//
// An error is an *Error, whose Reason is one of this package's sentinels.
func Normalise(typed string) (string, error) {
	if len(typed) > maxTyped {
		return "", refuse(ErrLong, "")
	}
	text := strings.TrimFunc(typed, unicode.IsSpace)
	if text == "" {
		return "", refuse(ErrEmpty, "")
	}
	if !utf8.ValidString(text) || strings.ContainsFunc(text, unicode.IsControl) {
		return "", refuse(ErrControl, "")
	}
	scheme, rest := splitScheme(text)
	if scheme != schemeHTTPS && scheme != schemeHTTP {
		return "", refuse(ErrScheme, "")
	}
	// A password may hold a slash or a question mark, so an @ anywhere is taken
	// for a user's, and nothing near it is shown again.
	if strings.Contains(rest, "@") {
		return "", refuse(ErrUserInfo, "")
	}
	authority, tail := rest, ""
	if end := strings.IndexAny(rest, "/?#"); end >= 0 {
		authority, tail = rest[:end], rest[end:]
	}
	base, err := normaliseBase(scheme, authority)
	if err != nil {
		return "", err
	}
	if err := checkTail(tail, base); err != nil {
		return "", err
	}
	return base, nil
}

// splitScheme cuts the scheme off text, in lower case: https where there is none.
func splitScheme(text string) (scheme, rest string) {
	before, after, found := strings.Cut(text, "://")
	if !found || strings.ContainsAny(before, "/?#@[") {
		return schemeHTTPS, text
	}
	return strings.ToLower(before), after
}

// normaliseBase returns scheme and authority ("host" or "host:port") in one form.
func normaliseBase(scheme, authority string) (string, error) {
	name, digits, err := splitPort(authority)
	if err != nil {
		return "", err
	}
	host, err := normaliseHost(name)
	if err != nil {
		return "", err
	}
	port, err := normalisePort(scheme, digits)
	if err != nil {
		return "", err
	}
	address := host
	if strings.Contains(host, ":") {
		address = "[" + host + "]"
	}
	address += port
	if scheme == schemeHTTP && !IsLoopback(host) {
		return "", refuse(ErrPlainHTTP, schemeHTTPS+"://"+address)
	}
	return scheme + "://" + address, nil
}

// splitPort parts the host from the digits of its port, if it has one.
func splitPort(authority string) (name, digits string, err error) {
	if strings.HasPrefix(authority, "[") {
		inner, after, closed := strings.Cut(authority, "]")
		digits, colon := strings.CutPrefix(after, ":")
		if !closed || (after != "" && !colon) {
			return "", "", refuse(ErrHost, "")
		}
		return inner + "]", digits, nil
	}
	if addr, err := netip.ParseAddr(authority); err == nil && addr.Is6() && addr.Zone() == "" {
		return "", "", refuse(ErrBrackets, schemeHTTPS+"://["+addr.String()+"]")
	}
	name, digits, _ = strings.Cut(authority, ":")
	return name, digits, nil
}

// normalisePort returns ":PORT", or nothing where it is the scheme's own.
func normalisePort(scheme, digits string) (string, error) {
	if digits == "" {
		return "", nil
	}
	port, err := strconv.ParseUint(digits, 10, 16)
	if err != nil || port == 0 {
		return "", refuse(ErrPort, "")
	}
	if (scheme == schemeHTTPS && port == portHTTPS) || (scheme == schemeHTTP && port == portHTTP) {
		return "", nil
	}
	return ":" + strconv.FormatUint(port, 10), nil
}

// checkTail refuses whatever stands behind the host but slashes.
func checkTail(tail, base string) error {
	path, _, hasFragment := strings.Cut(tail, "#")
	path, _, hasQuery := strings.Cut(path, "?")
	switch {
	case strings.Trim(path, "/") != "":
		return refuse(ErrPath, base)
	case hasQuery:
		return refuse(ErrQuery, base)
	case hasFragment:
		return refuse(ErrFragment, base)
	}
	return nil
}
