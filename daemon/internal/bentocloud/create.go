package bentocloud

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"github.com/bento-cred/bento-cred/internal/credential"
)

// scopeAPI is the scope that opens the whole management API.
const scopeAPI = "api"

// Wish is a token that is to be made.
type Wish struct {
	Name        string
	Description string
	// Scopes are what it may do at the management API; if there are none and Access
	// has Developer, all: "api".
	Scopes []string
	Access credential.Access
	// DeploymentUIDs are the uids of the deployments that Access names (DeploymentUID
	// finds them). They are not sent beside AllEndpoints.
	DeploymentUIDs []string
	// Organization makes it the organization's, not the user's.
	Organization bool
	Expires      time.Time // zero: never
}

// Created is a token that was made.
type Created struct {
	// Token is the token with its value. Its Kind and Access are those that were asked
	// for; whether the endpoint says so, too, is in Unconfirmed. Its Origin is empty.
	Token credential.Token
	// Listed is what the endpoint says of it.
	Listed Listed
	// Unconfirmed tells a person where the endpoint's reply contradicts what was
	// asked for, or is silent on it.
	Unconfirmed []string
}

// Create makes a token. The request goes out once. After an error a caller does not
// know whether the token was made all the same, unless the error is a refusal, and
// finds out by its name.
//
// An ErrRefused need not be the end of the bearer: an endpoint may answer 403, too, when
// the bearer's user may not have what was wished for. Check tells.
//
// The fields that ask for an access to deployments, and for a token of the organization,
// are sent only when those are wished for: BentoML's own client does not send them.
//
// An error is an *Error, an *endpoint.Error, or wraps context.Canceled.
func (c *Client) Create(ctx context.Context, endpoint string, bearer credential.Secret, wish Wish) (Created, error) {
	to, err := prepare(endpoint, pathTokens, bearer)
	if err != nil {
		return Created{}, err
	}
	if len(wish.Access.Deployments) > 0 && len(wish.DeploymentUIDs) == 0 && !wish.Access.AllEndpoints {
		return Created{}, &Error{Kind: ErrRejected, Endpoint: to.base, Detail: "deployments are named without their uids"}
	}
	to.method = http.MethodPost
	to.good = []int{http.StatusOK, http.StatusCreated}
	if to.body, err = json.Marshal(wish.order()); err != nil {
		return Created{}, to.fail(ErrRejected, err)
	}
	var reply fields
	if err := c.receive(ctx, to, &reply); err != nil {
		return Created{}, err
	}
	value := reply.text("token")
	if !validToken(value) {
		return Created{}, to.failReply("the reply has no token that a header can carry")
	}
	to.veil = to.hiding(value)
	if uid := reply.text("uid"); !validName(uid) || to.clean(uid) != uid {
		return Created{}, to.failReply("the new token has no uid that could be used")
	}
	return wish.granted(to.listed(reply), credential.NewSecret(value)), nil
}

// order is the body of a request for a token.
type order struct {
	Name        string   `json:"name"`
	Description string   `json:"description"`
	Scopes      []string `json:"scopes"` // never null: Yatai panics on it
	// ExpiredAt names its zone. BentoML's client sends none, and Yatai takes only
	// what has one.
	ExpiredAt           string   `json:"expired_at,omitempty"`
	IsAccessToken       bool     `json:"is_access_token,omitempty"`
	IsGlobalAccess      bool     `json:"is_global_access,omitempty"`
	DeploymentUIDs      []string `json:"deployment_uids,omitempty"`
	IsOrganizationToken bool     `json:"is_organization_token,omitempty"`
}

// order returns what is sent for a wish.
func (w Wish) order() order {
	sent := order{
		Name:                w.Name,
		Description:         w.Description,
		Scopes:              w.scopes(),
		IsGlobalAccess:      w.Access.AllEndpoints,
		IsOrganizationToken: w.Organization,
	}
	if !w.Access.AllEndpoints {
		sent.DeploymentUIDs = w.DeploymentUIDs
	}
	sent.IsAccessToken = sent.IsGlobalAccess || len(sent.DeploymentUIDs) > 0
	if !w.Expires.IsZero() {
		sent.ExpiredAt = w.Expires.UTC().Format(time.RFC3339)
	}
	return sent
}

// scopes returns the scopes to ask for, as a list in any case.
func (w Wish) scopes() []string {
	if len(w.Scopes) == 0 && w.Access.Developer {
		return []string{scopeAPI}
	}
	return append([]string{}, w.Scopes...)
}
