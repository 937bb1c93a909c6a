// Package ask puts a yes-or-no question to the person who sits there, through pinentry,
// the program by which GnuPG asks for passphrases: most machines with a keyring have one,
// it knows terminals and desktops, and people have learned to take its dialog seriously.
//
// The daemon has neither terminal nor display. It shows the question where the request
// came from, and so believes the requester about where that is. Whoever can run programs
// as this user can therefore name a display of his own and press the button himself: a
// question keeps a program from doing something unseen by accident, it is no wall.
//
// What asking meets, and where it shows in the code:
//
//   - Often nobody can be asked. That is told at once (ErrNoWay), never by waiting.
//   - Ten shells that start together ask the same. One dialog is shown for a key, one at
//     a time for all keys, and its answer is good for a while.
//   - A pinentry may hang, flood, die or be another program altogether. It is killed in
//     time, with all of its process group, and no question outlives those who asked.
//   - A dialog on a terminal is taken down by SIGTERM first, for only that gives the
//     person the terminal back as it was.
//   - Text in a question is foreign in part. It cannot leave its line of the protocol,
//     and has no control characters. All pinentries known to us show it without markup.
//
// Keep the text short and the point of it at the beginning. A line of the protocol holds
// less than 1000 bytes, which is where the text is cut; a dialog that does not fit on
// the terminal is not shown but refused (ErrNoWay); and GNOME's shows no title.
package ask

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"
)

// DefaultTimeout is how long a question is shown where a Config does not say.
const DefaultTimeout = time.Minute

// maxUnderWay bounds the questions that wait for their turn: more than a person would
// ever answer.
const maxUnderWay = 50

// Why there is no answer, besides the end of the caller's context.
var (
	// ErrNoWay: nobody can be asked, for want of a terminal and a display, or of a pinentry
	// that works. The error says which.
	ErrNoWay = errors.New("there is no way to ask")
	// ErrTimedOut: nobody answered in time.
	ErrTimedOut = errors.New("nobody answered in time")
	// ErrClosed: the Desk was closed.
	ErrClosed = errors.New("nobody is asked any more")
)

// Question is what a person is asked. Yes is a button "Allow", no is "Deny".
type Question struct {
	Title string
	Text  string // may have several lines
	// Terminal is the requester's, such as "/dev/pts/3"; empty: it has none.
	Terminal string
	// Environ has of the requester's environment what leads to its screen: DISPLAY,
	// WAYLAND_DISPLAY, XAUTHORITY, DBUS_SESSION_BUS_ADDRESS, TERM, LANG, LC_*. All else in
	// it is left out.
	Environ []string
}

// Config is what a Desk needs.
type Config struct {
	// Program is the pinentry to run, an absolute path or a name to look up; empty: the
	// one that fits the question among those that are there.
	Program string
	// Path is the PATH to look it up on; empty: that of Environ.
	Path string
	// Environ is the daemon's environment, of which a pinentry gets very little.
	Environ []string
	// Remember is for how long a yes is good, from the answer on, and RememberNo a no.
	// 0 asks each time.
	Remember, RememberNo time.Duration
	// Timeout is how long one question is shown; 0 means DefaultTimeout. Waiting for
	// another question's end does not count.
	Timeout time.Duration
	// Now is the clock; nil means time.Now.
	Now func() time.Time
	// Log is where questions are told of; nil discards.
	Log *slog.Logger
}

// Desk puts questions. Its methods may be called from any goroutine.
type Desk struct {
	config Config
	// life ends, by end, when the Desk is closed.
	life context.Context //nolint:containedctx // questions outlive the request that begins one
	end  context.CancelCauseFunc
	busy sync.WaitGroup // has one for each question
	// screen holds a word while a question is shown.
	screen chan struct{}

	mu       sync.Mutex
	underWay map[string]*asking // guarded by mu; by key
	answers  memory             // guarded by mu
}

// New returns a Desk.
func New(config Config) *Desk {
	if config.Log == nil {
		config.Log = slog.New(slog.DiscardHandler)
	}
	if config.Now == nil {
		config.Now = time.Now
	}
	if config.Timeout <= 0 {
		config.Timeout = DefaultTimeout
	}
	if config.Path == "" {
		config.Path = lookup(config.Environ, "PATH")
	}
	d := &Desk{config: config, screen: make(chan struct{}, 1), underWay: make(map[string]*asking)}
	d.answers = memory{yes: config.Remember, no: config.RememberNo}
	d.life, d.end = context.WithCancelCause(context.Background())
	return d
}

// Ask puts a question and reports whether the answer was yes. Whoever asks with the same
// key meanwhile shares the answer, and whoever asks with it soon after gets it without a
// question; so the key must name everything that the answer depends on. An error is
// remembered for nobody.
func (d *Desk) Ask(ctx context.Context, key string, q Question) (bool, error) {
	if ctx.Err() != nil {
		return false, fmt.Errorf("asking: %w", context.Cause(ctx))
	}
	if yes, found := d.recall(key); found {
		return yes, nil // without a look at the disk, for this is asked often
	}
	me := d.config.newAsker(q)
	a, known, err := d.join(key, me)
	if err != nil {
		return false, fmt.Errorf("asking: %w", err)
	}
	if a == nil {
		return known, nil
	}
	select {
	case <-a.done:
		return a.yes, a.err
	case <-ctx.Done():
		d.leave(a, me)
		return false, fmt.Errorf("asking: %w", context.Cause(ctx))
	}
}

// recall returns the answer that is remembered for key.
func (d *Desk) recall(key string) (yes, found bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.life.Err() != nil {
		return false, false
	}
	return d.answers.find(key, d.config.Now())
}

// Forget forgets every answer, for when what they were given for has changed. Whoever
// waits for one still gets it, but nobody after.
func (d *Desk) Forget() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.answers.forget()
	for key, a := range d.underWay {
		a.stale = true
		delete(d.underWay, key) // who asks from now on is asked anew
	}
}

// Close takes the question that is shown off the screen, and ends all others.
func (d *Desk) Close() {
	d.mu.Lock()
	d.end(ErrClosed)
	d.mu.Unlock()
	d.busy.Wait()
}
