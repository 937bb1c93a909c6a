package daemon

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/bento-cred/bento-cred/daemon/internal/bentocloud"
	"github.com/bento-cred/bento-cred/internal/credential"
	"github.com/bento-cred/bento-cred/ipc"
	"github.com/bento-cred/bento-cred/ipc/management"
)

// Tokens implements management.Agent.
func (a *agent) Tokens(ctx context.Context, selection ipc.Selection, search string) ([]management.CloudToken, error) {
	c, bearer, err := a.manager(ctx, selection)
	if err != nil {
		return nil, err
	}
	listed, err := a.daemon.cloud.Load().Tokens(ctx, c.Endpoint, bearer.Value, search)
	if err != nil {
		return nil, a.daemon.answered(c, bearer, err)
	}
	list := make([]management.CloudToken, 0, len(listed))
	for _, each := range listed {
		list = append(list, a.daemon.describeListed(c.Endpoint, each))
	}
	return list, nil
}

// Token implements management.Agent.
func (a *agent) Token(ctx context.Context, selection ipc.Selection, uid string) (management.CloudToken, error) {
	c, bearer, err := a.manager(ctx, selection)
	if err != nil {
		return management.CloudToken{}, err
	}
	listed, err := a.daemon.cloud.Load().Token(ctx, c.Endpoint, bearer.Value, uid)
	if errors.Is(err, bentocloud.ErrNotFound) {
		return management.CloudToken{}, noToken404(uid, c)
	}
	if err != nil {
		return management.CloudToken{}, a.daemon.answered(c, bearer, err)
	}
	return a.daemon.describeListed(c.Endpoint, listed), nil
}

// DeleteToken implements management.Agent. What was deleted is forgotten here, too, in
// every context that has it. What the cloud says it does not have is forgotten where the
// same user logged in: the tokens of others may only be hidden from this one.
func (a *agent) DeleteToken(ctx context.Context, selection ipc.Selection, uid string) (management.DeletedToken, error) {
	d := a.daemon
	c, bearer, err := a.manager(ctx, selection)
	if err != nil {
		return management.DeletedToken{}, err
	}
	cloud := d.cloud.Load()
	deleted := management.DeletedToken{UID: uid}
	if listed, err := cloud.Token(ctx, c.Endpoint, bearer.Value, uid); err == nil {
		deleted.Name = listed.Name // for the answer alone: the deletion tells what went wrong
	}
	err = cloud.Delete(ctx, c.Endpoint, bearer.Value, uid)
	gone := isGone(err, bearer, uid)
	switch {
	case errors.Is(err, bentocloud.ErrNotFound) && !gone:
		return deleted, noToken404(uid, c)
	case err != nil && !gone:
		return deleted, d.answered(c, bearer, err)
	}
	d.config.Log.Info("a token is gone at the cloud", "context", c.Name, "uid", uid, "before", gone)
	if deleted.Forgotten, err = d.forget(ctx, c, uid, gone); err != nil {
		return deleted, coded(err)
	}
	if gone && len(deleted.Forgotten) == 0 {
		return deleted, noToken404(uid, c)
	}
	return deleted, nil
}

// Revoke implements management.Agent. The token that deletes the others goes last.
func (a *agent) Revoke(ctx context.Context, name string) ([]management.DeletedToken, error) {
	d := a.daemon
	b, err := d.vault.open(ctx)
	if err != nil {
		return nil, coded(err)
	}
	c, found := b.Get(name)
	if !found {
		return nil, notFound(name, "")
	}
	ours := slices.DeleteFunc(slices.Clone(c.Tokens), func(t credential.Token) bool { return !t.Ours() || t.UID == "" })
	list := make([]management.DeletedToken, 0, len(ours))
	if len(ours) == 0 {
		return list, nil
	}
	bearer, err := d.pulses.fresh(c).Choose(credential.Access{Developer: true}, d.config.Now())
	if err != nil {
		return nil, noToken(err, c, credential.Access{Developer: true})
	}
	slices.SortStableFunc(ours, func(x, y credential.Token) int { return boolInt(x.UID == bearer.UID) - boolInt(y.UID == bearer.UID) })
	for _, t := range ours {
		err := d.cloud.Load().Delete(ctx, c.Endpoint, bearer.Value, t.UID)
		gone := isGone(err, bearer, t.UID)
		if err != nil && !gone {
			return list, d.answered(c, bearer, err)
		}
		forgotten, err := d.forget(ctx, c, t.UID, gone)
		if err != nil {
			return list, coded(err)
		}
		d.config.Log.Info("revoked a token", "context", c.Name, "uid", t.UID)
		list = append(list, management.DeletedToken{UID: t.UID, Name: t.Name, Forgotten: forgotten})
	}
	return list, nil
}

// isGone reports whether err, the cloud's answer to a deletion, says that it did not have
// the token: there is none of that uid, or the one that asks for its own end is none. An
// address that was not even asked for says nothing.
func isGone(err error, bearer credential.Token, uid string) bool {
	var said *bentocloud.Error
	if !errors.As(err, &said) || said.Status == 0 {
		return false
	}
	return errors.Is(err, bentocloud.ErrNotFound) || errors.Is(err, bentocloud.ErrTokenUnknown) && bearer.UID == uid
}

