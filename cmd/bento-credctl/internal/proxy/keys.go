package proxy

import (
	"crypto/subtle"
	"net/http"
	"strings"

	"github.com/bento-cred/bento-cred/internal/credential"
)

// CapabilityHeader is the proxy's own header for its capability, for clients whose
// Authorization is the upstream application's.
const CapabilityHeader = "Bento-Cred-Capability"

// ownHeaders begins the names of the headers that are between a client and the proxy.
const ownHeaders = "Bento-Cred-"

// cookiePrefix begins the name of every proxy's cookie. A browser takes a cookie of such
// a name only for the exact host that sets it.
const cookiePrefix = "__Host-bento-cred-"

// keys are what lets a request in, and the headers that it may come in.
type keys struct {
	capability credential.Secret
	cookie     credential.Secret // differs from the capability, so that a browser never has that
	accept     []string          // in canonical form
}

func newKeys(config Config) (keys, error) {
	k := keys{capability: config.Capability}
	var err error
	if k.capability.IsZero() {
		if k.capability, err = randomSecret(config.Rand); err != nil {
			return keys{}, err
		}
	}
	if k.cookie, err = randomSecret(config.Rand); err != nil {
		return keys{}, err
	}
	k.accept = append(k.accept, CapabilityHeader)
	for _, name := range config.Accept {
		k.accept = append(k.accept, http.CanonicalHeaderKey(name))
	}
	return k, nil
}

// same reports whether a request's value is the secret, in a time that does not tell how
// much of it is right.
func same(value string, secret credential.Secret) bool {
	return subtle.ConstantTimeCompare([]byte(value), []byte(secret.Reveal())) == 1
}

// proof returns how the headers show that their sender may use the proxy. A capability
// goes before a cookie: it does not come by itself.
func (k keys) proof(h http.Header) proof {
	if k.hasCapability(h["Authorization"]) {
		return proofBearer
	}
	for _, name := range k.accept {
		if k.hasCapability(h[name]) {
			return proofBearer
		}
	}
	for _, line := range h["Cookie"] {
		for pair := range strings.SplitSeq(line, ";") {
			name, value, _ := strings.Cut(strings.TrimSpace(pair), "=")
			if name == cookieName && same(value, k.cookie) {
				return proofCookie
			}
		}
	}
	return proofNone
}

// hasCapability reports whether one of a header's values is the capability, alone or
// after "Bearer".
func (k keys) hasCapability(values []string) bool {
	for _, value := range values {
		if scheme, rest, found := strings.Cut(value, " "); found && strings.EqualFold(scheme, "bearer") {
			value = strings.TrimLeft(rest, " ")
		}
		if same(value, k.capability) {
			return true
		}
	}
	return false
}

// strip takes out of a request's headers, or its trailers, all that let it in, in
// whatever header it stands. The application's own Authorization stays where keep says.
func (k keys) strip(h http.Header, keep bool) {
	for _, name := range k.accept {
		h.Del(name)
	}
	if !keep {
		h.Del("Authorization")
	}
	stripCookies(h)
	capability, cookie := k.capability.Reveal(), k.cookie.Reveal()
	for name, values := range h {
		if strings.HasPrefix(name, ownHeaders) {
			delete(h, name)
			continue
		}
		for _, value := range values {
			if strings.Contains(value, capability) || strings.Contains(value, cookie) {
				delete(h, name)
			}
		}
	}
}

// stripCookies takes the cookies of this and every other proxy out of h and leaves the
// application's as they were written.
func stripCookies(h http.Header) {
	lines := h["Cookie"]
	if !anyContains(lines, cookiePrefix) {
		return
	}
	var kept []string
	for _, line := range lines {
		for pair := range strings.SplitSeq(line, ";") {
			pair = strings.TrimSpace(pair)
			if pair != "" && !strings.HasPrefix(pair, cookiePrefix) {
				kept = append(kept, pair)
			}
		}
	}
	if len(kept) == 0 {
		h.Del("Cookie")
		return
	}
	h.Set("Cookie", strings.Join(kept, "; "))
}

func anyContains(values []string, text string) bool {
	for _, value := range values {
		if strings.Contains(value, text) {
			return true
		}
	}
	return false
}
