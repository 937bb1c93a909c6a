package bentocloud

import (
	"context"
	"encoding/json"

	"github.com/bento-cred/bento-cred/internal/credential"
)

// The paths of the management API that this package calls.
const (
	pathUser         = "/api/v1/auth/current"
	pathOrganization = "/api/v1/current_org"
	pathList         = "/api/v1/api_tokens"
)

// Account is whom a token belongs to. Its texts are the server's, cleaned and cut
// so that they can be shown.
type Account struct {
	User         string // the user's name at the endpoint, never empty
	Email        string // may be empty
	FirstName    string // may be empty
	LastName     string // may be empty
	Organization string // never empty
}

// Verify returns whom token belongs to at an endpoint, asking for the user and
// then for the organization. It is the proof that a token is worth keeping.
//
// An error is an *Error, an *endpoint.Error, or wraps context.Canceled.
func (c *Client) Verify(ctx context.Context, endpoint string, token credential.Secret) (Account, error) {
	to, err := prepare(endpoint, pathUser, token)
	if err != nil {
		return Account{}, err
	}
	var user struct {
		Name      *string `json:"name"`
		Email     *string `json:"email"`
		FirstName string  `json:"first_name"`
		LastName  string  `json:"last_name"`
	}
	if err := c.getJSON(ctx, to, &user); err != nil {
		return Account{}, err
	}
	if user.Name == nil || user.Email == nil || to.clean(*user.Name) == "" {
		return Account{}, to.failReply("the user has no name or no email")
	}
	to.path = pathOrganization
	var organization struct {
		Name string `json:"name"`
	}
	if err := c.getJSON(ctx, to, &organization); err != nil {
		return Account{}, err
	}
	if to.clean(organization.Name) == "" {
		return Account{}, to.failReply("the organization has no name")
	}
	return Account{
		User:         to.clean(*user.Name),
		Email:        to.clean(*user.Email),
		FirstName:    to.clean(user.FirstName),
		LastName:     to.clean(user.LastName),
		Organization: to.clean(organization.Name),
	}, nil
}

// getJSON decodes a reply into a fresh value. The JSON package's own errors are
// not passed on: they quote the reply.
func (c *Client) getJSON(ctx context.Context, to call, value any) error {
	body, err := c.get(ctx, to)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(body, value); err != nil {
		if json.Valid(body) {
			return to.failReply("the reply has fields of other types")
		}
		return to.failReply("the reply is not JSON")
	}
	return nil
}
