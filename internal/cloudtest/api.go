package cloudtest

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// defaultCount is how much of a list is sent to who does not say.
const defaultCount = 20

// managementHandler serves the management API.
func (c *Cloud) managementHandler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/api/v1/auth/current", c.get(c.guard("", c.serveUser)))
	mux.Handle("/api/v1/auth/code", c.get(http.HandlerFunc(c.serveCode)))
	mux.Handle("/api/v1/auth/token", c.get(http.HandlerFunc(c.serveCollect)))
	mux.Handle("/api_tokens", c.methods(map[string]http.Handler{
		http.MethodGet:  http.HandlerFunc(c.servePage),
		http.MethodPost: http.HandlerFunc(c.serveVerdict),
	}))
	mux.Handle("/api/v1/current_org", c.get(c.guard("read_organization", c.serveOrganization)))
	mux.Handle("/api/v1/api_tokens", c.methods(map[string]http.Handler{
		http.MethodGet:  c.guard("", c.serveTokens),
		http.MethodPost: c.guard("", c.serveCreate),
	}))
	mux.Handle("/api/v1/api_tokens/{uid}", c.methods(map[string]http.Handler{
		http.MethodGet:    c.guard("", c.serveToken),
		http.MethodDelete: c.guard("", c.serveDelete),
	}))
	mux.Handle("/api/v2/deployments", c.get(c.guard("read_cluster", c.serveDeployments)))
	mux.Handle("/api/v2/deployments/{name}", c.get(c.guard("read_cluster", c.serveDeployment)))
	return mux
}

// get lets GET requests pass only.
func (c *Cloud) get(next http.Handler) http.Handler {
	return c.methods(map[string]http.Handler{http.MethodGet: next})
}

// methods passes each request to the handler of its method.
func (c *Cloud) methods(handlers map[string]http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		next, found := handlers[r.Method]
		if !found {
			c.refuse(w, refuseMethod)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func (c *Cloud) serveUser(w http.ResponseWriter, _ *http.Request, token Token) {
	reply(w, c.user(token.User))
}

func (c *Cloud) serveOrganization(w http.ResponseWriter, _ *http.Request, _ Token) {
	reply(w, c.organization())
}

func (c *Cloud) serveTokens(w http.ResponseWriter, r *http.Request, by Token) {
	query := r.URL.Query()
	var shapes []tokenShape
	for _, token := range c.Tokens() {
		if strings.Contains(token.Name, query.Get("search")) && strings.Contains(token.Name, query.Get("q")) {
			shapes = append(shapes, c.token(token, by))
		}
	}
	reply(w, cut(shapes, query, c.cfg.PageLimit))
}

func (c *Cloud) serveToken(w http.ResponseWriter, r *http.Request, by Token) {
	for _, token := range c.Tokens() {
		if token.UID == r.PathValue("uid") {
			reply(w, c.token(token, by))
			return
		}
	}
	c.refuse(w, refuseToken)
}

func (c *Cloud) serveDeployments(w http.ResponseWriter, r *http.Request, _ Token) {
	search := r.URL.Query().Get("search")
	var shapes []deploymentShape
	for _, deployment := range c.cfg.Deployments {
		if strings.Contains(deployment.Name, search) {
			shapes = append(shapes, c.deployment(deployment))
		}
	}
	reply(w, cut(shapes, r.URL.Query(), c.cfg.PageLimit))
}

func (c *Cloud) serveDeployment(w http.ResponseWriter, r *http.Request, _ Token) {
	for _, deployment := range c.cfg.Deployments {
		if deployment.Name == r.PathValue("name") {
			shape := c.deployment(deployment)
			shape.URLs = []string{c.DeploymentURL(deployment.Name)}
			reply(w, shape)
			return
		}
	}
	c.refuse(w, refuseName)
}

// cut returns the stretch of a list that a query asks for, of limit items at most.
// The Python client sends what it does not ask for empty, not left out.
func cut[T any](all []T, query url.Values, limit int) page[T] {
	count := number(query.Get("count"), defaultCount)
	if limit > 0 {
		count = min(count, limit)
	}
	start := min(number(query.Get("start"), 0), len(all))
	end := min(start+count, len(all))
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
