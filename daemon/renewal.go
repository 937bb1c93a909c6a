package daemon

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"regexp"
	"slices"
	"time"

	"github.com/bento-cred/bento-cred/configs"
	"github.com/bento-cred/bento-cred/daemon/internal/bentocloud"
	"github.com/bento-cred/bento-cred/daemon/internal/lifetime"
	"github.com/bento-cred/bento-cred/internal/credential"
	"github.com/bento-cred/bento-cred/ipc"
	"github.com/bento-cred/bento-cred/ipc/management"
)

// Renew implements management.Agent.
func (a *agent) Renew(ctx context.Context, selection ipc.Selection, uid string) (management.Renewed, error) {
	chosen, err := a.choose(ctx, selection)
	if err != nil {
		return management.Renewed{}, err
	}
	renewed, err := a.daemon.renew(ctx, chosen.context.Name, uid)
	return renewed, coded(err)
}

// renew has a token of a context renewed, once for all who ask for it at the same time.
func (d *Daemon) renew(ctx context.Context, name, uid string) (management.Renewed, error) {
	return d.renewals.share(ctx, name, uid, func(ctx context.Context) (management.Renewed, error) {
		return d.renewAlone(ctx, name, uid)
	})
}

// renewDue renews the tokens of c that are due, where the settings say so.
func (d *Daemon) renewDue(ctx context.Context, c credential.Context) {
	settings, _ := d.watcher.Current() // a bad file leaves good settings in force
	how := settings.RenewalOf(c.Name)
	if how.Renew != configs.RenewAuto {
		return
	}
	for _, t := range c.Tokens {
		now := d.config.Now()
		due, _ := lifetime.RenewalDue(t, how.Window, now)
		if !due || whyNotRenewed(t) != "" {
			continue
		}
		tryNow := false
		d.pulses.with(c.Name, t, func(p *pulse) {
			wait, _ := p.renewing.Next(now)
			tryNow = wait == 0
		})
		if !tryNow {
			continue
		}
		_, err := d.renew(ctx, c.Name, t.UID)
		d.pulses.with(c.Name, t, func(p *pulse) {
			p.trouble, p.renewing = "", p.renewing.Succeeded(now)
			if err != nil {
				p.trouble, p.renewing = err.Error(), p.renewing.Failed(now)
			}
		})
		if err != nil {
			d.config.Log.Warn("renewing a token", "context", c.Name, "token", t.UID, "error", err)
		}
	}
}

// renewAlone makes a token that takes the place of another, in steps of which each may
// be the last, whatever ends the daemon, the network or the disk:
//
//  1. The context is kept with the name the new token will have. From here on whoever
//     finds a token of that name at the cloud which the context does not have knows it
//     for a leftover (tidy).
//  2. The token is made, and 3. verified.
//  4. The context is kept with the new token, and the old one marked as retiring; both
//     in one write. Whichever write was the last, a token that works is in the store.
//  5. When the grace period is over, and the new one is still good, the old one is
//     deleted at the cloud, and 6. forgotten (retire).
func (d *Daemon) renewAlone(ctx context.Context, name, uid string) (management.Renewed, error) {
	if _, err := d.vault.probe(ctx); err != nil {
		return management.Renewed{}, err
	}
	c, found := d.kept(name)
	if !found {
		return management.Renewed{}, notFound(name, "")
	}
	if err := d.sweep(ctx, c); err != nil { // one leftover is enough
		return management.Renewed{}, err
	}
	old, err := toRenew(c, uid)
	if err != nil {
		return management.Renewed{}, err
	}
	need := credential.Access{Developer: true}
	bearer, err := c.Choose(need, d.config.Now())
	if err != nil {
		return management.Renewed{}, noToken(err, c, need)
	}
	order := orderLike(old, d.config.Now())
	c.Renewal = order.Name
	if err := d.change(ctx, name, func(kept *credential.Context) { kept.Renewal = order.Name }); err != nil {
		return management.Renewed{}, err
	}
	renewed, err := d.exchange(ctx, c, bearer, old, order)
	if err != nil {
		d.giveUp(ctx, c, bearer, err)
	}
	return renewed, err
}

// giveUp cleans up after the renewal that c speaks of, which failed. Where nobody knows
// what became of the order, the endpoint may still be at it: its name then stays in the
// context, and tidy looks again.
func (d *Daemon) giveUp(ctx context.Context, c credential.Context, bearer credential.Token, why error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), discardTime)
	defer cancel()
	if errors.Is(why, bentocloud.ErrRefused) {
		d.pulses.hurry(c.Name, bearer)
		d.nudge()
	}
	err := d.deleteLeft(ctx, c)
	if err == nil && !passing(why) && !errors.Is(why, bentocloud.ErrBadReply) {
		if err = d.endRenewal(ctx, c); err == nil {
			return
		}
	}
	d.pulses.notTidied(c.Name, d.config.Now())
	if err != nil {
		d.config.Log.Warn("a renewal that failed may have left a token at the endpoint",
			"context", c.Name, "name", c.Renewal, "error", err)
	}
}

