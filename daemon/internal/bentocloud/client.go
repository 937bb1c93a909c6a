// Package bentocloud speaks BentoCloud's management API for the daemon. It finds out
// whom a token belongs to and what is known about it (Verify, Describe), whether it is
// still taken (Check), gets one by way of a browser (LoginCode, Collect), and lists,
// makes and deletes tokens (Tokens, Token, Create, Delete).
//
// A token goes out in one header, X-YATAI-API-TOKEN, to one host: the endpoint it
// was given for. So that it goes nowhere else this client
//
//   - normalises every endpoint itself, and with that never speaks plain http to
//     another machine;
//   - sends requests by a bare http.RoundTripper, which cannot follow a redirect;
//   - dials this machine for every name below localhost, whatever DNS says of it;
//   - goes round the proxy for such names, because a proxy is another machine.
//
// What comes back is not trusted either. A reply is read under a deadline and a
// cap, must be UTF-8 and JSON with the fields the call needs, and what a server
// says is cut, cleaned and searched for secrets before a person sees it: for the
// token that asked, for a login's code, and for every token the reply itself holds.
//
// A request that changes something goes out once. The standard library's transport
// sends some requests a second time when a connection breaks under them; what makes or
// deletes a token goes over a connection of its own, and with a body that cannot be
// read twice. A caller that got no answer has to look whether the work was done.
//
// Every failure is an *Error whose Kind is one of the sentinels, so that the
// daemon can tell a token that was refused from a network that is down.
// BentoCloud's error replies are not documented: its own Python client expects 401
// where Yatai, the server it grew from, sends 403, some bodies are {"message"}, some
// are {"error"} and some are empty. All of them are understood here. Nor is it
// documented which fields of a token tell what it opens; they are read, and sent, as
// BentoCloud's OpenAPI document names them, and where one is missing or of another type,
// what it would have told is unknown.
package bentocloud

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/bento-cred/bento-cred/internal/credential"
	"github.com/bento-cred/bento-cred/internal/endpoint"
)

// Header is the request header the management API takes a token in.
const Header = "X-YATAI-API-TOKEN"

// What a Config holds where it is left empty, and limits that are nobody's choice.
const (
	defaultTimeout   = 15 * time.Second
	defaultUserAgent = "bento-cred"
	defaultMaxReply  = 1 << 20
	maxHeaderBytes   = 64 << 10
	maxIdle          = 4
)

// Config says how a Client calls. Its zero value is valid.
type Config struct {
	// Timeout bounds each call from dialling to the last byte; if 0, 15 s.
	Timeout time.Duration
	// UserAgent names us to the server; if empty, "bento-cred".
	UserAgent string
	// MaxReply is the longest reply taken, in bytes; if 0, 1 MiB.
	MaxReply int64
	// Proxy picks the proxy for a request; if nil, the environment's. It is not
	// asked for loopback.
	Proxy func(*http.Request) (*url.URL, error)
	// RootCAs are the authorities trusted; if nil, the system's.
	RootCAs *x509.CertPool
	// Now is the clock by which a kept connection ages; if nil, time.Now.
	Now func() time.Time
}

// Client calls the management API of any endpoint. It may be used by several
// goroutines at once.
type Client struct {
	timeout   time.Duration
	userAgent string
	maxReply  int64
	reads     kept
	writes    *http.Transport // keeps no connection
}

// New returns a Client.
func New(cfg Config) *Client {
	c := &Client{timeout: cfg.Timeout, userAgent: cfg.UserAgent, maxReply: cfg.MaxReply}
	if c.timeout == 0 {
		c.timeout = defaultTimeout
	}
	if c.userAgent == "" {
		c.userAgent = defaultUserAgent
	}
	if c.maxReply == 0 {
		c.maxReply = defaultMaxReply
	}
	c.reads = kept{fresh: func() *http.Transport { return newTransport(cfg) }, now: cfg.Now}
	if c.reads.now == nil {
		c.reads.now = time.Now
	}
	// A kept connection may have died meanwhile. A read is sent anew over another one;
	// a write that may have arrived must not be.
	c.writes = newTransport(cfg)
	c.writes.DisableKeepAlives = true
	return c
}

func newTransport(cfg Config) *http.Transport {
	proxy := cfg.Proxy
	if proxy == nil {
		proxy = http.ProxyFromEnvironment
	}
	return &http.Transport{
		Proxy:                  aroundLoopback(proxy),
		DialContext:            dial,
		TLSClientConfig:        &tls.Config{RootCAs: cfg.RootCAs, MinVersion: tls.VersionTLS12},
		ForceAttemptHTTP2:      true,
		MaxIdleConns:           maxIdle,
		IdleConnTimeout:        keepTime,
		MaxResponseHeaderBytes: maxHeaderBytes,
		OnProxyConnectResponse: checkProxy,
	}
}

// Close ends the connections kept open between calls. The Client stays usable.
func (c *Client) Close() { c.reads.close() }

// aroundLoopback returns proxy, not asked for this machine.
func aroundLoopback(proxy func(*http.Request) (*url.URL, error)) func(*http.Request) (*url.URL, error) {
	return func(req *http.Request) (*url.URL, error) {
		if endpoint.IsLoopback(req.URL.Hostname()) {
			return nil, nil //nolint:nilnil // The transport's word for "no proxy".
		}
		address, err := proxy(req)
		if err != nil {
			// The error quotes the proxy's address, and a password in it.
			return nil, errProxySettings
		}
		return address, nil
	}
}

// dial connects, taking every name below localhost for this machine.
func dial(ctx context.Context, network, address string) (net.Conn, error) {
	host, port, err := net.SplitHostPort(address)
	if err == nil && endpoint.IsLoopback(host) && net.ParseIP(host) == nil {
		address = net.JoinHostPort("localhost", port)
	}
	return new(net.Dialer).DialContext(ctx, network, address)
}

// What can be wrong with a proxy before the endpoint is reached.
var (
	errProxy         = errors.New("proxy refused the connection")
	errProxySettings = errors.New("proxy settings are not valid")
)

// checkProxy tells a proxy's refusal from the endpoint's.
func checkProxy(_ context.Context, _ *url.URL, _ *http.Request, reply *http.Response) error {
	if reply.StatusCode != http.StatusOK {
		return errProxy
	}
	return nil
}

// maxToken bounds a token well above every known one.
const maxToken = 8 << 10

// CheckToken returns ErrToken for a token that no header can carry, which no call is
// made with.
func CheckToken(token credential.Secret) error {
	if !validToken(token.Reveal()) {
		return ErrToken
	}
	return nil
}

// validToken reports whether a header can carry value as it is: no control characters,
// no space at either end (RFC 9110, section 5.5). Else the form of a token is the
// cloud's business.
func validToken(value string) bool {
	if value == "" || len(value) > maxToken || strings.Trim(value, " ") != value {
		return false
	}
	for _, c := range []byte(value) {
		if c < ' ' || c == 0x7f {
			return false
		}
	}
	return true
}
