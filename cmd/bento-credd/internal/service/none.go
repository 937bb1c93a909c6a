package service

import (
	"context"

	"github.com/bento-cred/bento-cred/ipc"
)

// none stands where no service manager is: nothing can be installed, and nothing need be.
type none struct {
	config Config
	why    error
}

func (n *none) unsupported() error {
	return &ipc.Error{
		Code:    ipc.Unsupported,
		Message: n.why.Error(),
		Hint:    "nothing needs to be installed: bento-cred starts the daemon when it is needed",
	}
}

func (n *none) install(context.Context, Options) error { return n.unsupported() }
func (n *none) uninstall(context.Context) error        { return n.unsupported() }
func (n *none) start(context.Context) error            { return n.unsupported() }
func (n *none) stop(context.Context) error             { return n.unsupported() }
func (n *none) restart(context.Context) error          { return n.unsupported() }

// status tells who serves, if anybody does.
func (n *none) status(ctx context.Context) error {
	if d, err := n.config.daemon(ctx); err == nil {
		n.config.say("daemon     bento-credd %s, process %d, at %s", d.Version, d.PID, n.config.Socket)
	}
	return n.unsupported()
}

// logs shows the log of a daemon on demand.
func (n *none) logs(ctx context.Context, options Options) error {
	return n.config.tail(ctx, ipc.LogPath(n.config.Socket), options)
}
