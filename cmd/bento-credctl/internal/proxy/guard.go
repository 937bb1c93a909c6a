package proxy

import (
	"errors"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"golang.org/x/net/http/httpguts"
)

// Why a request is not let in. What each is answered with stands in answer.go.
var (
	errTarget  = errors.New("the request does not ask for a path")
	errHost    = errors.New("the request names a host that is not this proxy's")
	errOrigin  = errors.New("the request comes from a page of another origin")
	errNoProof = errors.New("the request does not carry this proxy's capability")
)

// proof is how a request shows that it may use the proxy.
type proof int

const (
	proofNone   proof = iota
	proofBearer       // a header with the capability: not a page, which cannot know it
	proofCookie       // a browser's cookie, which comes by itself
	proofSocket       // a Unix socket that only the user can connect to
)

// visit is all the guard knows of a request. It is made without judging.
type visit struct {
	method  string
	plain   bool     // the target is a path, and names no host
	host    string   // as the request has it
	port    int      // it came in by; 0 for a Unix socket, -1 for anything else
	origin  []string // the values of Origin
	site    []string // of Sec-Fetch-Site
	mode    []string // of Sec-Fetch-Mode
	upgrade bool     // it opens a websocket
	login   bool     // it opens a one-use link
	proof   proof
}

// visitOf reads what the guard wants to know.
func visitOf(r *http.Request) visit {
	v := visit{
		method:  r.Method,
		plain:   r.Method != http.MethodConnect && isPath(r.URL),
		host:    r.Host,
		port:    -1,
		origin:  r.Header["Origin"],
		site:    r.Header["Sec-Fetch-Site"],
		mode:    r.Header["Sec-Fetch-Mode"],
		upgrade: isWebsocket(r),
		login:   r.URL.Path == loginPath,
	}
	switch addr := r.Context().Value(http.LocalAddrContextKey).(type) {
	case *net.TCPAddr:
		if addr.IP.IsLoopback() {
			v.port = addr.Port
		}
	case *net.UnixAddr:
		v.port, v.proof = 0, proofSocket
	}
	return v
}

// isPath reports whether a request's target is a path and nothing more. A target with a
// host in it is for proxies that lead anywhere.
func isPath(target *url.URL) bool {
	return target.Scheme == "" && target.Opaque == "" && target.User == nil && target.Host == "" &&
		strings.HasPrefix(target.Path, "/")
}

// isWebsocket reports whether r opens a websocket, which HTTP/2 does in another way that
// this proxy does not offer.
func isWebsocket(r *http.Request) bool {
	upgrade := r.Header["Upgrade"]
	return r.ProtoMajor == 1 && r.Method == http.MethodGet &&
		len(upgrade) == 1 && strings.EqualFold(upgrade[0], "websocket") &&
		httpguts.HeaderValuesContainsToken(r.Header["Connection"], "upgrade")
}

// guard decides who may use the proxy.
type guard struct {
	name string // the random name below localhost, without a port
}

// enter decides what can be decided without knowing who asks: that the request is meant
// for us, and does not come from somebody else's page.
func (g guard) enter(v visit) error {
	switch {
	case !v.plain:
		return errTarget
	case !g.ours(v):
		return errHost
	case len(v.origin) > 0 && !isOwn(v):
		return errOrigin
	case len(v.site) > 0 && !isOwnSite(v):
		return errOrigin
	}
	return nil
}

// admit decides whether a request that entered has shown that it may be passed on.
func (g guard) admit(v visit) error {
	switch v.proof {
	case proofBearer, proofSocket:
		return nil
	case proofCookie:
		return g.admitCookie(v)
	case proofNone:
	}
	return errNoProof
}

// admitCookie wants a browser that says where a request comes from: a cookie comes by
// itself, also with what a foreign page asks for. Under another name than ours it is a
// cookie that other servers of this machine may have seen.
func (g guard) admitCookie(v visit) error {
	switch {
	case !g.named(v):
		return errNoProof
	case v.upgrade && len(v.origin) == 0: // browsers send no Sec-Fetch-Site with it
		return errOrigin
	case len(v.origin) == 0 && len(v.site) == 0:
		return errOrigin
	}
	return nil
}

// ours reports whether the request names this proxy. Over a Unix socket any name does:
// no page can connect to one, and clients put there what they like.
func (g guard) ours(v visit) bool {
	if v.port <= 0 {
		return v.port == 0
	}
	return isHost(v, "127.0.0.1") || isHost(v, "localhost") || g.named(v)
}

// named reports whether the request came in by the random name.
func (g guard) named(v visit) bool { return v.port > 0 && isHost(v, g.name) }

// isHost reports whether the request names exactly this host and the port it came in by.
func isHost(v visit, name string) bool {
	return v.host == name+":"+strconv.Itoa(v.port) || (v.port == 80 && v.host == name)
}

// isOwn reports whether Origin is the origin of the host that the request names.
func isOwn(v visit) bool { return len(v.origin) == 1 && v.origin[0] == "http://"+v.host }

// isOwnSite reports whether the browser says that a page of exactly this origin asks, or
// a person who typed the address or opened it from elsewhere than a page. "same-site" is
// another port of the same host, and so another server.
func isOwnSite(v visit) bool {
	if len(v.site) != 1 {
		return false
	}
	switch v.site[0] {
	case "same-origin":
		return true
	case "none":
		return isNavigation(v)
	}
	return fromPage(v)
}

// fromPage reports whether a person followed a one-use link in another page, such as a
// terminal in the browser or a file. The ticket is what lets it in.
func fromPage(v visit) bool {
	return v.login && len(v.site) == 1 && v.site[0] == "cross-site" && isNavigation(v)
}

// isNavigation reports whether a browser loads a page, without sending anything.
func isNavigation(v visit) bool {
	return len(v.mode) == 1 && v.mode[0] == "navigate" &&
		(v.method == http.MethodGet || v.method == http.MethodHead)
}
