package proxy

import (
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/bento-cred/bento-cred/internal/credential"
)

// The proxy's own paths. None of them goes on to the upstream.
const (
	ownPath    = "/.bento-cred/"
	loginPath  = ownPath + "login"
	ticketName = "t"
)

// cookieName is the browser's cookie. Every proxy has a host of its own, so one name does.
const cookieName = cookiePrefix + "session"

// ticketTime is how long a link can be opened.
const ticketTime = time.Minute

// maxTickets bounds the links that wait to be opened; beyond it the oldest gives way.
const maxTickets = 16

// Why a link does not let anybody in.
var (
	errNoSuchPath = errors.New("the proxy has no such page")
	errTicket     = errors.New("the link was used already, or is too old")
)

// tickets are the one-use links that wait to be opened.
type tickets struct {
	now  func() time.Time
	rand io.Reader

	mu   sync.Mutex
	open []ticket // guarded by mu; the oldest first
}

type ticket struct {
	value credential.Secret
	ends  time.Time
}

// issue returns the value of a new ticket.
func (t *tickets) issue() (credential.Secret, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	value, err := randomSecret(t.rand)
	if err != nil {
		return credential.Secret{}, err
	}
	t.open = append(t.open, ticket{value: value, ends: t.now().Add(ticketTime)})
	if len(t.open) > maxTickets {
		t.open = t.open[len(t.open)-maxTickets:]
	}
	return value, nil
}

// redeem reports whether value is a ticket that may still be used. Afterwards it may not.
func (t *tickets) redeem(value string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	for i, one := range t.open {
		if same(value, one.value) {
			t.open = append(t.open[:i], t.open[i+1:]...)
			return t.now().Before(one.ends)
		}
	}
	return false
}

// Link returns an address that lets a browser in, once and within a minute, at a proxy
// that listens on this port. Who opens it first has the proxy: it should not be seen by
// others, as the arguments of a program are.
func (p *Proxy) Link(port int) (credential.Secret, error) {
	value, err := p.tickets.issue()
	if err != nil {
		return credential.Secret{}, err
	}
	address := p.Address(port) + loginPath + "?" + ticketName + "=" + value.Reveal()
	return credential.NewSecret(address), nil
}

// isOwnPath reports whether a path is the proxy's own.
func isOwnPath(path string) bool { return strings.HasPrefix(path, ownPath) }

// login answers the requests for the proxy's own paths: it takes a ticket and gives the
// cookie for it.
func (p *Proxy) login(w *recorder, r *http.Request, v visit) {
	switch {
	case r.URL.Path != loginPath || r.Method != http.MethodGet:
		refuse(w, errNoSuchPath)
		return
	case !p.guard.named(v):
		refuse(w, errHost) // a cookie set here would be sent to every server of this machine
		return
	case r.Header.Get("Sec-Purpose") != "" || r.Header.Get("Purpose") != "":
		refuse(w, errTicket) // a browser that looks ahead must not use the link up
		return
	case !p.tickets.redeem(ticketOf(r.URL)):
		refuse(w, errTicket)
		return
	}
	http.SetCookie(w, &http.Cookie{
		Name: cookieName, Value: p.keys.cookie.Reveal(), Path: "/",
		HttpOnly: true, Secure: true, SameSite: http.SameSiteStrictMode,
	})
	ownAnswer(w)
	if fromPage(v) {
		// Behind a redirect the browser would still count the page that had the link as
		// the one that asks, and keep the cookie back. A page of ours asks as itself.
		w.Header().Set("Refresh", "0; url=/")
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		w.WriteHeader(http.StatusOK)
		return
	}
	w.Header().Set("Location", "/")
	w.WriteHeader(http.StatusSeeOther)
}

func ticketOf(u *url.URL) string { return u.Query().Get(ticketName) }
