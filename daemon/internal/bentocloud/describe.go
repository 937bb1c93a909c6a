package bentocloud

import (
	"context"
	"crypto/subtle"
	"encoding/json"
	"slices"
	"strconv"
	"time"

	"github.com/bento-cred/bento-cred/internal/credential"
)

// Bounds of the search for a token in the list of tokens.
const (
	pageSize = 100
	maxPages = 20
)

// Describe looks for token in the endpoint's list of tokens and returns what
// stands there about it. It reports false where it learned nothing: the endpoint
// need not list a token to its bearer, nor show values in a list, and not knowing
// is no failure of a login.
//
// The fields that tell an access from a kind are not documented; they are read as
// BentoCloud's OpenAPI document names them, and where one is missing or of another
// type, what it would have told is unknown.
func (c *Client) Describe(ctx context.Context, endpoint string, token credential.Secret) (credential.Token, bool) {
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	to, err := prepare(endpoint, "", token)
	if err != nil {
		return credential.Token{}, false
	}
	start := 0
	for range maxPages {
		to.path = pathList + "?start=" + strconv.Itoa(start) + "&count=" + strconv.Itoa(pageSize)
		var page struct {
			Total any               `json:"total"`
			Items []json.RawMessage `json:"items"`
		}
		if err := c.getJSON(ctx, to, &page); err != nil {
			return credential.Token{}, false
		}
		for _, item := range page.Items {
			if described, found := to.describe(item); found {
				return described, true
			}
		}
		start += len(page.Items)
		total, known := page.Total.(float64)
		if len(page.Items) == 0 || (known && float64(start) >= total) {
			break
		}
	}
	return credential.Token{}, false
}

// describe reads one item of the list, and reports whether it is our token. The
// values of other tokens in it are compared and forgotten.
func (to call) describe(raw json.RawMessage) (credential.Token, bool) {
	var item fields
	if err := json.Unmarshal(raw, &item); err != nil {
		return credential.Token{}, false
	}
	if subtle.ConstantTimeCompare([]byte(item.text("token")), []byte(to.token.Reveal())) != 1 {
		return credential.Token{}, false
	}
	scopes := item.texts("scopes")
	for i := range scopes {
		scopes[i] = to.clean(scopes[i])
	}
	return credential.Token{
		UID:         to.clean(item.text("uid")),
		Name:        to.clean(item.text("name")),
		Description: to.clean(item.text("description")),
		Kind:        item.kind(),
		Access:      to.access(item, scopes),
		Scopes:      scopes,
		Created:     item.time("created_at"),
		Expires:     item.time("expired_at"),
		LastUsed:    item.time("last_used_at"),
		Value:       to.token,
	}, true
}

// access says what a token opens, as far as its fields tell.
func (to call) access(item fields, scopes []string) credential.Access {
	var access credential.Access
	developer, told := item.boolean("is_api_token")
	access.Developer = developer || (!told && slices.Contains(scopes, "api"))
	if endpoints, _ := item.boolean("is_access_token"); !endpoints {
		return access
	}
	if access.AllEndpoints, _ = item.boolean("is_global_access"); access.AllEndpoints {
		return access
	}
	names := item.texts("deployment_names")
	if len(names) == 0 {
		names = item.texts("deployment_uids")
	}
	for _, name := range names {
		access.Deployments = append(access.Deployments, to.clean(name))
	}
	slices.Sort(access.Deployments)
	access.Deployments = slices.Compact(access.Deployments)
	return access
}

// fields is a JSON object of which nothing is taken for granted.
type fields map[string]any

// kind says whom a token belongs to, where the fields tell.
func (f fields) kind() credential.Kind {
	if monitoring, _ := f.boolean("is_monitoring_token"); monitoring {
		return credential.KindMonitoring
	}
	organization, told := f.boolean("is_organization_token")
	switch {
	case !told:
		return credential.KindUnknown
	case organization:
		return credential.KindOrganization
	}
	return credential.KindPersonal
}

// text returns a string, empty where there is none.
func (f fields) text(key string) string {
	text, _ := f[key].(string)
	return text
}

// texts returns the strings of a list, leaving out what is none.
func (f fields) texts(key string) []string {
	list, _ := f[key].([]any)
	var texts []string
	for _, each := range list {
		if text, ok := each.(string); ok && text != "" {
			texts = append(texts, text)
		}
	}
	return texts
}

// boolean returns a bool, and reports whether there is one.
func (f fields) boolean(key string) (value, told bool) {
	value, told = f[key].(bool)
	return value, told
}

// time returns a time, zero where there is none that names its zone.
func (f fields) time(key string) time.Time {
	when, err := time.Parse(time.RFC3339Nano, f.text(key))
	if err != nil {
		return time.Time{}
	}
	return when.UTC()
}
