package cloudtest

import (
	"net/http"
	"slices"
	"strings"
)

// scopeAll is the scope that allows everything.
const scopeAll = "api"

// wielded returns a copy of the token with a value, unless it is not there or
// expired, and notes that it was used.
func (c *Cloud) wielded(value string) (Token, refusal, bool) {
	if value == "" {
		return Token{}, refuseMissing, false
	}
	now := c.now()
	c.mu.Lock()
	defer c.mu.Unlock()
	i := slices.IndexFunc(c.tokens, func(t Token) bool { return t.Value == value })
	if i < 0 {
		return Token{}, refuseUnknown, false
	}
	token := &c.tokens[i]
	if !token.Expires.IsZero() && !now.Before(token.Expires) {
		return Token{}, refuseExpired, false
	}
	token.LastUsed = now
	return *token, refusal{}, true
}

// guard lets a request of the management API pass whose token is known, for the
// management API, and has the scope; "" needs no scope.
func (c *Cloud) guard(scope string, next func(http.ResponseWriter, *http.Request, Token)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		token, no, ok := c.wielded(r.Header.Get(headerManagement))
		if !ok {
			c.refuseCredential(w, no)
			return
		}
		if !token.Developer {
			c.refuse(w, refuseScope(scopeAll))
			return
		}
		if scope != "" && !holds(token.Scopes, scope) {
			c.refuse(w, refuseScope(scope))
			return
		}
		next(w, r, token)
	})
}

// enough are the operations of which any allows the one asked for, by Yatai's rule.
var enough = map[string][]string{
	"read":    {"read", "write", "operate"},
	"write":   {"write", "operate"},
	"operate": {"operate"},
}

// holds reports whether scopes allow what scope names, as in "read_cluster".
func holds(scopes []string, scope string) bool {
	if slices.Contains(scopes, scopeAll) {
		return true
	}
	operation, resource, _ := strings.Cut(scope, "_")
	for _, allowed := range enough[operation] {
		if slices.Contains(scopes, allowed+"_"+resource) {
			return true
		}
	}
	return false
}

// managing reports whether a scope is one of the management API.
func managing(scope string) bool {
	operation, resource, _ := strings.Cut(scope, "_")
	return scope == scopeAll || (enough[operation] != nil && resource != "")
}

// deploymentHandler serves one deployment: its application, to whom it is for.
func (c *Cloud) deploymentHandler(deployment Deployment) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if deployment.Public {
			app(deployment.Name, "world").ServeHTTP(w, r)
			return
		}
		value, _ := strings.CutPrefix(r.Header.Get(headerDeployment), bearer)
		token, _, ok := c.wielded(value)
		if !ok {
			c.refuse(w, refuseBearer)
			return
		}
		if !token.AllEndpoints && !slices.Contains(token.Deployments, deployment.Name) {
			c.refuse(w, refuseAccess)
			return
		}
		app(deployment.Name, token.User).ServeHTTP(w, r)
	})
}