// exchange carries out steps 2 to 4 of a renewal.
func (d *Daemon) exchange(ctx context.Context, c credential.Context, bearer, old credential.Token, order bentocloud.Wish) (management.Renewed, error) {
	made, err := d.create(ctx, c, bearer, order)
	if err != nil {
		return management.Renewed{}, err
	}
	fresh := made.Token
	fresh.Origin = credential.OriginRenewed
	if fresh.Created.IsZero() {
		fresh.Created = d.config.Now().UTC() // the next renewal wants to know how long it lives
	}
	if err := d.checkMade(ctx, c, bearer, fresh); err != nil {
		return management.Renewed{}, err
	}
	settings, _ := d.watcher.Current() // a bad file leaves good settings in force
	old.Retires = d.config.Now().Add(settings.RenewalOf(c.Name).Grace).UTC()
	if err := d.succeed(ctx, c, old, fresh); err != nil {
		return management.Renewed{}, err
	}
	d.pulses.good(c.Name, fresh, d.config.Now())
	d.pulses.tidied(c.Name)
	d.config.Log.Info("renewed a token", "context", c.Name, "old", old.UID, "new", fresh.UID, "retires", old.Retires)
	d.nudge() // the grace period may be over already
	return management.Renewed{
		Context: c.Name, Old: d.describeToken(c.Name, old), New: d.describeToken(c.Name, fresh), Warnings: made.Unconfirmed,
	}, nil
}

// succeed keeps fresh in c, and that old retires. A person may have logged out meanwhile,
// or logged in anew, even elsewhere: then fresh has no place there.
func (d *Daemon) succeed(ctx context.Context, c credential.Context, old, fresh credential.Token) error {
	same := false
	err := d.change(ctx, c.Name, func(kept *credential.Context) {
		at := slices.IndexFunc(kept.Tokens, func(t credential.Token) bool { return t.UID == old.UID })
		if same = at >= 0 && kept.Renewal == c.Renewal && kept.Endpoint == c.Endpoint; !same {
			return
		}
		kept.Tokens[at].Retires = old.Retires
		kept.Tokens = append(kept.Tokens, fresh)
		kept.Renewal = ""
	})
	if err == nil && !same {
		return &ipc.Error{
			Code:    ipc.NotFound,
			Message: "context " + quoted(c.Name) + " is another login by now, so its token was not renewed",
			Hint:    "run `bento-cred renew " + c.Name + "` if it is still to be renewed",
		}
	}
	return err
}

// toRenew returns the token of c with that uid; where it is empty the one that expires
// first of those that can be renewed.
func toRenew(c credential.Context, uid string) (credential.Token, error) {
	var (
		why   string
		first credential.Token
	)
	for _, t := range c.Tokens {
		switch {
		case uid != "" && t.UID != uid:
			continue
		case whyNotRenewed(t) != "":
			why = whyNotRenewed(t)
		case first.UID == "" || (!t.Expires.IsZero() && (first.Expires.IsZero() || t.Expires.Before(first.Expires))):
			first = t
		}
	}
	switch {
	case first.UID != "":
		return first, nil
	case uid != "" && why == "":
		return first, &ipc.Error{
			Code:    ipc.NotFound,
			Message: "context " + quoted(c.Name) + " has no token " + quoted(uid),
			Hint:    "`bento-cred context show " + c.Name + " -o json` shows them",
		}
	case why == "":
		why = "it has no token"
	}
	return first, &ipc.Error{
		Code:    ipc.Denied,
		Message: "context " + quoted(c.Name) + " has no token that can be renewed: " + why,
		Hint:    "run `bento-cred login --browser --context " + c.Name + "`",
	}
}

// whyNotRenewed returns why t cannot be renewed; "" where it can.
func whyNotRenewed(t credential.Token) string {
	switch {
	case !t.Retires.IsZero():
		return "it was renewed already"
	case t.UID == "":
		return "the cloud does not show which of its tokens it is"
	case t.Kind == credential.KindMonitoring:
		return "monitoring tokens are made on BentoCloud's own page"
	case !t.Access.Known():
		return "nobody said what it opens"
	case !t.Expires.IsZero() && t.Created.IsZero():
		return "it is not known how long it lived"
	case t.Refused != "":
		return "the cloud no longer takes it"
	}
	return ""
}

// suffix is what a renewed token has behind the name of the first one.
var suffix = regexp.MustCompile(`-r[0-9a-f]{8}$`)

const (
	suffixBytes = 4
	// maxBase bounds what of a name is kept before the suffix, in characters.
	maxBase = 150
)

// orderLike returns the order for a token like old, that lives as long, under a name
// nobody else uses.
func orderLike(old credential.Token, now time.Time) bentocloud.Wish {
	base := []rune(suffix.ReplaceAllString(old.Name, ""))
	if len(base) == 0 {
		base = []rune("bento-cred")
	}
	unique := make([]byte, suffixBytes)
	_, _ = rand.Read(unique) // never fails, as its documentation says
	order := bentocloud.Wish{
		Name:         string(base[:min(len(base), maxBase)]) + "-r" + hex.EncodeToString(unique),
		Description:  old.Description,
		Scopes:       slices.Clone(old.Scopes),
		Access:       old.Access,
		Organization: old.Kind == credential.KindOrganization,
	}
	if _, total, known := lifetime.Left(old, now); known {
		order.Expires = now.Add(total).UTC().Truncate(time.Second)
	}
	return order
}
