package daemon

import (
	"context"
	"strconv"

	"github.com/bento-cred/bento-cred/daemon/internal/policy"
	"github.com/bento-cred/bento-cred/internal/credential"
	"github.com/bento-cred/bento-cred/ipc"
	"github.com/bento-cred/bento-cred/ipc/management"
)

// Grant implements management.Agent. It is leave where a rule has a person asked only if the
// person was asked about the grant, or a rule is about grants; else any program could give
// itself the leave that somebody was to be asked for.
func (g *gate) Grant(ctx context.Context, wish management.GrantWish) (management.Grant, error) {
	if wish.TTL <= 0 || wish.TTL > longestGrant {
		return management.Grant{}, &ipc.Error{
			Code: ipc.Usage, Message: "a grant has a time from one second to 30 days", Hint: "give it one, as in --ttl 30m",
		}
	}
	chosen, err := g.choose(ctx, wish.Selection)
	if err != nil {
		return management.Grant{}, err
	}
	wish.Context, wish.Source = chosen.context.Name, chosen.source
	leave, err := g.decideGrant(ctx, chosen.context, wish)
	if err != nil {
		return management.Grant{}, err
	}
	return g.give(wish, leave)
}

// decideGrant decides about a grant, for each of its hosts, and reports whether it is leave.
func (g *gate) decideGrant(ctx context.Context, c credential.Context, wish management.GrantWish) (leave bool, err error) {
	detail := "for " + wish.TTL.String()
	if wish.Uses > 0 {
		detail += ", " + strconv.Itoa(wish.Uses) + " times"
	}
	hosts := wish.Hosts
	if len(hosts) == 0 {
		hosts = []string{hostOfEndpoint(c.Endpoint)}
		detail += ", any host of the context's"
	}
	leave = true
	for _, host := range hosts {
		what := act{verb: management.OpGrant, context: c.Name, host: host, anyHost: len(wish.Hosts) == 0, detail: detail}
		v := g.weigh(what, g.daemon.grants.Check)
		byRule := v.Rule != "" && v.Answer == allowed
		if rule, asks := g.daemon.policy().Asks(g.questionOf(g.who(), what)); asks && v.Answer == allowed && !byRule {
			v.Answer, v.Rule = policy.Ask, rule
		}
		if v, err = g.settle(ctx, what, v); err != nil {
			return false, err
		}
		leave = leave && (byRule || v.byPerson)
	}
	return leave, nil
}
