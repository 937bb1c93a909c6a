package daemon

import (
	"context"
	"path/filepath"
	"time"

	"github.com/fsnotify/fsnotify"

	"github.com/bento-cred/bento-cred/ipc/server"
)

// lookPause is the time between two looks at the socket where the system does not tell of
// changes. The next daemon waits a little longer than that for this one to leave.
const lookPause = claimTime / 3

// leaveWhenUnreachable stops a daemon whose socket was taken away, as happens when the
// runtime directory is emptied at logout or a cache is cleaned: it would hold the lock,
// answer nobody, and keep the next daemon from starting.
//
// What takes the socket away from afar, such as another name for a directory further up,
// is not told; but the next daemon touches the lock of the data directory, and that is.
func (d *Daemon) leaveWhenUnreachable(ctx context.Context, listener *server.Listener) {
	var events <-chan fsnotify.Event
	var lost <-chan error
	var looks <-chan time.Time
	watcher, err := watched(filepath.Dir(d.config.Socket), filepath.Join(d.config.DataDir, claimFile))
	if err == nil {
		defer func() { _ = watcher.Close() }() // it only read
		events, lost = watcher.Events, watcher.Errors
	} else {
		d.config.Log.Warn("not watching the socket; looking at it now and then", "error", err)
		ticker := time.NewTicker(lookPause)
		defer ticker.Stop()
		looks = ticker.C
	}
	for {
		if !listener.Reachable() && ctx.Err() == nil {
			d.config.Log.Warn("the socket was taken away")
			d.stop()
		}
		select {
		case <-ctx.Done():
			return
		case <-events:
		case <-looks:
		case err := <-lost: // look again
			d.config.Log.Debug("watching the socket", "error", err)
		}
	}
}

// watched returns a watcher of paths.
func watched(paths ...string) (*fsnotify.Watcher, error) {
	watcher, err := fsnotify.NewWatcher()
	if err != nil {
		return nil, err
	}
	for _, path := range paths {
		if err := watcher.Add(path); err != nil {
			_ = watcher.Close() // it watched nothing yet
			return nil, err
		}
	}
	return watcher, nil
}
