package daemon

import (
	"context"
	"time"

	"github.com/bento-cred/bento-cred/ipc/server"
)

// leaveWhenIdle stops a daemon on demand that has been of no use for the idle time.
func (d *Daemon) leaveWhenIdle(ctx context.Context, front *server.Server) {
	if !d.config.OnDemand {
		return
	}
	settings, _ := d.watcher.Current() // a bad file leaves good settings in force
	limit := settings.Daemon.IdleExit
	for ctx.Err() == nil {
		waiting, cancel := context.WithCancel(ctx)
		left := make(chan error, 1)
		if limit > 0 {
			go func(limit time.Duration) { left <- front.WaitIdle(waiting, limit) }(limit)
		}
		select {
		case <-ctx.Done():
		case limit = <-d.idle:
		case err := <-left:
			if err == nil {
				d.config.Log.Info("nobody asked for a while", "idle", limit)
				d.stop()
			}
		}
		cancel()
	}
}
