package bentocloud

import (
	"context"
	"errors"
	"strings"

	"github.com/bento-cred/bento-cred/internal/credential"
)

// Check asks whether an endpoint still takes a token. Nil: it does, if only for other
// calls than this one. An error that is ErrRefused: it does not. Any other error says
// nothing about the token.
//
// An error is an *Error, an *endpoint.Error, or wraps context.Canceled.
func (c *Client) Check(ctx context.Context, endpoint string, token credential.Secret) error {
	to, err := prepare(endpoint, pathUser, token)
	if err != nil {
		return err
	}
	to.refusal = refusalOfUser
	_, err = c.user(ctx, to)
	if errors.Is(err, ErrScope) {
		return nil
	}
	return err
}

// refusalOfUser sorts the reply to the question for a token's own user. There is but
// one record to be found for it, so where that is missing the token is of nobody.
func refusalOfUser(said answer) error {
	kind := refusal(said)
	if kind == ErrNotFound && strings.Contains(said.text, recordNotFound) { //nolint:errorlint // A sentinel itself.
		return ErrTokenUnknown
	}
	return kind
}
