package browser

import (
	"errors"
	"net/url"
	"strings"
	"unicode"

	"github.com/bento-cred/bento-cred/internal/endpoint"
)

// ErrPage is the error of a page that is not at the endpoint.
var ErrPage = errors.New("the page to open is not at the endpoint")

// CheckPage reports whether page is a web page at exactly the origin of the endpoint.
// The address of a page is made from what an endpoint answered; it goes to a command,
// and a person will trust what the browser shows, so nothing else is opened.
func CheckPage(page, origin string) error {
	at, err := url.Parse(page)
	if err != nil || at.User != nil || strings.ContainsFunc(page, foreign) {
		return ErrPage
	}
	if at.Scheme != "https" && at.Scheme != "http" {
		return ErrPage
	}
	have, err := endpoint.Normalise(at.Scheme + "://" + at.Host)
	if err != nil {
		return ErrPage
	}
	want, err := endpoint.Normalise(origin)
	if err != nil || have != want {
		return ErrPage
	}
	return nil
}

// foreign reports whether r has no place in an address: what is not printable ASCII, and
// what some opener's own script could take for something else.
func foreign(r rune) bool {
	return r > unicode.MaxASCII || !unicode.IsPrint(r) || strings.ContainsRune(" \"'<>\\^`{|}$;()*!", r)
}
