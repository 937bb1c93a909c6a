package bentocloud

import (
	"context"
	"crypto/subtle"

	"github.com/bento-cred/bento-cred/internal/credential"
)

// describePages bounds the search for a token in the list of tokens.
const describePages = 20

// Describe looks for token in the endpoint's list of tokens and returns what
// stands there about it. It reports false where it learned nothing: the endpoint
// need not list a token to its bearer, nor show values in a list, and not knowing
// is no failure of a login.
func (c *Client) Describe(ctx context.Context, endpoint string, token credential.Secret) (credential.Token, bool) {
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	to, err := prepare(endpoint, pathTokens, token)
	if err != nil {
		return credential.Token{}, false
	}
	for items, err := range c.pages(ctx, to, "", describePages) {
		if err != nil {
			return credential.Token{}, false
		}
		for _, item := range items {
			if subtle.ConstantTimeCompare([]byte(item.text("token")), []byte(token.Reveal())) == 1 {
				described := to.describe(item)
				described.Value = token
				return described, true
			}
		}
	}
	return credential.Token{}, false
}
