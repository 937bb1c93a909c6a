package proxy

import (
	"errors"
	"io"
	"net/http"
	"net/http/httputil"
	"strings"
	"sync/atomic"
)

// rewrite makes the request to the upstream of the one that came in. It gets there with
// the headers of one connection (Connection, Upgrade and the like) already gone.
func (p *Proxy) rewrite(r *httputil.ProxyRequest) {
	out := r.Out
	// The path stays as it was written. Whatever it looks like ("//host", "/\host"), the
	// host is asked for here and nowhere else.
	out.URL.Scheme, out.URL.Host = p.upstream.Scheme, p.upstream.Host
	out.URL.RawQuery = r.In.URL.RawQuery // ReverseProxy drops what it would read otherwise
	out.Host = ""
	p.prepare(exchangeOf(r.In.Context()), r.In, out)
}

// prepare makes the headers and the body of out, which begin as those of in, what the
// upstream gets.
func (p *Proxy) prepare(e *exchange, in, out *http.Request) {
	keep := p.header != ""
	p.keys.strip(out.Header, keep)
	for name := range out.Header {
		if name == "Forwarded" || strings.HasPrefix(name, "X-Forwarded-") {
			delete(out.Header, name)
		}
	}
	p.rewriteOrigin(out.Header, e.host)
	header := e.key.header
	if p.header != "" {
		header = p.header
	}
	out.Header.Set(header, e.key.value)

	if out.Body != nil {
		e.upload = &upload{ReadCloser: out.Body, in: in, out: out, clean: func(h http.Header) { p.keys.strip(h, keep) }}
		e.upload.announce(header)
		out.Body = e.upload
	}
}

// rewriteOrigin puts the upstream's origin where the client wrote ours: servers compare
// these with their own host, and our name is nobody's business.
func (p *Proxy) rewriteOrigin(h http.Header, host string) {
	ours, theirs := local(host), p.upstream.String()
	if h.Get("Origin") != "" {
		h.Set("Origin", theirs)
	}
	referer := h.Get("Referer")
	if referer == "" {
		return
	}
	rest, found := strings.CutPrefix(referer, ours)
	if !found || !strings.HasPrefix(rest, "/") {
		h.Del("Referer")
		return
	}
	h.Set("Referer", theirs+rest)
}

// local returns the origin of the proxy under a host it is known by.
func local(host string) string {
	if host == "" {
		host = "localhost" // HTTP/1.0 over a Unix socket
	}
	return "http://" + host
}

// upload is the body of a request on its way. It remembers that the client broke it off,
// which is no failure of the upstream, and brings the trailers after: ReverseProxy copies
// their names before the body is read, and never their values.
type upload struct {
	io.ReadCloser
	in, out *http.Request
	clean   func(http.Header)
	broken  atomic.Bool
}

// announce keeps, of the trailers that the client announced, those that may go on. One
// with the name of the token's header might be taken for it.
func (u *upload) announce(header string) {
	u.clean(u.out.Trailer)
	u.out.Trailer.Del(header)
}

// Read implements io.Reader.
func (u *upload) Read(p []byte) (int, error) {
	n, err := u.ReadCloser.Read(p)
	switch {
	case err == nil:
	case errors.Is(err, io.EOF):
		u.finish()
	default:
		u.broken.Store(true)
	}
	return n, err
}

// finish takes over the trailers that were announced, and no others.
func (u *upload) finish() {
	for name := range u.out.Trailer {
		u.out.Trailer[name] = u.in.Trailer[name]
	}
	u.clean(u.out.Trailer)
}
