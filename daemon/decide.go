package daemon

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/bento-cred/bento-cred/configs"
	"github.com/bento-cred/bento-cred/daemon/internal/audit"
	"github.com/bento-cred/bento-cred/daemon/internal/grant"
	"github.com/bento-cred/bento-cred/daemon/internal/policy"
	"github.com/bento-cred/bento-cred/ipc"
	"github.com/bento-cred/bento-cred/ipc/management"
)

// act is what a peer is about to get or to do.
type act struct {
	verb, context, host string
	token               string // its uid, where a token is to be handed over
	credential          bool   // a token is to be handed over, for what the program claims as verb
	// anyContext and anyHost say that it is about several, which are not named here.
	anyContext, anyHost bool
	// detail says what exactly is done, and within which limits.
	detail string
	// lessens says that less is given out once it is done: no full disk may stand against it.
	lessens bool
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
	byPerson bool   // a person said yes
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
	_, err := a.settle(ctx, what, a.weigh(what, a.daemon.grants.Use))
	return err
}

// settle has a person asked, where v says so, and records the decision.
func (a *agent) settle(ctx context.Context, what act, v verdict) (verdict, error) {
	d, who := a.daemon, a.who()
	if v.Answer == policy.Ask {
		who = a.whole()
		if why := who.unsure(); why != "" {
			v = v.deny(why)
		} else {
			v = a.askPerson(ctx, who, what, v)
		}
	}
	if what.credential && d.locked() { // while a person was asked, or a cloud
		v = v.deny("the daemon was locked meanwhile")
	}
	if v.Answer != allowed && v.giveBack != nil {
		v.giveBack()
	}
	if _, err := d.audit.Append(a.entry(who, what, v)); err != nil {
		d.config.Log.Error("a decision cannot be recorded", "verb", what.verb, "error", err)
		if !what.lessens {
			if v.Answer == allowed && v.giveBack != nil {
				v.giveBack()
			}
			return v, &ipc.Error{Code: ipc.StoreFailed, Message: "recording who gets what: " + err.Error(), Hint: writableHint}
		}
	}
	if v.Answer != allowed {
		return v, a.refusal(what, v)
	}
	d.used(d.config.Now())
	return v, nil
}

// take takes one use from each of some grants, if they cover a token.
type take func(ids []string, context, host string, now time.Time) (giveBack func(), err error)

// weigh decides by grants and rules. A rule that denies is stronger than a grant; a grant is
// stronger than one that asks if a person, or a rule of theirs, gave it.
func (a *agent) weigh(what act, use take) verdict {
	d, who := a.daemon, a.who()
	granting := !d.grants.None()
	if granting {
		who = a.whole() // it may be what one is bound to
	}
	if why := who.unsure(); why != "" {
		return verdict{}.deny(why)
	}
	v := verdict{Decision: d.policy().Decide(a.questionOf(who, what))}
	if !granting || v.Answer == denied {
		return v
	}
	over := d.grants.Over(who.holders())
	if len(over) == 0 {
		return v
	}
	v.grant = over[0].ID
	now := d.config.Now()
	if !what.credential {
		return below(v, what, over, now)
	}
	ids := make([]string, len(over))
	for i, g := range over {
		ids[i] = g.ID
	}
	giveBack, err := use(ids, what.context, what.host, now)
	if err != nil {
		return v.deny("the grant does not cover it: " + err.Error())
	}
	v.giveBack = giveBack
	if v.Answer == policy.Ask && !slices.ContainsFunc(over, func(g grant.Grant) bool { return !g.Leave }) {
		v.Answer = allowed
	}
	return v
}

// below decides about a change by a process below grants: of what it has it may give on a
// part, and else it may change nothing.
func below(v verdict, what act, over []grant.Grant, now time.Time) verdict {
	if what.verb != management.OpGrant {
		return v.deny("a grant gives tokens, and leave for nothing else")
	}
	for _, g := range over {
		if err := g.Covers(what.context, what.host, now); err != nil {
			return v.deny("the grant does not cover it: " + err.Error())
		}
	}
	return v
}

// questionOf returns what the rules are asked.
func (a *agent) questionOf(who requester, what act) policy.Question {
	return policy.Question{
		Verb: what.verb, Context: what.context, Host: what.host, AnyContext: what.anyContext, AnyHost: what.anyHost,
		Executables: who.programs, Directory: who.Directory, Contained: a.peer.Contained,
	}
}

// entry returns the record of a decision.
func (a *agent) entry(who requester, what act, v verdict) audit.Entry {
	entry := audit.Entry{
		UID: a.peer.UID, PID: a.peer.PID, Directory: who.Directory, Contained: a.peer.Contained,
		Verb: what.verb, Context: what.context, Host: what.host, Token: what.token, Detail: what.detail,
		Answer: audit.Answer(v.Answer), Rule: v.Rule, Grant: v.grant, Reason: v.reason,
	}
	if programs := who.programs; len(programs) > 0 {
		entry.Executable, entry.Parents = programs[0], programs[1:]
	}
	return entry
}

// refusal tells the peer that the answer is no.
func (a *agent) refusal(what act, v verdict) error {
	if what.credential && a.daemon.locked() {
		return coded(errLockedByHand)
	}
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

// verbOf returns the verb a program claims, where it is a word and no operation's, else
// "get": a rule about deletions is not about who calls a token's use one.
func verbOf(claimed string) string {
	word := func(r rune) bool { return (r >= 'a' && r <= 'z') || (r >= '0' && r <= '9') || r == '-' || r == '_' }
	if claimed == "" || len(claimed) > maxVerb || strings.ContainsFunc(claimed, func(r rune) bool { return !word(r) }) ||
		slices.Contains(decidedOperations, claimed) {
		return verbGet
	}
	return claimed
}

// hostOfEndpoint returns the host, and the port if it is not the scheme's own, of an origin.
func hostOfEndpoint(origin string) string {
	_, host, _ := strings.Cut(origin, "://")
	return host
}
