// Package proxy is a local address that passes requests on to one origin and adds the
// header with the BentoCloud token. It stands behind "bento-cred proxy", "bento-cred
// open" and "bento-cred exec --guarded".
//
// Whoever may use it has what the token opens, so most of the package is about who may:
//
//   - it listens on loopback alone, or on a Unix socket in a directory of the user's own;
//   - a request must name a host that is the proxy's, which a page that had a name of its
//     own point here (DNS rebinding) does not;
//   - it must not come from a page of another origin. A port is no part of a site: to a
//     browser a page of any other local server is "same-site", and its requests carry
//     every cookie. So Origin and Sec-Fetch-Site are held to the exact origin (guard.go);
//   - it must carry the capability, 32 random bytes that are worth nothing elsewhere, or
//     the cookie that a one-use link sets (login.go).
//
// Cookies are not bound to a port either: one set for 127.0.0.1 is sent to every server on
// 127.0.0.1, also to another user's. The cookie is therefore set, and believed, only under
// a random name below localhost, which resolves to this machine and is a site of its own.
//
// Nothing a request says leads anywhere but to the one origin, redirects are not followed,
// and nothing that let a request in goes on with it (request.go). Bodies pass as they
// come, in both directions and of any length; none is held in memory.
//
// # How requests are passed on
//
// net/http's Server has the client's side, always: what is one request, and what smuggles a
// second, it knows better than we would. Two things have the upstream's side.
//
// httputil.ReverseProxy and Transport take everything HTTP can do: TLS, HTTP/2, websockets,
// bodies of unknown length. What they cannot do is said where it is mended.
//
// direct takes requests of HTTP/1 with a body of known length or none to an upstream without
// TLS, which is one on this machine, where their price is felt (direct.go, pass.go). It was
// written after measuring where the time went: of 53 to 66 µs of processor time for a small
// request, half were system calls that nginx makes as well, and 20 were spent on the two
// goroutines of Transport and on ReverseProxy's copies. Both ways are held to one contract
// by the same tests (eachWay).
package proxy

import (
	"context"
	"io"
	"log"
	"net/http"
	"net/http/httputil"
	"net/url"
	"strconv"
	"time"

	"github.com/bento-cred/bento-cred/internal/credential"
)

// flushAfter is the longest time that a part of an answer waits for the next. Answers of
// unknown length and server-sent events do not wait at all.
const flushAfter = 10 * time.Millisecond

// Proxy passes requests on to one origin. It may be used by several goroutines at once.
type Proxy struct {
	upstream  *url.URL
	header    string // "" where the injection names it
	guard     guard
	keys      keys
	tickets   tickets
	source    *source
	direct    *direct // nil where the upstream is not plain
	transport *transport
	reverse   *httputil.ReverseProxy
	observe   func(Request)
	now       func() time.Time
}

// New returns a Proxy.
func New(config Config) (*Proxy, error) {
	config, upstream, err := config.checked()
	if err != nil {
		return nil, err
	}
	keys, err := newKeys(config)
	if err != nil {
		return nil, err
	}
	name, err := randomName(config.Rand)
	if err != nil {
		return nil, err
	}
	p := &Proxy{
		upstream:  upstream,
		header:    config.Header,
		guard:     guard{name: name},
		keys:      keys,
		tickets:   tickets{now: config.Now, rand: config.Rand},
		source:    newSource(config),
		direct:    newDirect(upstream),
		transport: newTransport(upstream, config.RootCAs),
		observe:   config.Observe,
		now:       config.Now,
	}
	p.reverse = &httputil.ReverseProxy{
		Rewrite:        p.rewrite,
		Transport:      p.transport,
		ModifyResponse: p.modify,
		ErrorHandler:   p.fail,
		BufferPool:     new(buffers),
		FlushInterval:  flushAfter,
		// What it would say here, Observe is told.
		ErrorLog: log.New(io.Discard, "", 0),
	}
	return p, nil
}

// Capability returns what lets a request in: as "Authorization: Bearer", as
// CapabilityHeader or in one of Config.Accept.
func (p *Proxy) Capability() credential.Secret { return p.keys.capability }

// Address returns the origin under which a browser uses the proxy where it listens on
// this port: a random name below localhost, so that the application's cookies and storage
// are out of reach of every other page of this machine.
func (p *Proxy) Address(port int) string { return local(p.guard.name + ":" + strconv.Itoa(port)) }

// exchange is what one request has beside itself on its way through.
type exchange struct {
	key      *answer // what the daemon gave for it
	host     string  // under which the client knows us
	proof    proof
	recorder *recorder
	upload   *upload // nil where the request has no body
}

type exchangeKey struct{}

// exchangeOf returns the exchange that a request passed on belongs to.
func exchangeOf(ctx context.Context) *exchange {
	e, _ := ctx.Value(exchangeKey{}).(*exchange)
	return e
}

// ServeHTTP implements http.Handler. The server it is used in must be net/http's, which
// tells the address a request came in by.
func (p *Proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	rec := &recorder{ResponseWriter: w}
	if p.observe != nil {
		method, path, start := r.Method, r.URL.EscapedPath(), p.now()
		defer func() {
			p.observe(Request{
				Method: method, Path: path, Status: rec.status, Bytes: rec.bytes,
				Duration: p.now().Sub(start), Err: rec.err,
			})
		}()
	}
	v := visitOf(r)
	if err := p.guard.enter(v); err != nil {
		refuse(rec, err)
		return
	}
	if isOwnPath(r.URL.Path) {
		p.login(rec, r, v)
		return
	}
	if v.proof == proofNone { // a Unix socket is proof enough
		v.proof = p.keys.proof(r.Header)
	}
	if err := p.guard.admit(v); err != nil {
		refuse(rec, err)
		return
	}
	p.pass(rec, r, v)
}

// pass sends a request that was let in to the upstream and its answer back.
func (p *Proxy) pass(w *recorder, r *http.Request, v visit) {
	key := p.source.get(r.Context())
	switch {
	case r.Context().Err() != nil:
		abandon(w, context.Cause(r.Context()))
	case key.err != nil:
		withoutToken(w, key.err)
		return
	}
	if !v.upgrade {
		r.Header.Del("Upgrade") // h2c and the like would be a tunnel past the guard
	}
	if r.ContentLength != 0 && r.ProtoMajor == 1 {
		// The upstream may answer before it has read everything, and the server would keep
		// that answer until the client has sent the rest.
		_ = http.NewResponseController(w).EnableFullDuplex() // every server of net/http can
	}
	e := &exchange{key: key, host: v.host, proof: v.proof, recorder: w}
	if p.direct != nil && p.direct.takes(r) {
		p.passDirectly(e, r)
		return
	}
	p.reverse.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), exchangeKey{}, e)))
}
