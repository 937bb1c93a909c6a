package bentocloud

import (
	"slices"
	"time"

	"github.com/bento-cred/bento-cred/internal/credential"
)

// fields is a JSON object of which nothing is taken for granted.
type fields map[string]any

// describe reads what the fields of a token tell of it, but its value.
func (v veil) describe(item fields) credential.Token {
	return credential.Token{
		UID:         v.clean(item.text("uid")),
		Name:        v.clean(item.text("name")),
		Description: v.clean(item.text("description")),
		Kind:        item.kind(),
		Access:      v.access(item),
		Scopes:      v.cleanAll(item.texts("scopes")),
		Created:     item.time("created_at"),
		Expires:     item.time("expired_at"),
		LastUsed:    item.time("last_used_at"),
	}
}

// access says what a token opens, as far as its fields tell.
func (v veil) access(item fields) credential.Access {
	var access credential.Access
	developer, told := item.boolean("is_api_token")
	access.Developer = developer || (!told && slices.Contains(item.texts("scopes"), scopeAPI))
	if !item.is("is_access_token") {
		return access
	}
	if access.AllEndpoints = item.is("is_global_access"); access.AllEndpoints {
		return access
	}
	names := item.texts("deployment_names")
	if len(names) == 0 {
		names = item.texts("deployment_uids")
	}
	access.Deployments = v.cleanAll(names)
	slices.Sort(access.Deployments)
	access.Deployments = slices.Compact(access.Deployments)
	return access
}

// kind says whom a token belongs to, where the fields tell.
func (f fields) kind() credential.Kind {
	if f.is("is_monitoring_token") {
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

// is reports whether a field is there, and true.
func (f fields) is(key string) bool {
	value, _ := f.boolean(key)
	return value
}

// object returns an object, nil where there is none.
func (f fields) object(key string) fields {
	object, _ := f[key].(map[string]any)
	return object
}

// time returns a time, zero where there is none that names its zone.
func (f fields) time(key string) time.Time {
	when, err := time.Parse(time.RFC3339Nano, f.text(key))
	if err != nil {
		return time.Time{}
	}
	return when.UTC()
}
