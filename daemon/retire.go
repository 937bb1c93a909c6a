package daemon

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/bento-cred/bento-cred/daemon/internal/bentocloud"
	"github.com/bento-cred/bento-cred/internal/credential"
	"github.com/bento-cred/bento-cred/ipc"
)

// untidy reports whether a renewal of c left something that is to be done by now.
func untidy(c credential.Context, now time.Time) bool {
	return c.Renewal != "" || slices.ContainsFunc(c.Tokens, func(t credential.Token) bool { return retired(t, now) })
}

// retired reports whether t is to be deleted by now, for another has taken its place.
func retired(t credential.Token, now time.Time) bool {
	return !t.Retires.IsZero() && !now.Round(0).Before(t.Retires)
}

// tidy ends what renewals of c left to be done, unless one is under way.
func (d *Daemon) tidy(ctx context.Context, c credential.Context) {
	now := d.config.Now()
	if !untidy(c, now) || d.pulses.untilTidying(c.Name, now) > 0 {
		return
	}
	d.renewals.ifFree(c.Name, func() {
		c, found := d.kept(c.Name) // a renewal may have ended since
		if !found {
			return
		}
		err := d.sweep(ctx, c)
		for _, t := range c.Tokens {
			if retired(t, now) {
				err = errors.Join(err, d.retire(ctx, c, t))
			}
		}
		if err == nil {
			d.pulses.tidied(c.Name)
			return
		}
		d.pulses.notTidied(c.Name, d.config.Now())
		d.config.Log.Debug("what a renewal left to be done is not done yet", "context", c.Name, "error", err)
	})
}

// sweep deletes the token that an unfinished renewal of c may have left at the cloud,
// and keeps that it is gone.
func (d *Daemon) sweep(ctx context.Context, c credential.Context) error {
	if c.Renewal == "" {
		return nil
	}
	if err := d.deleteLeft(ctx, c); err != nil {
		return err
	}
	return d.endRenewal(ctx, c)
}

// deleteLeft deletes what a renewal of c left at the cloud. It is known by its name,
// which was kept before the token was made, and by that no context has it.
func (d *Daemon) deleteLeft(ctx context.Context, c credential.Context) error {
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
		if each.Name != c.Renewal || d.keeps(c.Endpoint, func(_ string, t credential.Token) bool { return t.UID == each.UID }) {
			continue
		}
		err := cloud.Delete(ctx, c.Endpoint, bearer.Value, each.UID)
		if err != nil && !errors.Is(err, bentocloud.ErrNotFound) {
			return err
		}
		d.config.Log.Info("deleted what a renewal left over", "context", c.Name, "token", each.UID)
	}
	return nil
}

// keeps reports whether a context of an endpoint has a token such as is says, which is
// given the context's name, too. A closed store has every token.
func (d *Daemon) keeps(endpoint string, is func(string, credential.Token) bool) bool {
	b := d.vault.opened()
	return b == nil || slices.ContainsFunc(b.All(), func(c credential.Context) bool {
		return c.Endpoint == endpoint && slices.ContainsFunc(c.Tokens, func(t credential.Token) bool { return is(c.Name, t) })
	})
}

// endRenewal keeps that nothing is left of the renewal that c speaks of. A context that
// is gone needs no such word.
func (d *Daemon) endRenewal(ctx context.Context, c credential.Context) error {
	err := d.change(ctx, c.Name, func(kept *credential.Context) {
		if kept.Renewal == c.Renewal {
			kept.Renewal = ""
		}
	})
	if errors.Is(err, ipc.NotFound) {
		return nil
	}
	return err
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
	if _, err := d.news(ctx, c, successor); err != nil {
		if errors.Is(err, bentocloud.ErrRefused) {
			d.refused(ctx, c, successor, err)
		}
		return err
	}
	// The same token may be kept in another context, which then still needs it.
	needed := d.keeps(c.Endpoint, func(name string, t credential.Token) bool {
		return name != c.Name && t.UID == old.UID && t.Retires.IsZero()
	})
	if !needed {
		err = d.cloud.Load().Delete(ctx, c.Endpoint, bearer.Value, old.UID)
	}
	if err != nil && !errors.Is(err, bentocloud.ErrNotFound) {
		return err
	}
	err = d.change(ctx, c.Name, func(c *credential.Context) {
		c.Tokens = slices.DeleteFunc(c.Tokens, func(t credential.Token) bool { return t.UID == old.UID })
	})
	if err == nil {
		d.config.Log.Info("a token that was renewed is gone", "context", c.Name, "token", old.UID, "deleted", !needed)
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
	organization := func(t credential.Token) bool { return t.Kind == credential.KindOrganization }
	for _, t := range c.Tokens {
		alike := organization(t) == organization(old) && t.Access.Equal(old.Access)
		if alike && t.Retires.IsZero() && t.Refused == "" {
			return t, true
		}
	}
	return credential.Token{}, false
}
