package proxy

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"net"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/bento-cred/bento-cred/internal/endpoint"
)

// The limits of the connections to the upstream. There is none on how long it takes to
// answer: a model may think for minutes.
const (
	dialTime     = 15 * time.Second
	tlsTime      = 15 * time.Second
	continueTime = time.Second      // for the upstream to say whether it wants a body
	idleTime     = 90 * time.Second // an unused connection is kept
	pingAfter    = 30 * time.Second // of silence over HTTP/2: a computer that slept has dead connections
	pingTime     = 15 * time.Second
)

// maxIdle is how many unused connections are kept. net/http keeps two for each host, and
// would close and dial one for nearly every request of a busy client.
const maxIdle = 256

// bufferSize is the size of the buffers that answers are copied with.
const bufferSize = 32 << 10

// transport sends requests to the upstream in the protocol it and the client speak.
type transport struct {
	plain bool            // the upstream is plain http
	usual *http.Transport // HTTP/1, or over TLS whichever the upstream picks
	h2c   *http.Transport // HTTP/2 without TLS
}

func newTransport(upstream *url.URL, roots *x509.CertPool) *transport {
	t := &transport{plain: upstream.Scheme == "http", usual: newHTTP(upstream, roots), h2c: newHTTP(upstream, roots)}
	t.usual.Protocols.SetHTTP1(true)
	t.usual.Protocols.SetHTTP2(true)
	t.h2c.Protocols.SetUnencryptedHTTP2(true)
	return t
}

func newHTTP(upstream *url.URL, roots *x509.CertPool) *http.Transport {
	proxy := http.ProxyFromEnvironment
	if endpoint.IsLoopback(upstream.Hostname()) {
		proxy = nil // for *.localhost too, of which the environment's rules do not know
	}
	return &http.Transport{
		Proxy:                 proxy,
		DialContext:           dial,
		TLSClientConfig:       &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12},
		TLSHandshakeTimeout:   tlsTime,
		ExpectContinueTimeout: continueTime,
		DisableCompression:    true, // what the client did not ask for it does not get
		MaxIdleConns:          maxIdle,
		MaxIdleConnsPerHost:   maxIdle,
		IdleConnTimeout:       idleTime,
		Protocols:             new(http.Protocols),
		HTTP2:                 &http.HTTP2Config{SendPingTimeout: pingAfter, PingTimeout: pingTime},

		MaxResponseHeaderBytes: maxHead,
	}
}

// RoundTrip implements http.RoundTripper. A request to a plain upstream stays HTTP/2
// where it came as HTTP/2: such a client (gRPC) needs it to be.
func (t *transport) RoundTrip(r *http.Request) (*http.Response, error) {
	if t.plain && r.ProtoMajor == 2 {
		return t.h2c.RoundTrip(r)
	}
	return t.usual.RoundTrip(r)
}

// close ends the connections that nothing uses.
func (t *transport) close() {
	t.usual.CloseIdleConnections()
	t.h2c.CloseIdleConnections()
}

// dial connects, taking every name below localhost for this machine, whatever DNS says.
func dial(ctx context.Context, network, address string) (net.Conn, error) {
	host, port, err := net.SplitHostPort(address)
	if err == nil && endpoint.IsLoopback(host) && net.ParseIP(host) == nil {
		address = net.JoinHostPort("localhost", port)
	}
	dialer := net.Dialer{Timeout: dialTime}
	return dialer.DialContext(ctx, network, address)
}

// buffers are the buffers that answers are copied with; the zero value is ready.
type buffers struct{ pool sync.Pool }

// Get implements httputil.BufferPool.
func (b *buffers) Get() []byte {
	if buffer, ok := b.pool.Get().(*[bufferSize]byte); ok {
		return buffer[:]
	}
	return new([bufferSize]byte)[:]
}

// Put implements httputil.BufferPool.
func (b *buffers) Put(buffer []byte) { b.pool.Put((*[bufferSize]byte)(buffer)) }
