package daemon

import (
	"context"
	"errors"
	"time"
	"unicode"

	"github.com/bento-cred/bento-cred/daemon/internal/bentocloud"
	"github.com/bento-cred/bento-cred/internal/credential"
	"github.com/bento-cred/bento-cred/ipc"
	"github.com/bento-cred/bento-cred/ipc/management"
)

// maxTokenName bounds a token's name, in characters. What BentoCloud takes is not
// documented; a column of a database holds so much.
const maxTokenName = 255

// discardTime bounds the deletion of a token that could not be kept.
const discardTime = 15 * time.Second

// CreateToken implements management.Agent. A token that is to be kept is made only when
// the store has shown that it can be written, is verified, and is deleted again where it
// cannot be kept after all.
func (a *agent) CreateToken(ctx context.Context, wish management.NewToken) (management.CreatedToken, error) {
	d := a.daemon
	order, err := orderOf(wish, d.config.Now())
	if err != nil {
		return management.CreatedToken{}, err
	}
	c, bearer, err := a.manager(ctx, wish.Selection)
	if err != nil {
		return management.CreatedToken{}, err
	}
	if wish.Keep {
		if _, err := d.vault.probe(ctx); err != nil {
			return management.CreatedToken{}, coded(err)
		}
	}
	made, err := d.create(ctx, c, bearer, order)
	if err != nil {
		return management.CreatedToken{}, d.answered(c, bearer, err)
	}
	d.config.Log.Info("made a token at the cloud", "context", c.Name, "uid", made.Token.UID, "keep", wish.Keep)
	if wish.Keep {
		made.Token.Origin = credential.OriginCreated
		if err := d.keepMade(ctx, c, bearer, made.Token); err != nil {
			return management.CreatedToken{}, d.discard(ctx, c, bearer, made.Token, err)
		}
	}
	created := management.CreatedToken{Token: d.describeListed(made.Listed), Unconfirmed: made.Unconfirmed}
	if !wish.Keep {
		created.Value = a.handOver(c, "created", made.Token.Access, made.Token)
	}
	return created, nil
}

// orderOf checks what is wished for and returns it as the cloud's client takes it.
func orderOf(wish management.NewToken, now time.Time) (bentocloud.Wish, error) {
	order := bentocloud.Wish{
		Name: wish.Name, Description: wish.Description, Scopes: wish.Scopes,
		Access: wish.Access, Organization: wish.Organization,
	}
	switch {
	case wish.Name == "" || len([]rune(wish.Name)) > maxTokenName || !printable(wish.Name) || !printable(wish.Description):
		return order, &ipc.Error{
			Code:    ipc.Usage,
			Message: "a token needs a name of 1 to 255 printable characters, and a description of one line",
			Hint:    "see `bento-cred api-token create --help`",
		}
	case !wish.Access.Known() && len(wish.Scopes) == 0:
		return order, &ipc.Error{
			Code:    ipc.Usage,
			Message: "a token needs at least one access",
			Hint:    "give --developer-operations, --endpoint-access or both",
		}
	case len(wish.Scopes) > 0:
		order.Access.Developer = true // scopes are what a token may do at the management API
	}
	if wish.Expires == "" {
		return order, nil
	}
	var err error
	order.Expires, err = expiryOf(wish.Expires, now)
	return order, err
}

// expiryOf reads when a token is to expire.
func expiryOf(text string, now time.Time) (time.Time, error) {
	expires, err := time.Parse(time.RFC3339, text)
	if err != nil || !expires.After(now) {
		return time.Time{}, &ipc.Error{
			Code:    ipc.Usage,
			Message: "the expiry " + quoted(text) + " is no date to come",
			Hint:    "give it as 30d, 1w, 24h or a date with a zone, such as 2027-01-31T00:00:00Z",
		}
	}
	return expires.UTC(), nil
}

func printable(text string) bool {
	for _, r := range text {
		if !unicode.IsPrint(r) {
			return false
		}
	}
	return true
}

// create makes a token at the cloud, after finding the deployments it is for.
func (d *Daemon) create(ctx context.Context, c credential.Context, bearer credential.Token, order bentocloud.Wish) (bentocloud.Created, error) {
	cloud := d.cloud.Load()
	if !order.Access.AllEndpoints {
		for _, name := range order.Access.Deployments {
			uid, err := cloud.DeploymentUID(ctx, c.Endpoint, bearer.Value, name)
			if errors.Is(err, bentocloud.ErrNotFound) {
				return bentocloud.Created{}, &ipc.Error{
					Code:    ipc.NotFound,
					Message: "there is no deployment " + quoted(name) + " in organization " + quoted(c.Organization),
					Hint:    "check its name on BentoCloud, under Deployments",
				}
			}
			if err != nil {
				return bentocloud.Created{}, err
			}
			order.DeploymentUIDs = append(order.DeploymentUIDs, uid)
		}
	}
	return cloud.Create(ctx, c.Endpoint, bearer.Value, order)
}

// checkMade makes sure that the cloud takes a token it has just made. One for endpoints
// alone may be refused the management API's question; that the cloud shows it then has
// to do.
func (d *Daemon) checkMade(ctx context.Context, c credential.Context, bearer, made credential.Token) error {
	cloud := d.cloud.Load()
	err := cloud.Check(ctx, c.Endpoint, made.Value)
	if errors.Is(err, bentocloud.ErrRefused) && !made.Access.Developer {
		_, err = cloud.Token(ctx, c.Endpoint, bearer.Value, made.UID)
	}
	return err
}

// keepMade verifies a token that was made for c and keeps it there. Unlike a login it
// takes no other's place: who makes two tokens alike wants two.
func (d *Daemon) keepMade(ctx context.Context, c credential.Context, bearer, made credential.Token) error {
	if err := d.checkMade(ctx, c, bearer, made); err != nil {
		return err
	}
	err := d.change(ctx, c.Name, func(c *credential.Context) { c.Tokens = append(c.Tokens, made) })
	if err == nil {
		d.pulses.good(c.Name, made, d.config.Now())
	}
	return err
}

// discard deletes a token that was made and cannot be kept, and returns why not.
func (d *Daemon) discard(ctx context.Context, c credential.Context, bearer, made credential.Token, why error) error {
	if made.UID == "" {
		return coded(why) // nothing is known to delete it by
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), discardTime)
	defer cancel()
	err := d.cloud.Load().Delete(ctx, c.Endpoint, bearer.Value, made.UID)
	if err == nil || errors.Is(err, bentocloud.ErrNotFound) {
		return coded(why)
	}
	d.config.Log.Warn("a token that could not be kept is left at the endpoint",
		"endpoint", c.Endpoint, "name", made.Name, "uid", made.UID, "error", err)
	told := *ipc.AsError(coded(why))
	told.Message += "; the token " + quoted(made.Name) + " is left at " + c.Endpoint
	told.Hint = "run `bento-cred api-token delete " + made.UID + "`"
	return &told
}
