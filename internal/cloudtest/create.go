package cloudtest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"time"
)

// maxBody is how much of a request is read.
const maxBody = 1 << 20

// creation is what a token is to be, with the fields of BentoML's
// CreateApiTokenSchema and the further ones of BentoCloud's OpenAPI document.
type creation struct {
	Name                string   `json:"name"`
	Description         string   `json:"description"`
	Scopes              []string `json:"scopes"` // nil for null and for none
	ExpiredAt           string   `json:"expired_at"`
	Code                string   `json:"code"`
	DeploymentUIDs      []string `json:"deployment_uids"`
	IsGlobalAccess      bool     `json:"is_global_access"`
	IsOrganizationToken bool     `json:"is_organization_token"`
	IsMonitoringToken   bool     `json:"is_monitoring_token"`
	// IsAccessToken says what the two fields of access say already.
	IsAccessToken bool `json:"is_access_token"`
}

// serveCreate makes a token, and approves the login of its code if it has one.
func (c *Cloud) serveCreate(w http.ResponseWriter, r *http.Request, by Token) {
	var asked creation
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBody)).Decode(&asked); err != nil {
		c.refuse(w, refuseAsked("reading the request: "+err.Error()))
		return
	}
	if asked.Scopes == nil && !c.cfg.LenientScopes {
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	token, no, ok := c.plan(asked)
	if !ok {
		c.refuse(w, no)
		return
	}
	if token.Organization && c.member(by.User) {
		c.refuse(w, refuseMember)
		return
	}
	token.User = by.User
	if token, no, ok = c.create(token, asked.Code); !ok {
		c.refuse(w, no)
		return
	}
	reply(w, c.revealed(token))
}

// plan returns the token that was asked for, without a value, or why it cannot be.
func (c *Cloud) plan(asked creation) (Token, refusal, bool) {
	if asked.Name == "" {
		return Token{}, refuseAsked("the name is required"), false
	}
	scopes := asked.Scopes
	if scopes == nil {
		scopes = []string{scopeAll}
	}
	token := Token{Name: asked.Name, Description: asked.Description, Scopes: scopes}
	if asked.ExpiredAt != "" {
		expires, err := c.date(asked.ExpiredAt)
		if err != nil {
			return Token{}, refuseAsked("reading expired_at: " + err.Error()), false
		}
		token.Expires = expires
	}
	if c.cfg.IgnoreAccess {
		token.Developer = true
		return token, refusal{}, true
	}
	token.Developer = slices.ContainsFunc(scopes, managing)
	token.AllEndpoints = asked.IsGlobalAccess
	token.Organization = asked.IsOrganizationToken
	token.Monitoring = asked.IsMonitoringToken
	for _, uid := range asked.DeploymentUIDs {
		name, found := c.deploymentName(uid)
		if !found {
			return Token{}, refuseName, false
		}
		token.Deployments = append(token.Deployments, name)
	}
	return token, refusal{}, true
}

// create makes a planned token and, where a code is given, approves its login with it.
func (c *Cloud) create(token Token, code string) (Token, refusal, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.cfg.UniqueNames && slices.ContainsFunc(c.tokens, func(t Token) bool { return t.Name == token.Name }) {
		return Token{}, refuseAsked("an api token of this name exists already"), false
	}
	if code == "" {
		return c.makeLocked(token), refusal{}, true
	}
	waiting, found := c.waitingLocked(code)
	if !found {
		return Token{}, refuseCode, false
	}
	waiting.approve(c.makeLocked(token))
	return waiting.token, refusal{}, true
}

// maxYear is the last year that a reply can tell.
const maxYear = 9999

// date reads an expiry.
func (c *Cloud) date(text string) (time.Time, error) {
	when, err := time.Parse(time.RFC3339, text)
	if err != nil && !c.cfg.StrictDates {
		// A fraction of a second is read although the layout has none.
		when, err = time.Parse(time.DateTime, text)
	}
	if err != nil {
		return time.Time{}, err
	}
	if year := when.UTC().Year(); year < 0 || year > maxYear {
		return time.Time{}, fmt.Errorf("the year %d is none", year)
	}
	return when, nil
}

// deploymentName returns the name of the deployment with a UID, or with that name.
func (c *Cloud) deploymentName(uid string) (string, bool) {
	for _, deployment := range c.cfg.Deployments {
		if uid == deployment.Name || uid == c.resource("deployment", deployment.Name).UID {
			return deployment.Name, true
		}
	}
	return "", false
}

// serveDelete forgets a token and sends what it was.
func (c *Cloud) serveDelete(w http.ResponseWriter, r *http.Request, by Token) {
	member, forbidden := c.member(by.User), false
	token, found := c.forget(func(t Token) bool {
		if t.UID != r.PathValue("uid") {
			return false
		}
		forbidden = member && t.Organization
		return !forbidden
	})
	switch {
	case forbidden:
		c.refuse(w, refuseMember)
	case !found:
		c.refuse(w, refuseToken)
	default:
		reply(w, c.token(token, by))
	}
}
