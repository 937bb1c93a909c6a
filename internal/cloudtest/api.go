package cloudtest

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// defaultCount is how much of a list is sent to who does not say.
const defaultCount = 20

// managementHandler serves the management API.
func (c *Cloud) managementHandler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/api/v1/auth/current", c.get(c.guard("", c.serveUser)))
	mux.Handle("/api/v1/current_org", c.get(c.guard("read_organization", c.serveOrganization)))
	mux.Handle("/api/v1/api_tokens", c.get(c.guard("", c.serveTokens)))
	mux.Handle("/api/v1/api_tokens/{uid}", c.get(c.guard("", c.serveToken)))
	mux.Handle("/api/v2/deployments", c.get(c.guard("read_cluster", c.serveDeployments)))
	mux.Handle("/api/v2/deployments/{name}", c.get(c.guard("read_cluster", c.serveDeployment)))
	return mux
}

// get lets GET requests pass only.
func (c *Cloud) get(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet {
			c.refuse(w, refuseMethod)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func (c *Cloud) serveUser(w http.ResponseWriter, _ *http.Request, token Token) {
	reply(w, http.StatusOK, c.user(token.User))
}

func (c *Cloud) serveOrganization(w http.ResponseWriter, _ *http.Request, _ Token) {
	reply(w, http.StatusOK, c.organization())
}

func (c *Cloud) serveTokens(w http.ResponseWriter, r *http.Request, _ Token) {
	search := r.URL.Query().Get("search")
	c.mu.Lock()
	var shapes []tokenShape
	for _, token := range c.tokens {
		if strings.Contains(token.Name, search) {
			shapes = append(shapes, c.token(token))
		}
	}
	c.mu.Unlock()
	reply(w, http.StatusOK, cut(shapes, r.URL.Query()))
}

func (c *Cloud) serveToken(w http.ResponseWriter, r *http.Request, _ Token) {
	c.mu.Lock()
	i := slices.IndexFunc(c.tokens, func(t Token) bool { return t.UID == r.PathValue("uid") })
	var shape tokenShape
	if i >= 0 {
		shape = c.token(c.tokens[i])
	}
	c.mu.Unlock()
	if i < 0 {
		c.refuse(w, refuseToken)
		return
	}
	reply(w, http.StatusOK, shape)
}

func (c *Cloud) serveDeployments(w http.ResponseWriter, r *http.Request, _ Token) {
	search := r.URL.Query().Get("search")
	var shapes []deploymentShape
	for _, deployment := range c.cfg.Deployments {
		if strings.Contains(deployment.Name, search) {
			shapes = append(shapes, c.deployment(deployment))
		}
	}
	reply(w, http.StatusOK, cut(shapes, r.URL.Query()))
}

func (c *Cloud) serveDeployment(w http.ResponseWriter, r *http.Request, _ Token) {
	for _, deployment := range c.cfg.Deployments {
		if deployment.Name == r.PathValue("name") {
			shape := c.deployment(deployment)
			shape.URLs = []string{c.DeploymentURL(deployment.Name)}
			reply(w, http.StatusOK, shape)
			return
		}
	}
	c.refuse(w, refuseName)
}

// cut returns the stretch of a list that a query asks for. The Python client sends
// what it does not ask for empty, not left out.
func cut[T any](all []T, query url.Values) page[T] {
	start := min(number(query.Get("start"), 0), len(all))
	end := min(start+number(query.Get("count"), defaultCount), len(all))
	items := append([]T{}, all[start:end]...)
	return page[T]{Start: start, Count: len(items), Total: len(all), Items: items}
}

// number reads a count, otherwise where there is none.
func number(text string, otherwise int) int {
	n, err := strconv.ParseUint(text, 10, 16)
	if err != nil {
		return otherwise
	}
	return int(n)
}