func boolInt(b bool) int {
	if b {
		return 1
	}
	return 0
}

// manager returns the selected context and its token for the management API.
func (a *agent) manager(ctx context.Context, selection ipc.Selection) (credential.Context, credential.Token, error) {
	chosen, err := a.choose(ctx, selection)
	if err != nil {
		return credential.Context{}, credential.Token{}, err
	}
	need := credential.Access{Developer: true}
	bearer, err := chosen.context.Choose(need, a.daemon.config.Now())
	if err != nil {
		return chosen.context, bearer, noToken(err, chosen.context, need)
	}
	return chosen.context, bearer, nil
}

// answered returns err, an answer of the cloud to a call of ours, as the socket tells
// it. A refused token may be one that was revoked: it is looked into at once.
func (d *Daemon) answered(c credential.Context, bearer credential.Token, err error) error {
	if errors.Is(err, bentocloud.ErrRefused) {
		d.pulses.hurry(c.Name, bearer)
		d.nudge()
	}
	return coded(err)
}

// noToken404 says that the cloud shows no token of that uid.
func noToken404(uid string, c credential.Context) error {
	return &ipc.Error{
		Code:    ipc.NotFound,
		Message: "there is no token " + quoted(uid) + " in organization " + quoted(c.Organization),
		Hint:    "`bento-cred api-token list` shows them",
	}
}

// change keeps what f makes of the context called name, if it is still there: work at
// the cloud takes time, and a person may have logged out meanwhile.
func (d *Daemon) change(ctx context.Context, name string, f func(*credential.Context)) error {
	return d.changeIf(ctx, name, func(c *credential.Context) error {
		f(c)
		return nil
	})
}

// changeIf is change for an f that may object.
func (d *Daemon) changeIf(ctx context.Context, name string, f func(*credential.Context) error) error {
	b, err := d.vault.open(ctx)
	if err != nil {
		return err
	}
	return b.Put(ctx, name, func(c credential.Context) (credential.Context, error) {
		if c.Endpoint == "" {
			return c, notFound(name, "")
		}
		c.Tokens = slices.Clone(c.Tokens)
		err := f(&c)
		return c, err
	})
}

// forget takes the token of that uid, which the cloud told c that it does not have, out of
// every context of c's endpoint, and returns their names: or out of those of c's own user
// alone, where the cloud's word is good for no other.
func (d *Daemon) forget(ctx context.Context, c credential.Context, uid string, own bool) ([]string, error) {
	b, err := d.vault.open(ctx)
	if err != nil {
		return nil, fmt.Errorf("forgetting a token that is gone at the cloud: %w", err)
	}
	is := func(t credential.Token) bool { return t.UID == uid }
	var names []string
	for _, each := range b.All() {
		if each.Endpoint != c.Endpoint || own && !sameUser(each, c) || !slices.ContainsFunc(each.Tokens, is) {
			continue
		}
		err := d.change(ctx, each.Name, func(c *credential.Context) { c.Tokens = slices.DeleteFunc(c.Tokens, is) })
		if errors.Is(err, ipc.NotFound) {
			continue // a person logged out meanwhile
		}
		if err != nil {
			return names, fmt.Errorf("forgetting a token that is gone at the cloud: %w", err)
		}
		names = append(names, each.Name)
	}
	return names, nil
}

// sameUser reports whether a and b, of one endpoint, are known to be logins of one user.
func sameUser(a, b credential.Context) bool {
	return a.Name == b.Name || a.User != "" && a.User == b.User && a.Organization == b.Organization
}

// describeListed returns a token as an endpoint lists it, and who has it here.
func (d *Daemon) describeListed(endpoint string, t bentocloud.Listed) management.CloudToken {
	shown := management.CloudToken{
		Name: t.Name, UID: t.UID, ResourceType: t.ResourceType, Description: t.Description,
		Labels: list(t.Labels), Scopes: list(t.Scopes),
		Created: known(t.Created), Updated: known(t.UpdatedAt), Expires: known(t.Expires), LastUsed: known(t.LastUsed),
		IsExpired: t.IsExpired || t.Expired(d.config.Now()), CreatedBy: t.CreatedBy,
		IsAPIToken: t.IsAPIToken, IsAccessToken: t.IsAccessToken,
		IsGlobalAccess: t.IsGlobalAccess, IsOrganizationToken: t.IsOrganizationToken,
		DeploymentNames: t.DeploymentNames, DeploymentUIDs: t.DeploymentUIDs,
		Organization: t.Organization, Kind: string(t.Kind), Access: list(t.Access.Words()),
	}
	if b := d.vault.opened(); b != nil && t.UID != "" {
		for _, c := range b.All() {
			kept := func(kept credential.Token) bool { return kept.UID == t.UID }
			if c.Endpoint == endpoint && slices.ContainsFunc(c.Tokens, kept) {
				shown.Kept = c.Name
			}
		}
	}
	return shown
}

// list returns texts, empty rather than nil: a list in JSON is never null.
func list(texts []string) []string {
	if texts == nil {
		return []string{}
	}
	return texts
}

// known returns a pointer to when, nil where it is not known.
func known(when time.Time) *time.Time {
	if when.IsZero() {
		return nil
	}
	return &when
}
