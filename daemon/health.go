package daemon

import (
	"context"
	"errors"
	"slices"
	"strconv"

	"github.com/bento-cred/bento-cred/daemon/internal/bentocloud"
	"github.com/bento-cred/bento-cred/internal/credential"
)

// checkDue asks the cloud about the tokens of c that are due.
func (d *Daemon) checkDue(ctx context.Context, c credential.Context) {
	settings, _ := d.watcher.Current() // a bad file leaves good settings in force
	interval := settings.Health.Interval
	for _, t := range c.Tokens {
		if wait, ever := d.pulses.untilCheck(c.Name, t, interval, d.config.Now()); ever && wait == 0 && !t.Expired(d.config.Now()) {
			d.check(ctx, c, t)
		}
	}
}

// check asks the cloud about a token and notes what it says. Only the cloud's own word
// counts: that it cannot be reached, or is broken, revokes nothing.
func (d *Daemon) check(ctx context.Context, c credential.Context, t credential.Token) {
	news, err := d.news(ctx, c, t)
	switch {
	case err == nil:
		d.alive(ctx, c, t, news)
	case errors.Is(err, bentocloud.ErrRefused):
		d.refused(ctx, c, t, err)
	case ctx.Err() == nil:
		now := d.config.Now()
		d.pulses.with(c.Name, t, func(p *pulse) { p.schedule, p.hurried = p.schedule.Failed(now), false })
		d.config.Log.Debug("the cloud says nothing of a token", "context", c.Name, "token", t.UID, "error", err)
	}
}

// news asks the cloud whether it takes t, and what it knows of it; zero where it shows
// nothing. An error that is ErrRefused says that it does not take t.
//
// The token's own word counts, with one exception: whether a token that opens endpoints
// alone may ask whose it is, nobody knows. One that logged in did ask. One that was made
// for us never had to, so for that the cloud's list decides, as another token sees it.
func (d *Daemon) news(ctx context.Context, c credential.Context, t credential.Token) (bentocloud.Listed, error) {
	cloud := d.cloud.Load()
	own := cloud.Check(ctx, c.Endpoint, t.Value)
	if own != nil && !errors.Is(own, bentocloud.ErrRefused) {
		return bentocloud.Listed{}, own
	}
	mute := t.Ours() && t.Access.Known() && !t.Access.Developer
	if own != nil && !mute {
		return bentocloud.Listed{}, own
	}
	bearer, err := c.Choose(credential.Access{Developer: true}, d.config.Now())
	if err != nil || t.UID == "" {
		return bentocloud.Listed{}, withoutProof(own)
	}
	listed, err := cloud.Token(ctx, c.Endpoint, bearer.Value, t.UID)
	switch {
	case err == nil:
		return listed, nil
	case own == nil:
		return bentocloud.Listed{}, nil // it is good, and not everything is shown to everybody
	case errors.Is(err, bentocloud.ErrNotFound):
		return bentocloud.Listed{}, own
	case errors.Is(err, bentocloud.ErrRefused):
		return bentocloud.Listed{}, withoutProof(own) // the other token is refused, not this one
	default:
		return bentocloud.Listed{}, err
	}
}

// errNoProof is a refusal that need not mean that the token is gone.
var errNoProof = errors.New("the cloud refuses the question, which need not mean the token")

// withoutProof returns what a token's own word is worth where no other can be had: that
// the cloud does not have it is clear, a refusal without a reason is not.
func withoutProof(own error) error {
	if own == nil || errors.Is(own, bentocloud.ErrTokenUnknown) {
		return own
	}
	return errNoProof
}

// alive notes that the cloud takes t, and what it says of it.
func (d *Daemon) alive(ctx context.Context, c credential.Context, t credential.Token, news bentocloud.Listed) {
	d.pulses.good(c.Name, t, d.config.Now())
	d.pulses.with(c.Name, t, func(p *pulse) { p.lastUsed = news.LastUsed })
	expires := t.Expires
	if news.UID == t.UID && !news.Expires.IsZero() {
		expires = news.Expires
	}
	d.amend(ctx, c, t, func(kept *credential.Token) bool {
		same := kept.Refused == "" && kept.Expires.Equal(expires)
		kept.Refused, kept.Expires = "", expires
		return !same
	})
}

// refused notes that the cloud does not take t any more. From here on it is not given
// out, even where the store cannot be told.
func (d *Daemon) refused(ctx context.Context, c credential.Context, t credential.Token, why error) {
	reason, now := reasonOf(why), d.config.Now()
	d.pulses.refuse(c.Name, t, reason, now)
	if t.Refused == "" {
		d.config.Log.Warn("the cloud no longer takes a token", "context", c.Name, "token", t.UID, "reason", reason)
	}
	d.amend(ctx, c, t, func(kept *credential.Token) bool {
		same := kept.Refused != "" // words may change; what they say does not
		if !same {
			kept.Refused = reason
		}
		return !same
	})
}

// amend keeps what f makes of a token, if that is news to the store, which f reports. It
// is given the token as the store has it: t may be what the pulses know already. What
// cannot be kept is tried again when the cloud is next asked.
func (d *Daemon) amend(ctx context.Context, c credential.Context, t credential.Token, f func(*credential.Token) bool) {
	b := d.vault.opened()
	if b == nil {
		return // closed meanwhile; the store is read anew
	}
	is := func(kept credential.Token) bool { return kept.Value.Reveal() == t.Value.Reveal() }
	kept, _ := b.Get(c.Name)
	if !slices.ContainsFunc(kept.Tokens, func(kept credential.Token) bool { return is(kept) && f(&kept) }) {
		return
	}
	d.config.Log.Info("the cloud has news of a token", "context", c.Name, "token", t.UID)
	err := d.change(ctx, c.Name, func(c *credential.Context) {
		for i := range c.Tokens {
			if is(c.Tokens[i]) {
				f(&c.Tokens[i])
			}
		}
	})
	if err != nil {
		d.config.Log.Error("keeping news of a token", "context", c.Name, "error", err)
	}
}

// reasonOf returns why the cloud refused a token, in its own words where it has some.
func reasonOf(err error) string {
	var said *bentocloud.Error
	if !errors.As(err, &said) {
		return err.Error()
	}
	if said.Detail != "" {
		return said.Detail
	}
	return "HTTP " + strconv.Itoa(said.Status)
}
