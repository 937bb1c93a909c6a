package daemon

import (
	"context"
	"os"
	"strconv"
	"sync"

	"github.com/bento-cred/bento-cred/internal/credential"
	"github.com/bento-cred/bento-cred/internal/version"
	"github.com/bento-cred/bento-cred/ipc"
	"github.com/bento-cred/bento-cred/ipc/management"
	"github.com/bento-cred/bento-cred/ipc/server"
)

// agent is what one peer asks, behind its gate. Its methods are spread over the files of what they
// are about: release.go, place.go, hosts.go, deployment.go, contexts.go, login.go, browser.go, token.go, create.go, renewal.go,
// imports.go, directory.go, guard.go, record.go, status.go.
type agent struct {
	daemon *Daemon
	peer   server.Peer

	mu        sync.Mutex
	requester *requester // guarded by mu; nil until it is looked up
}

var _ management.Agent = (*gate)(nil)

// Ping implements ipc.Agent.
func (a *agent) Ping(context.Context) (ipc.Daemon, error) {
	return ipc.Daemon{
		Version:   a.daemon.config.Version,
		Protocols: strconv.Itoa(ipc.ProtocolVersion),
		PID:       os.Getpid(),
		OnDemand:  a.daemon.config.OnDemand,
	}, nil
}

// Stop implements management.Agent.
func (a *agent) Stop(_ context.Context, stop management.Stop) error {
	if stop.IfOlderThan != "" {
		if !version.Older(a.daemon.config.Version, stop.IfOlderThan) {
			return &ipc.Error{
				Code:    ipc.Denied,
				Message: "the daemon is not older than " + stop.IfOlderThan,
				Hint:    "stop it with `bento-cred stop`",
			}
		}
		if !a.daemon.config.OnDemand && a.daemon.config.Inherited == nil {
			return &ipc.Error{
				Code:    ipc.Denied,
				Message: "the daemon was started by hand, so it is not replaced",
				Hint:    "restart it where it was started",
			}
		}
	}
	a.daemon.config.Log.Info("told to leave", "pid", a.peer.PID)
	a.daemon.stop()
	return nil
}

// Unlock implements management.Agent.
func (a *agent) Unlock(ctx context.Context, passphrase credential.Secret) error {
	err := a.daemon.vault.unlock(ctx, passphrase)
	a.daemon.nudge() // there may be tokens to look after
	return coded(err)
}
