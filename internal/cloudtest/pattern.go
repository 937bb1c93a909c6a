package cloudtest

import (
	"net/http"
	"strings"
)

// Fail lets requests have fault, at every address of the Cloud. A pattern is a path,
// as in "/api/v1/api_tokens"; a method may stand before it, as in
// "POST /api/v1/api_tokens", and "*" at its end stands for any rest, none included,
// as in "DELETE /api/v1/api_tokens/*".
//
// Of several patterns that fit, the longer path strikes, one without "*" before one
// with it, and of two with the same path the one with a method. A second fault for
// one pattern takes the place of the first.
func (c *Cloud) Fail(pattern string, fault Fault) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.faults[pattern] = &fault
}

// Heal ends every Fault.
func (c *Cloud) Heal() {
	c.mu.Lock()
	defer c.mu.Unlock()
	clear(c.faults)
}

// fault returns the Fault that a request has, and counts it.
func (c *Cloud) fault(r *http.Request) (Fault, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	best, rank := "", 0
	for pattern := range c.faults {
		if fit := fits(pattern, r); fit > rank {
			best, rank = pattern, fit
		}
	}
	if rank == 0 {
		return Fault{}, false
	}
	fault := c.faults[best]
	if fault.Times > 0 {
		if fault.Times--; fault.Times == 0 {
			delete(c.faults, best)
		}
	}
	return *fault, true
}

// fits returns how closely a pattern fits a request, 0 for not at all.
func fits(pattern string, r *http.Request) int {
	rank := 1
	if method, path, found := strings.Cut(pattern, " "); found {
		if method != r.Method {
			return 0
		}
		pattern = path
		rank++
	}
	prefix, open := strings.CutSuffix(pattern, "*")
	switch {
	case open && strings.HasPrefix(r.URL.Path, prefix):
		return rank + 4*len(prefix)
	case pattern == r.URL.Path:
		return rank + 4*len(pattern) + 2
	default:
		return 0
	}
}
