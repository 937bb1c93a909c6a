package daemon

import (
	"context"
	"crypto/rand"
	"errors"
	"path"
	"strings"
	"time"

	"github.com/bento-cred/bento-cred/daemon/internal/ancestry"
	"github.com/bento-cred/bento-cred/daemon/internal/ask"
	"github.com/bento-cred/bento-cred/daemon/internal/grant"
	"github.com/bento-cred/bento-cred/daemon/internal/policy"
	"github.com/bento-cred/bento-cred/internal/endpoint"
	"github.com/bento-cred/bento-cred/ipc"
	"github.com/bento-cred/bento-cred/ipc/management"
)

// longestGrant is the longest time of a grant: that of a long job.
const longestGrant = 30 * 24 * time.Hour

// Grant implements management.Agent. It is bound to the peer's own process, which has to be
// one that can be told from all others.
func (a *agent) Grant(ctx context.Context, wish management.GrantWish) (management.Grant, error) {
	d := a.daemon
	chosen, err := a.choose(ctx, wish.Selection)
	if err != nil {
		return management.Grant{}, err
	}
	if wish.TTL <= 0 || wish.TTL > longestGrant {
		return management.Grant{}, &ipc.Error{
			Code: ipc.Usage, Message: "a grant has a time of at most 30 days", Hint: "give it one, as in --ttl 30m",
		}
	}
	who := a.who()
	if len(who.Chain) == 0 || who.Chain[0].Started == 0 {
		return management.Grant{}, &ipc.Error{
			Code: ipc.Unsupported, Message: "this system does not tell which process asks", Hint: "a grant cannot be bound to one here",
		}
	}
	given := grant.Grant{
		ID: rand.Text()[:10], Holder: holderOf(who.Chain[0]), Context: chosen.context.Name, Hosts: wish.Hosts,
		Expires: d.config.Now().Add(wish.TTL).UTC(), Limited: wish.Uses > 0, Left: wish.Uses,
	}
	if err := d.grants.Add(given); err != nil {
		return management.Grant{}, &ipc.Error{Code: ipc.StoreFailed, Message: err.Error(), Hint: writableHint}
	}
	return describeGrant(given), nil
}

// EndGrant implements management.Agent. Who stands below a grant does not end it.
func (a *agent) EndGrant(_ context.Context, id string) error {
	who := a.who()
	for _, g := range a.daemon.grants.Over(who.holders()) {
		if g.ID == id && g.Holder != holderOf(who.Chain[0]) {
			return &ipc.Error{Code: ipc.Denied, Message: "a grant is not ended by whom it holds", Hint: "it ends with its process"}
		}
	}
	if who.gone || !a.daemon.grants.End(id) {
		return &ipc.Error{Code: ipc.NotFound, Message: "there is no grant " + quoted(id), Hint: "`bento-cred grant list` shows them"}
	}
	return nil
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
	if test.URL != "" {
		origin, err := endpoint.Origin(test.URL)
		if err != nil {
			return management.Explanation{}, coded(err)
		}
		place, err := a.locate(ctx, test.Selection, origin)
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
	who := a.who()
	if test.Program != "" {
		who.Chain = append([]ancestry.Process{{Executable: test.Program}}, who.Chain...)
	}
	v := a.weigh(who, what)
	if v.giveBack != nil {
		v.giveBack() // nothing was used
	}
	if v.Answer == policy.Ask {
		if err := a.daemon.asker.Load().CanAsk(question(who, what)); err != nil {
			v.reason = "it would be denied now: " + err.Error()
		}
	}
	return management.Explanation{
		Answer: string(v.Answer), Rule: v.Rule, Grant: v.grant, Reason: v.reason,
		Verb: what.verb, Context: what.context, Host: what.host,
		Executables: who.Executables(), Directory: who.Directory, Contained: a.peer.Contained,
	}, nil
}

// question returns what a person is asked about a request.
func question(who requester, what act) ask.Question {
	text := "bento-cred: " + who.program() + "\nwants "
	if what.credential {
		text += "a token of context " + quoted(what.context) + " for " + what.host + " (" + what.verb + ")"
	} else {
		text += what.verb + " of context " + quoted(what.context)
	}
	if who.Directory != "" {
		text += "\nin " + who.Directory
	}
	q := ask.Question{Title: "bento-cred", Text: text, Terminal: who.Terminal}
	if len(who.Chain) > 0 {
		q.Environ = ancestry.Environ(who.Chain[0].PID, wordsOfDesktop)
	}
	return q
}

// wordsOfDesktop are the variables that lead to the screen of whoever asks: a daemon that was
// started before there was a desktop does not know them.
var wordsOfDesktop = []string{
	"DISPLAY", "WAYLAND_DISPLAY", "XAUTHORITY", "TERM", "LANG", "LC_ALL", "LC_CTYPE", "LC_MESSAGES", "DBUS_SESSION_BUS_ADDRESS",
}

// isOurs reports whether a path is that of one of our own programs.
func isOurs(program string) bool {
	name := strings.TrimSuffix(path.Base(strings.ReplaceAll(program, `\`, "/")), ".exe")
	return name == ipc.ProgramHelper || name == ipc.ProgramFace || name == ipc.ProgramDaemon
}

// Lock implements management.Agent.
func (a *agent) Lock(context.Context) error { return a.daemon.lock("told to by " + a.who().program()) }

// ErrLocked is returned by Run where the daemon left because it was locked: with the process
// everything goes that it had in memory. The next one gives out nothing until it is unlocked.
var ErrLocked = errors.New("the daemon was locked")
