package bentocloud

import (
	"context"

	"github.com/bento-cred/bento-cred/internal/credential"
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
	account, err := c.user(ctx, to)
	if err != nil {
		return Account{}, err
	}
	to.path = pathOrganization
	var organization struct {
		Name string `json:"name"`
	}
	if err := c.receive(ctx, to, &organization); err != nil {
		return Account{}, err
	}
	if account.Organization = to.clean(organization.Name); account.Organization == "" {
		return Account{}, to.failReply("the organization has no name")
	}
	return account, nil
}

// user asks for the user alone.
func (c *Client) user(ctx context.Context, to call) (Account, error) {
	var user struct {
		Name      *string `json:"name"`
		Email     *string `json:"email"`
		FirstName string  `json:"first_name"`
		LastName  string  `json:"last_name"`
	}
	if err := c.receive(ctx, to, &user); err != nil {
		return Account{}, err
	}
	if user.Name == nil || user.Email == nil || to.clean(*user.Name) == "" {
		return Account{}, to.failReply("the user has no name or no email")
	}
	return Account{
		User:      to.clean(*user.Name),
		Email:     to.clean(*user.Email),
		FirstName: to.clean(user.FirstName),
		LastName:  to.clean(user.LastName),
	}, nil
}
