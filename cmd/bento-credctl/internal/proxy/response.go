package proxy

import (
	"net/http"
	"slices"
	"strings"

	"github.com/bento-cred/bento-cred/internal/endpoint"
)

// HintHeader tells a client what to do about an answer of the upstream that refuses the
// token: one line, without a secret.
const HintHeader = "Bento-Cred-Hint"

const refusedHint = `the upstream refused the token; "bento-cred status" shows which ones there are, "bento-cred login" gets others`

// modify makes the answer to the client of the upstream's.
func (p *Proxy) modify(reply *http.Response) error {
	p.present(exchangeOf(reply.Request.Context()), reply)
	return nil
}

// present makes the head of the upstream's answer what the client gets.
func (p *Proxy) present(e *exchange, reply *http.Response) {
	h := reply.Header
	h.Del(HintHeader) // ours alone
	h.Del("Alt-Svc")  // names other addresses of the upstream, which get no token
	for _, name := range []string{"Location", "Content-Location"} {
		if value := h.Get(name); value != "" {
			h.Set(name, p.localise(value, e.host))
		}
	}
	if value := h.Get("Refresh"); value != "" {
		h.Set("Refresh", p.localiseRefresh(value, e.host))
	}
	p.localiseCookies(h)
	if e.proof == proofCookie {
		keepNameSecret(h)
	}
	if reply.StatusCode == http.StatusUnauthorized || reply.StatusCode == http.StatusForbidden {
		p.source.refused(e.key)
		h.Set(HintHeader, refusedHint)
	}
}

// localise returns an address of the upstream as the client can reach it, and any other
// as it is.
func (p *Proxy) localise(address, host string) string {
	full := address
	if strings.HasPrefix(full, "//") {
		full = p.upstream.Scheme + ":" + full
	}
	_, rest, found := strings.Cut(full, "://")
	if !found {
		return address
	}
	authority := len(rest)
	if end := strings.IndexAny(rest, "/?#"); end >= 0 {
		authority = end
	}
	tail := rest[authority:]
	named := full
	if strings.HasPrefix(tail, "/") {
		// Before a slash every reader sees the same host, whatever comes behind it.
		named = strings.TrimSuffix(full, tail)
	}
	origin, err := endpoint.Origin(named)
	if err != nil || origin != p.upstream.String() {
		return address
	}
	// The whole address and not just its path, which may begin with "//".
	return local(host) + tail
}

// localiseRefresh does the same for the address in a Refresh header: "5; url=ADDRESS".
func (p *Proxy) localiseRefresh(value, host string) string {
	const mark = "url="
	at := strings.Index(strings.ToLower(value), mark)
	if at < 0 || len(value) != len(strings.ToLower(value)) {
		return value
	}
	before, address := value[:at+len(mark)], value[at+len(mark):]
	quote := ""
	if address != "" && (address[0] == '"' || address[0] == '\'') {
		quote = address[:1]
		address, _, _ = strings.Cut(address[1:], quote)
	}
	return before + quote + p.localise(address, host) + quote
}

// localiseCookies makes the upstream's cookies cookies of ours. What a browser would not
// take from the upstream it does not get from us, nor a cookie with the name of ours.
func (p *Proxy) localiseCookies(h http.Header) {
	cookies := h["Set-Cookie"]
	if len(cookies) == 0 {
		return
	}
	var kept []string
	for _, cookie := range cookies {
		if cookie, ok := localiseCookie(cookie, p.upstream.Hostname()); ok {
			kept = append(kept, cookie)
		}
	}
	if len(kept) == 0 {
		h.Del("Set-Cookie")
		return
	}
	h["Set-Cookie"] = kept
}

// localiseCookie returns a cookie set by server without its domain, and whether it may
// be set at all.
func localiseCookie(cookie, server string) (string, bool) {
	parts := strings.Split(cookie, ";")
	if strings.HasPrefix(strings.TrimSpace(parts[0]), cookiePrefix) {
		return "", false
	}
	domain := ""
	kept := slices.DeleteFunc(parts[1:], func(part string) bool {
		name, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		if !strings.EqualFold(strings.TrimSpace(name), "domain") {
			return false
		}
		domain = strings.ToLower(strings.TrimPrefix(strings.TrimSpace(value), "."))
		return true
	})
	if domain != "" && domain != server && !strings.HasSuffix(server, "."+domain) {
		return "", false
	}
	return strings.Join(append(parts[:1:1], kept...), ";"), true
}

// keepNameSecret keeps the random name out of the requests that a page makes elsewhere: a
// server of this machine that learned it could be sent the cookie, on another port.
func keepNameSecret(h http.Header) {
	switch strings.ToLower(h.Get("Referrer-Policy")) {
	case "no-referrer", "same-origin":
	default:
		h.Set("Referrer-Policy", "same-origin")
	}
}
