// Package watch keeps the settings a program runs with in step with the file they
// are written in.
//
// Watching the file itself is the mistake everybody makes once: an editor saves by
// renaming a new file over the old one, and the watch stays with the old one for good
// (fsnotify issues 17, 134 and 282; thanos issue 8127). So directories are watched:
// the one the file is in, each one a symlink on the way to it is in, as when a
// Kubernetes volume swaps its ..data link, and, while a directory on the way is
// missing, the nearest one that is there.
//
// After every burst of changes all watches are thrown away and made anew, and only
// then is the file read. That costs microseconds at a moment a person has just saved a
// file, and it needs no reasoning about which watch died with which directory:
// whatever happened before the new watches is in what is read, whatever happens after
// them is seen. There is no timer while nothing changes.
//
// A file that is not valid changes nothing: the settings stay what they were, and the
// error stands beside them until the file is mended.
package watch

import (
	"context"
	"errors"
	"log/slog"
	"reflect"
	"sync"
	"time"

	"github.com/fsnotify/fsnotify"

	"github.com/bento-cred/bento-cred/configs"
)

// DefaultDebounce is how long after the last change a file is read: longer than an
// editor takes between two writes, shorter than a person notices.
const DefaultDebounce = 100 * time.Millisecond

// Config is what a Watcher needs.
type Config struct {
	// Path is the absolute path of the settings file, which need not exist.
	Path string
	// OnChange is told the settings in force and the error of the file, nil where it
	// is valid, each time one of them changes; nil where nobody wants to know. Calls
	// come one at a time. It must not call Reload.
	OnChange func(configs.Config, error)
	// Log is where changes are told; nil discards.
	Log *slog.Logger
	// Debounce is how long the file must have been left alone before it is read;
	// 0 means DefaultDebounce.
	Debounce time.Duration
}

// Watcher holds the settings in force. Its methods may be called from any goroutine.
type Watcher struct {
	config Config
	// open makes the system's watcher.
	open func() (*fsnotify.Watcher, error)
	// kick asks Run for new watches.
	kick chan struct{}

	loading sync.Mutex // held while the file is read and OnChange told

	mu       sync.Mutex // guards what is below
	current  configs.Config
	bad      error
	watching error
}

// errNotRunning is why nothing is watched before Run.
var errNotRunning = errors.New("watching settings: not started")

// New returns a Watcher that has read the file once, without a call of OnChange. A
// file that is not valid leaves the defaults in force. Nothing is watched until Run.
func New(config Config) *Watcher {
	if config.Log == nil {
		config.Log = slog.New(slog.DiscardHandler)
	}
	if config.Debounce == 0 {
		config.Debounce = DefaultDebounce
	}
	w := &Watcher{
		config:   config,
		open:     fsnotify.NewWatcher,
		kick:     make(chan struct{}, 1),
		current:  configs.Default(),
		watching: errNotRunning,
	}
	w.settle(configs.Load(config.Path))
	return w
}

// Current returns the settings in force and the error of the file, nil where it is
// valid. With an error the settings are the last valid ones.
func (w *Watcher) Current() (configs.Config, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.current, w.bad
}

// Watching returns nil where changes are seen by themselves, else why they are not and
// Reload is needed.
func (w *Watcher) Watching() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.watching
}

// Reload reads the file now and returns its error. It works where watching does not,
// and has Run try to watch again.
func (w *Watcher) Reload() error {
	w.load()
	select {
	case w.kick <- struct{}{}:
	default: // Run is asked already
	}
	_, err := w.Current()
	return err
}

// Run follows the file until ctx is done. It is called once and leaves nothing
// running.
func (w *Watcher) Run(ctx context.Context) {
	for again := true; again; {
		watches, err := arm(w.open, w.config.Path)
		w.noteWatching(err)
		w.load()
		again = w.wait(ctx, watches)
		watches.close()
	}
	w.noteWatching(errNotRunning)
}

// wait returns true after a burst of changes and false when ctx is done.
func (w *Watcher) wait(ctx context.Context, watches *watches) bool {
	var quiet <-chan time.Time // nil until something changed
	for {
		select {
		case <-ctx.Done():
			return false
		case <-w.kick:
			return true
		case <-quiet:
			return true
		case event := <-watches.events():
			if watches.concern(event) {
				quiet = time.After(w.config.Debounce)
			}
		case err := <-watches.errors():
			// Events were lost, so anything may have happened.
			w.config.Log.Debug("watching settings", "error", err)
			quiet = time.After(w.config.Debounce)
		}
	}
}

// load reads the file and tells OnChange if that made a difference.
func (w *Watcher) load() {
	w.loading.Lock()
	defer w.loading.Unlock()
	if !w.settle(configs.Load(w.config.Path)) {
		return
	}
	current, bad := w.Current()
	if bad != nil {
		w.config.Log.Warn("the settings file is not valid; what was in force stays so", "error", bad)
	} else {
		w.config.Log.Info("the settings changed", "file", w.config.Path)
	}
	if w.config.OnChange != nil {
		w.config.OnChange(current, bad)
	}
}

// settle keeps what was read and reports whether anything changed by it.
func (w *Watcher) settle(config configs.Config, err error) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if err != nil {
		same := w.bad != nil && w.bad.Error() == err.Error()
		w.bad = err
		return !same
	}
	same := w.bad == nil && reflect.DeepEqual(w.current, config)
	w.current, w.bad = config, nil
	return !same
}

// noteWatching keeps err, and logs what it means if that is new.
func (w *Watcher) noteWatching(err error) {
	w.mu.Lock()
	before := w.watching
	w.watching = err
	w.mu.Unlock()
	if err == nil || errors.Is(err, errNotRunning) || (before != nil && before.Error() == err.Error()) {
		return
	}
	w.config.Log.Warn("changes of the settings file are not seen by themselves", "error", err)
}
