package daemon

import (
	"context"
	"strings"

	"github.com/bento-cred/bento-cred/configs"
	"github.com/bento-cred/bento-cred/daemon/internal/audit"
	"github.com/bento-cred/bento-cred/daemon/internal/policy"
	"github.com/bento-cred/bento-cred/ipc"
	"github.com/bento-cred/bento-cred/ipc/management"
)

// act is what a peer is about to get or to do.
type act struct {
	verb, context, host string
	token               string // its uid, where a token is to be handed over
	credential          bool   // a token is to be handed over
}

// The answers, by shorter names.
const (
	allowed = policy.Allow
	denied  = policy.Deny
)

// verdict is a decision with what it is to be recorded and told with.
type verdict struct {
	policy.Decision

	grant    string // that decided
	reason   string
	giveBack func() // what was used of grants; nil: nothing was
}

// deny returns v with a no, and why.
func (v verdict) deny(reason string) verdict {
	v.Answer, v.reason = denied, reason
	return v
}

// decide is the one place where it is decided who gets what, and where that is recorded: a
// decision that cannot be recorded is a no. Its error says which rule it was.
func (a *agent) decide(ctx context.Context, what act) error {
	who := a.who()
	v := a.weigh(who, what)
	if v.Answer == policy.Ask {
		v = a.askPerson(ctx, who, what, v)
	}
	if _, err := a.daemon.audit.Append(a.entry(who, what, v)); err != nil {
		if v.giveBack != nil {
			v.giveBack()
		}
		a.daemon.config.Log.Error("a decision cannot be recorded, so nothing is given", "error", err)
		return &ipc.Error{Code: ipc.StoreFailed, Message: "recording who gets what: " + err.Error(), Hint: writableHint}
	}
	if v.Answer != allowed {
		return a.refusal(what, v)
	}
	a.daemon.used(a.daemon.config.Now())
	return nil
}

// weigh decides by grants and rules. A rule that denies is stronger than a grant; a grant is
// stronger than one that asks, since a person gave it.
func (a *agent) weigh(who requester, what act) verdict {
	d := a.daemon
	if who.gone {
		return verdict{}.deny("the program that asked has ended")
	}
	v := verdict{Decision: d.policy().Decide(a.questionOf(who, what))}
	over := d.grants.Over(who.holders())
	if len(over) == 0 || v.Answer == denied {
		return v
	}
	ids := make([]string, len(over))
	for i, g := range over {
		ids[i] = g.ID
	}
	v.grant = ids[0]
	if what.verb == management.OpGrant { // a part of it may be given on
		for _, g := range over {
			if err := g.Covers(what.context, what.host, d.config.Now()); err != nil {
				return v.deny("the grant does not cover it: " + err.Error())
			}
		}
		return v
	}
	if !what.credential {
		return v.deny("a grant gives tokens, and leave for nothing else")
	}
	giveBack, err := d.grants.Use(ids, what.context, what.host, d.config.Now())
	if err != nil {
		return v.deny("the grant does not cover it: " + err.Error())
	}
	v.Answer, v.giveBack = allowed, giveBack
	return v
}

// questionOf returns what the rules are asked.
func (a *agent) questionOf(who requester, what act) policy.Question {
	return policy.Question{
		Verb: what.verb, Context: what.context, Host: what.host,
		Executables: who.Executables(), Directory: who.Directory, Contained: a.peer.Contained,
	}
}

// entry returns the record of a decision.
func (a *agent) entry(who requester, what act, v verdict) audit.Entry {
	entry := audit.Entry{
		UID: a.peer.UID, PID: a.peer.PID, Directory: who.Directory, Contained: a.peer.Contained,
		Verb: what.verb, Context: what.context, Host: what.host, Token: what.token,
		Answer: audit.Answer(v.Answer), Rule: v.Rule, Grant: v.grant, Reason: v.reason,
	}
	if programs := who.Executables(); len(programs) > 0 {
		entry.Executable, entry.Parents = programs[0], programs[1:]
	}
	return entry
}

// refusal tells the peer that the answer is no.
func (a *agent) refusal(what act, v verdict) error {
	message := "denied: " + what.verb
	if what.context != "" {
		message += " of context " + quoted(what.context)
	}
	if what.host != "" {
		message += " for " + what.host
	}
	switch {
	case v.Rule != "":
		message += ", by rule " + quoted(v.Rule)
	case v.grant != "":
		message += ", by grant " + v.grant
	}
	if v.reason != "" {
		message += ": " + v.reason
	}
	return &ipc.Error{
		Code: ipc.Denied, Message: message,
		Hint: "`bento-cred policy test` tells why, `bento-cred log` what was decided; the rules are in " + a.daemon.config.ConfigFile,
	}
}

// policy returns the rules in force.
func (d *Daemon) policy() policy.Policy { return *d.rules.Load() }

// policyOf returns the rules that the settings hold.
func policyOf(rules []configs.Rule) *policy.Policy {
	p := &policy.Policy{Rules: make([]policy.Rule, len(rules))}
	for i, r := range rules {
		p.Rules[i] = policy.Rule{
			Name: r.Name, Answer: policy.Answer(r.Answer), Contexts: r.Contexts, Verbs: r.Verbs, Hosts: r.Hosts,
			Executables: r.Executables, Directories: r.Directories, Contained: r.Contained,
		}
	}
	return p
}

// verbGet is the verb of a program that does not say what it wants a token for.
const verbGet = "get"

// maxVerb bounds a verb, in bytes.
const maxVerb = 32

// verbOf returns the verb a program claims, where it is a word, else "get".
func verbOf(claimed string) string {
	word := func(r rune) bool { return (r >= 'a' && r <= 'z') || (r >= '0' && r <= '9') || r == '-' || r == '_' }
	if claimed == "" || len(claimed) > maxVerb || strings.ContainsFunc(claimed, func(r rune) bool { return !word(r) }) {
		return verbGet
	}
	return claimed
}

// hostOfEndpoint returns the host, and the port if it is not the scheme's own, of an origin.
func hostOfEndpoint(origin string) string {
	_, host, _ := strings.Cut(origin, "://")
	return host
}
