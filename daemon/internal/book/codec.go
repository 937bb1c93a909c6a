package book

import (
	"encoding/json"
	"errors"
	"time"

	"github.com/bento-cred/bento-cred/internal/credential"
)

// The form of a context in the store. It is written out here, and not taken from the
// fields of credential.Context, for two reasons: a Secret does not encode itself, and
// what older versions wrote must stay readable whatever becomes of the types.
type record struct {
	Version      int           `json:"version"`
	Name         string        `json:"name"`
	Endpoint     string        `json:"endpoint"`
	Organization string        `json:"organization,omitempty"`
	User         string        `json:"user,omitempty"`
	Email        string        `json:"email,omitempty"`
	Tokens       []tokenRecord `json:"tokens,omitempty"`
	Hosts        []hostRecord  `json:"hosts,omitempty"`
	Renewal      string        `json:"renewal,omitempty"`
}

// hostRecord is a host that a person bound. What the cloud tells of hosts is asked anew.
type hostRecord struct {
	Origin     string `json:"origin"`
	Deployment string `json:"deployment,omitempty"`
}

type tokenRecord struct {
	UID         string    `json:"uid,omitempty"`
	Name        string    `json:"name,omitempty"`
	Description string    `json:"description,omitempty"`
	Kind        string    `json:"kind"`
	Access      []string  `json:"access,omitempty"`
	Scopes      []string  `json:"scopes,omitempty"`
	Created     time.Time `json:"created,omitzero"`
	Expires     time.Time `json:"expires,omitzero"`
	LastUsed    time.Time `json:"last_used,omitzero"`
	Refused     string    `json:"refused,omitempty"`
	Retires     time.Time `json:"retires,omitzero"`
	Origin      string    `json:"origin"`
	// Value is bytes and so base64 in JSON: a token need not be valid UTF-8.
	Value []byte `json:"value"`
}

// recordVersion is the version of the form.
const recordVersion = 1

// errForm says that a record is not one this version can read. It has no detail: the
// libraries' errors quote what they read.
var errForm = errors.New("the context is not in a form this version knows")

func encode(c credential.Context) ([]byte, error) {
	r := record{
		Version:      recordVersion,
		Name:         c.Name,
		Endpoint:     c.Endpoint,
		Organization: c.Organization,
		User:         c.User,
		Email:        c.Email,
		Renewal:      c.Renewal,
	}
	for _, h := range c.Hosts {
		if h.Bound {
			r.Hosts = append(r.Hosts, hostRecord{Origin: h.Origin, Deployment: h.Deployment})
		}
	}
	for _, t := range c.Tokens {
		r.Tokens = append(r.Tokens, tokenRecord{
			UID:         t.UID,
			Name:        t.Name,
			Description: t.Description,
			Kind:        string(t.Kind),
			Access:      t.Access.Words(),
			Scopes:      t.Scopes,
			Created:     t.Created,
			Expires:     t.Expires,
			LastUsed:    t.LastUsed,
			Refused:     t.Refused,
			Retires:     t.Retires,
			Origin:      string(t.Origin),
			Value:       []byte(t.Value.Reveal()),
		})
	}
	defer func() {
		for _, t := range r.Tokens {
			clear(t.Value)
		}
	}()
	return json.Marshal(r)
}

// decode reads what encode wrote; keep returns a value as it stands where values are kept.
func decode(data []byte, keep func([]byte) string) (credential.Context, error) {
	var r record
	if err := json.Unmarshal(data, &r); err != nil || r.Version != recordVersion || r.Name == "" || r.Endpoint == "" {
		return credential.Context{}, errForm
	}
	c := credential.Context{
		Name:         r.Name,
		Endpoint:     r.Endpoint,
		Organization: r.Organization,
		User:         r.User,
		Email:        r.Email,
		Renewal:      r.Renewal,
	}
	for _, h := range r.Hosts {
		if h.Origin == "" {
			return credential.Context{}, errForm
		}
		c.Hosts = append(c.Hosts, credential.Host{Origin: h.Origin, Deployment: h.Deployment, Bound: true})
	}
	for _, t := range r.Tokens {
		access, err := credential.ParseAccess(t.Access...)
		if err != nil || len(t.Value) == 0 {
			return credential.Context{}, errForm
		}
		value := keep(t.Value)
		clear(t.Value)
		c.Tokens = append(c.Tokens, credential.Token{
			UID:         t.UID,
			Name:        t.Name,
			Description: t.Description,
			Kind:        credential.Kind(t.Kind),
			Access:      access,
			Scopes:      t.Scopes,
			Created:     t.Created,
			Expires:     t.Expires,
			LastUsed:    t.LastUsed,
			Refused:     t.Refused,
			Retires:     t.Retires,
			Origin:      credential.Origin(t.Origin),
			Value:       credential.NewSecret(value),
		})
	}
	return c, nil
}
