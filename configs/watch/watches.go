package watch

import (
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"syscall"

	"github.com/fsnotify/fsnotify"
)

// watches are the system's watches on every directory of one route.
type watches struct {
	watcher *fsnotify.Watcher // nil where the system gave none
	route   route
}

// arm watches the way to path. The watches can be used even with an error: they then
// see less than they should, or nothing.
func arm(open func() (*fsnotify.Watcher, error), path string) (*watches, error) {
	// The way may change between looking for it and watching it, so it must be the
	// same before and after. Where it never stands still, the last try has to do:
	// what changes it is an event as well.
	const tries = 10
	var armed *watches
	var err error
	for range tries {
		armed.close()
		armed = &watches{route: findRoute(path)}
		armed.watcher, err = open()
		if err != nil {
			armed.watcher = nil
			return armed, fmt.Errorf("watching settings: %w%s", err, advice(err))
		}
		err = armed.add()
		if maps.Equal(armed.route, findRoute(path)) {
			break
		}
	}
	return armed, err
}

// add watches each directory of the route.
func (w *watches) add() error {
	var all error
	for dir := range w.route.directories() {
		if err := w.watcher.Add(dir); err != nil {
			all = errors.Join(all, fmt.Errorf("watching the directory %q: %w%s", dir, err, advice(err)))
		}
	}
	return all
}

// advice returns the next step for the errors of an exhausted inotify, whose own texts
// speak of open files and a full disk.
func advice(err error) string {
	switch {
	case errors.Is(err, syscall.EMFILE):
		return " (too few inotify instances or file descriptors: raise the sysctl fs.inotify.max_user_instances, or ulimit -n)"
	case errors.Is(err, syscall.ENOSPC):
		return " (too few inotify watches: raise the sysctl fs.inotify.max_user_watches)"
	}
	return ""
}

// events returns what happens, nil where nothing is watched.
func (w *watches) events() <-chan fsnotify.Event {
	if w.watcher == nil {
		return nil
	}
	return w.watcher.Events
}

// errors returns what goes wrong with watching, nil where nothing is watched.
func (w *watches) errors() <-chan error {
	if w.watcher == nil {
		return nil
	}
	return w.watcher.Errors
}

// concern reports whether event is about the way to the file, not about a neighbour in
// one of its directories.
func (w *watches) concern(event fsnotify.Event) bool {
	name := filepath.Clean(event.Name)
	return w.route.passes(name)
}

// close gives the watches back and ends their goroutine.
func (w *watches) close() {
	if w == nil || w.watcher == nil {
		return
	}
	// Nothing is written through a watcher: an error leaves nothing to do.
	_ = w.watcher.Close()
}
