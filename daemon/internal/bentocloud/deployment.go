package bentocloud

import (
	"context"

	"github.com/bento-cred/bento-cred/internal/credential"
)

// DeploymentUID returns the uid of the deployment of a name, which a wish for access to
// it needs.
//
// An error is an *Error, an *endpoint.Error, or wraps context.Canceled.
func (c *Client) DeploymentUID(ctx context.Context, endpoint string, bearer credential.Secret, name string) (string, error) {
	to, err := prepareOne(endpoint, pathDeployments, name, bearer)
	if err != nil {
		return "", err
	}
	var deployment fields
	if err := c.receive(ctx, to, &deployment); err != nil {
		return "", err
	}
	uid := deployment.text("uid")
	if !validName(uid) || to.clean(uid) != uid {
		return "", to.failReply("the deployment has no uid that could be used")
	}
	return uid, nil
}
