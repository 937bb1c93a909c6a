package daemon

import (
	"errors"
	"path"
	"strings"
	"time"

	"github.com/bento-cred/bento-cred/daemon/internal/ancestry"
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
	a := &agent{daemon: d, peer: peer}
	a.glance()
	return &gate{agent: a}, nil
}

// requester is who asks, as the kernel knew it when it was first looked at.
type requester struct {
	ancestry.Ancestry

	programs []string // of Chain
	// gone reports whether it had ended by then: what its number led to is somebody else.
	gone bool
}

// glance looks up who asks while the peer is still writing what it asks. Where something is
// lacking for that, it is left to who.
func (a *agent) glance() {
	found := a.lookUp(a.daemon.family.Of)
	if found.Trouble != nil || found.gone {
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.requester = &found
}

// who returns who asks, perhaps briefly, as it was when that was looked up.
func (a *agent) who() requester {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.requester == nil {
		found := a.lookPatiently()
		a.requester = &found
	}
	return *a.requester
}

// whole returns who asks, with all that is known, as grants and questions to a person want it.
func (a *agent) whole() requester {
	who := a.who()
	if !who.Brief {
		return who
	}
	who = a.lookPatiently()
	a.mu.Lock()
	defer a.mu.Unlock()
	a.requester = &who
	return who
}

// How long a peer waits for a descriptor to be looked at with, and the time between two looks.
// Where there are none, quiet peers give way soon (ipc/server).
const (
	ancestryTime  = 5 * time.Second
	ancestryPause = 20 * time.Millisecond
)

// lookPatiently returns all that is known of who asks, after waiting for what the lack of is soon
// over: descriptors, and the adoption of a process whose parent just ended.
func (a *agent) lookPatiently() requester {
	whole := func(pid, _ int) ancestry.Ancestry { return a.daemon.family.Whole(pid) }
	for late := time.Now().Add(ancestryTime); ; time.Sleep(ancestryPause) {
		found := a.lookUp(whole)
		if found.Trouble == nil || errors.Is(found.Trouble, ancestry.ErrLong) || time.Now().After(late) {
			return found
		}
	}
}

// lookUp returns who asks, as far as that is certain.
func (a *agent) lookUp(of func(pid, pidfd int) ancestry.Ancestry) requester {
	var found ancestry.Ancestry
	err := a.peer.Certainly(func(pidfd int) { found = of(a.peer.PID, pidfd) })
	switch {
	case errors.Is(err, server.ErrEnded):
		return requester{gone: true}
	case err != nil:
		return requester{Ancestry: ancestry.Ancestry{Trouble: err}}
	}
	return requester{Ancestry: found, programs: found.Executables()}
}

// unsure returns why it is not known for certain who asks; "": it is.
func (r requester) unsure() string {
	switch {
	case r.gone:
		return "the program that asked has ended"
	case r.Trouble != nil:
		return "it cannot be told who asks: " + r.Trouble.Error()
	}
	return ""
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

// isOurs reports whether a path is that of one of our own programs.
func isOurs(program string) bool {
	name := strings.TrimSuffix(path.Base(strings.ReplaceAll(program, `\`, "/")), ".exe")
	return name == ipc.ProgramHelper || name == ipc.ProgramFace || name == ipc.ProgramDaemon
}
