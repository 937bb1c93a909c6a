package management

import (
	"time"

	"github.com/bento-cred/bento-cred/internal/credential"
	"github.com/bento-cred/bento-cred/ipc"
)

// NewToken is a token to be made at the cloud.
type NewToken struct {
	ipc.Selection // the context whose token asks for it, and which it is kept in

	Name        string
	Description string
	Scopes      []string
	Access      credential.Access
	// Organization makes it the organization's, not the user's.
	Organization bool
	Expires      string // RFC 3339; empty: never
	// Keep puts the token into the context, and its value into no answer.
	Keep bool
}

// CreatedToken is a token that was made at the cloud.
type CreatedToken struct {
	Token CloudToken `json:"token" yaml:"token"`
	// Value is the token itself, of one that is not kept: this is the only time it is
	// told. It is no part of the document.
	Value credential.Secret `json:"-" yaml:"-"`
	// Unconfirmed is what was asked for and what the endpoint's reply does not confirm.
	Unconfirmed []string `json:"unconfirmed,omitempty" yaml:"unconfirmed,omitempty"`
}

// CloudToken is a token as the cloud lists it, without its value. The names of the fields
// are those of BentoML's own output; those behind the empty line are ours.
type CloudToken struct {
	Name                string     `json:"name" yaml:"name"`
	UID                 string     `json:"uid" yaml:"uid"`
	ResourceType        string     `json:"resource_type,omitempty" yaml:"resource_type,omitempty"`
	Labels              []string   `json:"labels" yaml:"labels"`
	Description         string     `json:"description" yaml:"description"`
	Created             *time.Time `json:"created_at" yaml:"created_at"`
	Updated             *time.Time `json:"updated_at,omitempty" yaml:"updated_at,omitempty"`
	Expires             *time.Time `json:"expired_at" yaml:"expired_at"`
	LastUsed            *time.Time `json:"last_used_at" yaml:"last_used_at"`
	IsExpired           bool       `json:"is_expired" yaml:"is_expired"`
	Scopes              []string   `json:"scopes" yaml:"scopes"`
	CreatedBy           string     `json:"created_by" yaml:"created_by"`
	IsAPIToken          bool       `json:"is_api_token" yaml:"is_api_token"`
	IsOrganizationToken bool       `json:"is_organization_token" yaml:"is_organization_token"`
	IsGlobalAccess      bool       `json:"is_global_access" yaml:"is_global_access"`
	IsAccessToken       bool       `json:"is_access_token" yaml:"is_access_token"`
	DeploymentNames     []string   `json:"deployment_names,omitempty" yaml:"deployment_names,omitempty"`
	DeploymentUIDs      []string   `json:"deployment_uids,omitempty" yaml:"deployment_uids,omitempty"`

	Organization string   `json:"organization_name,omitempty" yaml:"organization_name,omitempty"`
	Kind         string   `json:"kind" yaml:"kind"`
	Access       []string `json:"access" yaml:"access"`                       // empty: unknown
	Kept         string   `json:"kept_in,omitempty" yaml:"kept_in,omitempty"` // the context that has it
}

// DeletedToken is a token that the cloud no longer has.
type DeletedToken struct {
	UID  string `json:"uid" yaml:"uid"`
	Name string `json:"name,omitempty" yaml:"name,omitempty"` // empty where it is not known
	// Forgotten are the contexts that had it, and no longer have.
	Forgotten []string `json:"forgotten,omitempty" yaml:"forgotten,omitempty"`
}

// Renewed is a token that took another's place.
type Renewed struct {
	Context string `json:"context" yaml:"context"`
	Old     Token  `json:"old" yaml:"old"`
	New     Token  `json:"new" yaml:"new"`
	// Warnings are what a person should know: what the endpoint did not confirm.
	Warnings []string `json:"warnings,omitempty" yaml:"warnings,omitempty"`
}

func (n NewToken) encode() ipc.Message {
	m := n.Encode()
	for _, pair := range [][2]string{{"name", n.Name}, {"description", n.Description}, {"expires", n.Expires}} {
		m.Add(pair[0], pair[1])
	}
	m.AddList("scope", n.Scopes)
	m.AddList("access", n.Access.Words())
	m.AddFlag("organization", n.Organization)
	m.AddFlag("keep", n.Keep)
	return m
}

// DecodeNewToken reads the request for a new token.
func DecodeNewToken(m ipc.Message) (NewToken, error) {
	access, err := credential.ParseAccess(m.List("access")...)
	if err != nil {
		return NewToken{}, &ipc.Error{Code: ipc.Usage, Message: err.Error()}
	}
	return NewToken{
		Selection:    ipc.DecodeSelection(m),
		Name:         m.Get("name"),
		Description:  m.Get("description"),
		Scopes:       m.List("scope"),
		Access:       access,
		Organization: m.Flag("organization"),
		Expires:      m.Get("expires"),
		Keep:         m.Flag("keep"),
	}, nil
}
