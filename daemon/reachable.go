package daemon

import (
	"context"
	"path/filepath"

	"github.com/fsnotify/fsnotify"

	"github.com/bento-cred/bento-cred/ipc/server"
)

// leaveWhenUnreachable stops a daemon whose socket was taken away, as happens when the
// runtime directory is emptied at logout or a cache is cleaned: it would hold the lock,
// answer nobody, and keep the next daemon from starting.
func (d *Daemon) leaveWhenUnreachable(ctx context.Context, listener *server.Listener) {
	watcher, err := fsnotify.NewWatcher()
	if err != nil {
		d.config.Log.Warn("not watching the socket", "error", err)
		return
	}
	defer func() { _ = watcher.Close() }() // it only read
	if err := watcher.Add(filepath.Dir(d.config.Socket)); err != nil {
		d.config.Log.Warn("not watching the socket", "error", err)
		return
	}
	for {
		if !listener.Reachable() && ctx.Err() == nil {
			d.config.Log.Warn("the socket was taken away")
			d.stop()
		}
		select {
		case <-ctx.Done():
			return
		case <-watcher.Events:
		case err := <-watcher.Errors: // events were lost; look again
			d.config.Log.Debug("watching the socket", "error", err)
		}
	}
}
