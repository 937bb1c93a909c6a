package daemon

import (
	"context"
	"fmt"
	"time"

	"github.com/bento-cred/bento-cred/configs"
	"github.com/bento-cred/bento-cred/daemon/internal/ancestry"
	"github.com/bento-cred/bento-cred/daemon/internal/ask"
	"github.com/bento-cred/bento-cred/daemon/internal/grant"
	"github.com/bento-cred/bento-cred/ipc"
	"github.com/bento-cred/bento-cred/ipc/management"
	"github.com/bento-cred/bento-cred/ipc/server"
)

// greet returns the Agent of a peer of our own user. One in a container is sent away, unless
// the rules speak of such: somebody handed the socket in, which is not yet leave to use it.
func (d *Daemon) greet(peer server.Peer) (management.Agent, error) {
	if peer.Contained && !d.policy().AdmitsContained() {
		d.config.Log.Warn("turned away a program in a container", "pid", peer.PID)
		return nil, &ipc.Error{
			Code:    ipc.Denied,
			Message: "this program runs in a container, and no rule is about those",
			Hint:    "write one with contained = true; see " + d.config.ConfigFile,
		}
	}
	return &gate{agent: &agent{daemon: d, peer: peer}}, nil
}

// requester is who asks, as the kernel knew it when it was first looked at.
type requester struct {
	ancestry.Ancestry

	// gone reports whether it had ended by then: what its number led to is somebody else.
	gone bool
}

// who returns who asks. It is looked up at the first decision, and for each peer once.
func (a *agent) who() requester {
	a.look.Do(func() {
		var found ancestry.Ancestry
		if a.peer.Certainly(func() { found = ancestry.Of(a.peer.PID) }) {
			a.requester = requester{Ancestry: found}
			return
		}
		a.requester = requester{gone: true}
	})
	return a.requester
}

// holders returns the chain as grants know processes.
func (r requester) holders() []grant.Holder {
	chain := make([]grant.Holder, len(r.Chain))
	for i, p := range r.Chain {
		chain[i] = holderOf(p)
	}
	return chain
}

func holderOf(p ancestry.Process) grant.Holder {
	return grant.Holder{PID: p.PID, Started: p.Started}
}

// program returns what a person would call the requester: the program behind our own ones,
// which stand at the beginning of nearly every chain.
func (r requester) program() string {
	for _, p := range r.Chain {
		if p.Executable != "" && !isOurs(p.Executable) {
			return p.Executable
		}
	}
	return "a program that is not known"
}

// rememberNo is how long a no holds: a program that asks again and again is not to fill the
// screen, and a person who pressed the wrong button is not to wait for long.
const rememberNo = 30 * time.Second

// reask puts settings in force for the questions to a person. What was answered under others,
// or under other rules, is forgotten.
func (d *Daemon) reask(settings configs.Ask) {
	before := d.asker.Swap(ask.New(ask.Config{
		Program: settings.Program, Environ: d.config.Environ, Log: d.config.Log, Now: d.config.Now,
		Timeout: settings.Deadline, Remember: settings.Remember, RememberNo: min(settings.Remember, rememberNo),
	}))
	if before != nil {
		go before.Close() // who is being asked is asked again, by the new one
	}
}

// askPerson has a person decide, once for all processes that belong together.
func (a *agent) askPerson(ctx context.Context, who requester, what act, v verdict) verdict {
	ctx, cancel := a.daemon.whileServing(ctx)
	defer cancel()
	tree := who.Tree()
	key := fmt.Sprintf("%d %d %q %q %q %q", tree.PID, tree.Started, v.Rule, what.verb, what.context, what.host)
	yes, err := a.daemon.asker.Load().Ask(ctx, key, question(who, what))
	switch {
	case err != nil:
		return v.deny("a person was to be asked: " + err.Error())
	case !yes:
		return v.deny("a person said no")
	}
	v.Answer, v.reason = allowed, "a person said yes"
	return v
}
