package daemon

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/bento-cred/bento-cred/daemon/internal/bentocloud"
	"github.com/bento-cred/bento-cred/internal/credential"
)

// tidy ends what renewals of c left to be done, unless one is under way.
func (d *Daemon) tidy(ctx context.Context, c credential.Context) {
	now := d.config.Now()
	due := func(t credential.Token) bool { return !t.Retires.IsZero() && !now.Round(0).Before(t.Retires) }
	if c.Renewal == "" && !slices.ContainsFunc(c.Tokens, due) {
		return
	}
	d.renewals.ifFree(c.Name, func() {
		c, found := d.kept(c.Name) // a renewal may have ended since
		if !found {
			return
		}
		if err := d.sweep(ctx, c); err != nil {
			d.config.Log.Debug("what a renewal left over is still there", "context", c.Name, "error", err)
		}
		for _, t := range c.Tokens {
			if !due(t) {
				continue
			}
			if err := d.retire(ctx, c, t); err != nil {
				d.config.Log.Debug("a token that was renewed is still there", "context", c.Name, "token", t.UID, "error", err)
			}
		}
	})
}

// sweep deletes the token that an unfinished renewal of c may have left at the cloud,
// and keeps that it is gone. It is known by its name, which was kept before the token
// was made.
func (d *Daemon) sweep(ctx context.Context, c credential.Context) error {
	if c.Renewal == "" {
		return nil
	}
	need := credential.Access{Developer: true}
	bearer, err := c.Choose(need, d.config.Now())
	if err != nil {
		return noToken(err, c, need)
	}
	cloud := d.cloud.Load()
	listed, err := cloud.Tokens(ctx, c.Endpoint, bearer.Value, c.Renewal)
	if err != nil {
		return err
	}
	for _, each := range listed {
		ours := slices.ContainsFunc(c.Tokens, func(t credential.Token) bool { return t.UID == each.UID })
		if each.Name != c.Renewal || ours {
			continue
		}
		err := cloud.Delete(ctx, c.Endpoint, bearer.Value, each.UID)
		if err != nil && !errors.Is(err, bentocloud.ErrNotFound) {
			return err
		}
		d.config.Log.Info("deleted what a renewal left over", "context", c.Name, "token", each.UID)
	}
	return d.change(ctx, c.Name, func(kept *credential.Context) {
		if kept.Renewal == c.Renewal {
			kept.Renewal = ""
		}
	})
}

// retire deletes a token that another took the place of. It looks once more whether
// that one is good: if not, the old one stays.
func (d *Daemon) retire(ctx context.Context, c credential.Context, old credential.Token) error {
	successor, found := successorOf(c, old)
	if !found {
		return d.change(ctx, c.Name, func(c *credential.Context) { stay(c, old) })
	}
	bearer, err := c.Choose(credential.Access{Developer: true}, d.config.Now())
	if err != nil {
		return err
	}
	if err := d.checkMade(ctx, c, bearer, successor); err != nil {
		if errors.Is(err, bentocloud.ErrRefused) || errors.Is(err, bentocloud.ErrNotFound) {
			d.refused(ctx, c, successor, err)
		}
		return err
	}
	err = d.cloud.Load().Delete(ctx, c.Endpoint, bearer.Value, old.UID)
	if err != nil && !errors.Is(err, bentocloud.ErrNotFound) {
		return err
	}
	err = d.change(ctx, c.Name, func(c *credential.Context) {
		c.Tokens = slices.DeleteFunc(c.Tokens, func(t credential.Token) bool { return t.UID == old.UID })
	})
	if err == nil {
		d.config.Log.Info("deleted a token that was renewed", "context", c.Name, "token", old.UID)
	}
	return err
}

// stay takes back that a token retires.
func stay(c *credential.Context, old credential.Token) {
	for i := range c.Tokens {
		if c.Tokens[i].UID == old.UID {
			c.Tokens[i].Retires = time.Time{}
		}
	}
}

// successorOf returns the token that took old's place.
func successorOf(c credential.Context, old credential.Token) (credential.Token, bool) {
	for _, t := range c.Tokens {
		if t.Retires.IsZero() && t.Refused == "" && t.UID != "" && t.Access.Equal(old.Access) {
			return t, true
		}
	}
	return credential.Token{}, false
}
