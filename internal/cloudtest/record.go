package cloudtest

import (
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"net/http"
	"slices"
	"strings"
)

// The headers a token travels in, in the form net/http keeps them.
const (
	headerManagement = "X-Yatai-Api-Token"
	headerDeployment = "Authorization"
	bearer           = "Bearer "
)

// fingerprintBytes is how much of a token's hash a record shows.
const fingerprintBytes = 6

// Request is one request as it arrived, without what is secret in it.
type Request struct {
	Host    string // the host and port asked for
	Method  string
	Path    string   // without the query
	Headers []string // names, sorted
	// Management and Bearer are the fingerprints of the tokens in the two headers
	// a token travels in; "" where there is none.
	Management string
	Bearer     string
}

// Fingerprint returns what stands for a token in a record.
func Fingerprint(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:fingerprintBytes])
}

// Requests returns what arrived so far, oldest first, at all addresses.
func (c *Cloud) Requests() []Request {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.requests)
}

// record notes every request before it is answered.
func (c *Cloud) record(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		request := Request{
			Host:    r.Host,
			Method:  r.Method,
			Path:    r.URL.Path,
			Headers: slices.Sorted(maps.Keys(r.Header)),
		}
		management, deployment := presented(r)
		if management != "" {
			request.Management = Fingerprint(management)
		}
		if deployment != "" {
			request.Bearer = Fingerprint(deployment)
		}
		c.mu.Lock()
		c.requests = append(c.requests, request)
		c.mu.Unlock()
		next.ServeHTTP(w, r)
	})
}

// presented returns the tokens that came with r, "" for each that did not: the one for
// the management API, and the one for a protected deployment.
func presented(r *http.Request) (management, deployment string) {
	deployment, found := strings.CutPrefix(r.Header.Get(headerDeployment), bearer)
	if !found {
		deployment = ""
	}
	return r.Header.Get(headerManagement), deployment
}
