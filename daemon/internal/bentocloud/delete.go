package bentocloud

import (
	"context"
	"net/http"

	"github.com/bento-cred/bento-cred/internal/credential"
)

// Delete deletes the token of that uid. A token that is not there is an ErrNotFound,
// which is as good for who wants it gone.
//
// A page is no success even with status 200: a network that wants its users to sign in
// first answers so, and the token lives.
//
// As with Create, Check tells whether an ErrRefused is the end of the bearer.
//
// An error is an *Error, an *endpoint.Error, or wraps context.Canceled.
func (c *Client) Delete(ctx context.Context, endpoint string, bearer credential.Secret, uid string) error {
	to, err := prepareOne(endpoint, pathTokens, uid, bearer)
	if err != nil {
		return err
	}
	to.method = http.MethodDelete
	to.good = []int{http.StatusOK, http.StatusAccepted, http.StatusNoContent}
	_, err = c.send(ctx, to)
	return err
}
