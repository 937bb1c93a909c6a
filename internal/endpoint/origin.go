package endpoint

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxURL bounds a URL that is looked at, in bytes: more than any program sends.
const maxURL = 8192

// schemes are the schemes a program may name, and what each is on the wire.
var schemes = map[string]string{
	schemeHTTPS: schemeHTTPS, "wss": schemeHTTPS, "grpcs": schemeHTTPS,
	schemeHTTP: schemeHTTP, "ws": schemeHTTP, "grpc": schemeHTTP,
}

// deviations are characters that readers of host names differ on: the older rules
// (IDNA 2003) turn them into others or drop them, the newer ones (IDNA 2008) keep them.
const deviations = "\u00df\u1e9e\u03c2\u200c\u200d"

// Origin returns scheme, host and port of a URL in the form Normalise gives an endpoint.
// A secret is given for an origin, and the program that asked will connect to the URL by
// its own reading of it: so a URL that two readers could understand differently is
// refused, where Normalise would take what a person typed.
//
// An error is an *Error, whose Reason is one of this package's sentinels.
func Origin(url string) (string, error) {
	origin, err := originOf(url)
	if err != nil {
		return "", ofURL(err)
	}
	return origin, nil
}

func originOf(url string) (string, error) {
	switch {
	case len(url) > maxURL:
		return "", refuse(ErrLong, "")
	case url == "":
		return "", refuse(ErrEmpty, "")
	case !utf8.ValidString(url), strings.ContainsFunc(url, func(r rune) bool { return unicode.IsControl(r) || unicode.IsSpace(r) || r == '\\' }):
		// Browsers read a backslash as a slash and drop line breaks; others do not.
		return "", refuse(ErrControl, "")
	}
	before, rest, found := strings.Cut(url, "://")
	scheme, known := schemes[strings.ToLower(before)]
	if !found || !known {
		return "", refuse(ErrScheme, "")
	}
	end := strings.IndexAny(rest, "/?#")
	if end < 0 {
		end = len(rest)
	}
	authority, tail := rest[:end], rest[end:]
	// Some readers look for the @ beyond a question mark or a hash that no slash is before.
	if strings.Contains(authority, "@") || (!strings.HasPrefix(tail, "/") && strings.Contains(tail, "@")) {
		return "", refuse(ErrUserInfo, "")
	}
	if strings.ContainsAny(authority, deviations) {
		return "", refuse(ErrHost, "")
	}
	return normaliseBase(scheme, authority)
}
