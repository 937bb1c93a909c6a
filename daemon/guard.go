package daemon

import (
	"context"
	"crypto/rand"
	"errors"
	"slices"
	"time"

	"github.com/bento-cred/bento-cred/daemon/internal/ancestry"
	"github.com/bento-cred/bento-cred/daemon/internal/grant"
	"github.com/bento-cred/bento-cred/daemon/internal/policy"
	"github.com/bento-cred/bento-cred/internal/endpoint"
	"github.com/bento-cred/bento-cred/ipc"
	"github.com/bento-cred/bento-cred/ipc/management"
)

// longestGrant is the longest time of a grant: that of a long job.
const longestGrant = 30 * 24 * time.Hour

// give puts a grant into force. It is bound to the peer's own process, which has to be one
// that can be told from all others.
func (a *agent) give(wish management.GrantWish, leave bool) (management.Grant, error) {
	d, who := a.daemon, a.whole()
	if why := who.unsure(); why != "" {
		return management.Grant{}, &ipc.Error{Code: ipc.Denied, Message: "a grant is bound to who asks: " + why, Hint: "try again"}
	}
	if len(who.Chain) == 0 || who.Chain[0].Started == 0 {
		return management.Grant{}, &ipc.Error{
			Code: ipc.Unsupported, Message: "this system does not tell which process asks", Hint: "a grant cannot be bound to one here",
		}
	}
	given := grant.Grant{
		ID: rand.Text()[:10], Holder: holderOf(who.Chain[0]), Context: wish.Context, Hosts: wish.Hosts,
		Expires: d.config.Now().Add(wish.TTL).UTC(), Limited: wish.Uses > 0, Left: wish.Uses, Leave: leave,
	}
	err := d.grants.Add(given)
	switch {
	case errors.Is(err, grant.ErrTooMany):
		return management.Grant{}, &ipc.Error{Code: ipc.Denied, Message: err.Error(), Hint: "end some: `bento-cred grant list` shows their processes"}
	case err != nil:
		return management.Grant{}, &ipc.Error{Code: ipc.StoreFailed, Message: err.Error(), Hint: writableHint}
	}
	d.config.Log.Info("a grant is in force", "pid", a.peer.PID, "context", given.Context, "grant", given.ID, "leave", leave)
	return describeGrant(given), nil
}

// EndGrant implements management.Agent. Nobody ends a grant but the process that it is bound
// to: not who it holds, and not who would like to be let out of it by another.
func (a *agent) EndGrant(_ context.Context, id string) error {
	who := a.whole()
	for _, g := range a.daemon.grants.Over(who.holders()) {
		if g.ID == id && g.Holder == holderOf(who.Chain[0]) && a.daemon.grants.End(id) {
			return nil
		}
	}
	return &ipc.Error{Code: ipc.NotFound, Message: "this process has no grant " + quoted(id), Hint: "it ends with its process, which `bento-cred grant list` shows"}
}

// Grants implements management.Agent.
func (a *agent) Grants(context.Context) ([]management.Grant, error) {
	list := []management.Grant{}
	for _, g := range a.daemon.grants.All() {
		list = append(list, describeGrant(g))
	}
	return list, nil
}

func describeGrant(g grant.Grant) management.Grant {
	return management.Grant{
		ID: g.ID, Context: g.Context, Hosts: g.Hosts, Expires: g.Expires.Truncate(time.Second),
		Limited: g.Limited, Left: g.Left, PID: g.Holder.PID,
	}
}

// TestPolicy implements management.Agent.
func (a *agent) TestPolicy(ctx context.Context, test management.PolicyTest) (management.Explanation, error) {
	what := act{verb: verbOf(test.Verb), credential: true}
	if slices.Contains(decidedOperations, test.Verb) {
		what = act{verb: test.Verb}
	}
	if test.URL != "" {
		origin, err := endpoint.Origin(test.URL)
		if err != nil {
			return management.Explanation{}, coded(err)
		}
		place, err := a.locate(ctx, test.Selection, origin, true)
		if err != nil {
			return management.Explanation{}, err
		}
		what.context, what.host = place.Context.Name, hostOfEndpoint(origin)
	} else {
		chosen, err := a.choose(ctx, test.Selection)
		if err != nil {
			return management.Explanation{}, err
		}
		what.context, what.host = chosen.context.Name, hostOfEndpoint(chosen.context.Endpoint)
	}
	who := a.whole()
	if test.Program != "" {
		who.Chain = append([]ancestry.Process{{Executable: test.Program}}, who.Chain...)
		who.programs = who.Executables()
	}
	asker := &agent{daemon: a.daemon, peer: a.peer, requester: &who} // the program, were it run here
	v := asker.weigh(what, a.daemon.grants.Check)
	if v.Answer == policy.Ask {
		if err := a.daemon.asker.Load().CanAsk(question(who, what)); err != nil {
			v.reason = "it would be denied now: " + err.Error()
		}
	}
	return management.Explanation{
		Answer: string(v.Answer), Rule: v.Rule, Grant: v.grant, Reason: v.reason,
		Verb: what.verb, Context: what.context, Host: what.host,
		Executables: who.programs, Directory: who.Directory, Contained: a.peer.Contained,
	}, nil
}
