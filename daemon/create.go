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
	if order, err = d.located(ctx, c, bearer, order); err != nil {
		return management.CreatedToken{}, d.answered(c, bearer, err)
	}
	made, err := d.cloud.Load().Create(ctx, c.Endpoint, bearer.Value, order)
	if err != nil {
		return management.CreatedToken{}, d.answered(c, bearer, unsure(err, order.Name))
	}
	d.config.Log.Info("made a token at the cloud", "context", c.Name, "uid", made.Token.UID, "keep", wish.Keep)
	if wish.Keep {
		made.Token.Origin = credential.OriginCreated
		if err := d.keepMade(ctx, c, bearer, made.Token); err != nil {
			return management.CreatedToken{}, d.discard(ctx, c, bearer, made.Token, err)
		}
	}
	created := management.CreatedToken{Token: d.describeListed(c.Endpoint, made.Listed), Unconfirmed: made.Unconfirmed}
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
	order, err := d.located(ctx, c, bearer, order)
	if err != nil {
		return bentocloud.Created{}, err
	}
	return d.cloud.Load().Create(ctx, c.Endpoint, bearer.Value, order)
}

// located returns an order with the uids of the deployments it names.
func (d *Daemon) located(ctx context.Context, c credential.Context, bearer credential.Token, order bentocloud.Wish) (bentocloud.Wish, error) {
	if order.Access.AllEndpoints {
		return order, nil
	}
	for _, name := range order.Access.Deployments {
		uid, err := d.cloud.Load().DeploymentUID(ctx, c.Endpoint, bearer.Value, name)
		if errors.Is(err, bentocloud.ErrNotFound) {
			return order, &ipc.Error{
				Code:    ipc.NotFound,
				Message: "there is no deployment " + quoted(name) + " in organization " + quoted(c.Organization),
				Hint:    "check its name on BentoCloud, under Deployments",
			}
		}
		if err != nil {
			return order, err
		}
		order.DeploymentUIDs = append(order.DeploymentUIDs, uid)
	}
	return order, nil
}

// unsure adds to the error of a creation what it leaves open: after anything but a
// refusal, the token may have been made.
func unsure(err error, name string) error {
	if !passing(err) && !errors.Is(err, bentocloud.ErrBadReply) {
		return err
	}
	told := *ipc.AsError(coded(err))
	told.Message += "; the token " + quoted(name) + " may have been made all the same"
	told.Hint = "look for it with `bento-cred api-token list --search " + quoted(name) +
		"`, and delete it with `bento-cred api-token delete UID` before you try again"
	return &told
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
	err := d.changeIf(ctx, c.Name, func(kept *credential.Context) error {
		if isAnother(*kept, c.Endpoint, bentocloud.Account{Organization: c.Organization, User: c.User}) {
			return &ipc.Error{
				Code:    ipc.Exists,
				Message: "context " + quoted(c.Name) + " has become another login meanwhile",
				Hint:    "look at it with `bento-cred context show " + c.Name + "`, and try again",
			}
		}
		kept.Tokens = append(kept.Tokens, made)
		return nil
	})
	if err == nil {
		d.pulses.good(c.Name, made, d.config.Now())
		d.nudge() // it is looked after from now on
	}
	return err
}

// discard deletes a token that was made and cannot be kept, and returns why not.
func (d *Daemon) discard(ctx context.Context, c credential.Context, bearer, made credential.Token, why error) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), discardTime)
	defer cancel()
	err := d.cloud.Load().Delete(ctx, c.Endpoint, bearer.Value, made.UID) // without a uid it cannot be
	if err == nil || isGone(err, bearer, made.UID) {
		return coded(why)
	}
	d.config.Log.Warn("a token that could not be kept may be left at the endpoint",
		"endpoint", c.Endpoint, "name", made.Name, "uid", made.UID, "error", err)
	told := *ipc.AsError(coded(why))
	told.Message += "; the token " + quoted(made.Name) + " may be left at " + c.Endpoint
	told.Hint = "look for it there and delete it"
	if made.UID != "" {
		told.Hint = "run `bento-cred api-token delete " + made.UID + "`"
	}
	return &told
}
