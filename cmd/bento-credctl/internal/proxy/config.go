package proxy

import (
	"context"
	"crypto/rand"
	"crypto/x509"
	"encoding/base32"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"golang.org/x/net/http/httpguts"

	"github.com/bento-cred/bento-cred/internal/credential"
	"github.com/bento-cred/bento-cred/internal/endpoint"
)

// Injection is the header that a request to the upstream gets.
type Injection struct {
	Header string            // its name
	Scheme string            // what stands before the value: "Bearer", or ""
	Value  credential.Secret // the token
}

// Config says whom a Proxy passes requests on to, and with what.
type Config struct {
	// Upstream is the one origin requests go to: scheme, host and port, as
	// endpoint.Origin has it.
	Upstream string
	// Inject asks the daemon for the header. It is called at most once a second, and
	// anew after the upstream refused what it gave. An error's text and, where it is an
	// *ipc.Error, its hint are shown to the client.
	Inject func(context.Context) (Injection, error)
	// Header takes the token in place of the header Inject names, and the client's own
	// Authorization goes on to the upstream; if empty, there is no such header.
	Header string
	// Capability lets a request in; if zero, a random one is made.
	Capability credential.Secret
	// Accept names further headers a capability may come in, as X-YATAI-API-TOKEN for
	// BentoML's own client. None of them goes on to the upstream.
	Accept []string
	// Observe is told of each finished request; if nil, nobody is. Requests end at the
	// same time, so it must bear being called by several goroutines.
	Observe func(Request)
	// RootCAs are the authorities trusted for the upstream; if nil, the system's.
	RootCAs *x509.CertPool
	// Now is the time; if nil, time.Now.
	Now func() time.Time
	// Rand is where secrets come from; if nil, crypto/rand.Reader.
	Rand io.Reader
}

// minCapability is the shortest capability taken, in bytes: 32 random ones in base64url
// have 43.
const minCapability = 43

// reserved are the headers that cannot hold the token, because they mean something to
// HTTP itself or to this proxy.
var reserved = map[string]bool{
	"Connection": true, "Content-Length": true, "Cookie": true, "Expect": true, "Host": true,
	"Keep-Alive": true, "Origin": true, "Proxy-Authorization": true, "Proxy-Connection": true,
	"Referer": true, "Te": true, "Trailer": true, "Transfer-Encoding": true, "Upgrade": true,
}

// checked returns c with its defaults filled in, and the upstream.
func (c Config) checked() (Config, *url.URL, error) {
	origin, err := endpoint.Origin(c.Upstream)
	if err != nil {
		return c, nil, fmt.Errorf("reading the upstream's address: %w", err)
	}
	upstream, err := url.Parse(origin)
	if err != nil {
		return c, nil, fmt.Errorf("reading the upstream's address: %w", err)
	}
	if c.Inject == nil {
		return c, nil, errors.New("making a proxy: nothing gives it a token")
	}
	if c.Header != "" {
		c.Header = http.CanonicalHeaderKey(c.Header)
		if !httpguts.ValidHeaderFieldName(c.Header) || reserved[c.Header] {
			return c, nil, fmt.Errorf("a token cannot go into the header %q", c.Header)
		}
	}
	if !c.Capability.IsZero() && len(c.Capability.Reveal()) < minCapability {
		return c, nil, errors.New("making a proxy: its capability is too short")
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Rand == nil {
		c.Rand = rand.Reader
	}
	return c, upstream, nil
}

// randomSecret returns 32 random bytes in base64url.
func randomSecret(source io.Reader) (credential.Secret, error) {
	raw := make([]byte, 32)
	if _, err := io.ReadFull(source, raw); err != nil {
		return credential.Secret{}, fmt.Errorf("making a random secret: %w", err)
	}
	return credential.NewSecret(base64.RawURLEncoding.EncodeToString(raw)), nil
}

// randomName returns a name below localhost that no page can guess.
func randomName(source io.Reader) (string, error) {
	raw := make([]byte, 10)
	if _, err := io.ReadFull(source, raw); err != nil {
		return "", fmt.Errorf("making a random name: %w", err)
	}
	label := base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(raw)
	return "bento-" + strings.ToLower(label) + ".localhost", nil
}
