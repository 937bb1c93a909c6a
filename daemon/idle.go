package daemon

import (
	"context"
	"time"

	"github.com/bento-cred/bento-cred/configs"
	"github.com/bento-cred/bento-cred/ipc/server"
)

// idleExit returns after how long a daemon on demand leaves; 0: never. One that is to lock
// itself stays for that: the next one would not know that it was to be locked.
func idleExit(settings configs.Config) time.Duration {
	if settings.Lock != (configs.Lock{}) {
		return 0
	}
	return settings.Daemon.IdleExit
}

// leaveWhenIdle stops a daemon on demand that has been of no use for the idle time.
func (d *Daemon) leaveWhenIdle(ctx context.Context, front *server.Server) {
	if !d.config.OnDemand {
		return
	}
	settings, _ := d.watcher.Current() // a bad file leaves good settings in force
	limit := idleExit(settings)
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
