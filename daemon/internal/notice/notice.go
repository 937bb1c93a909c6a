// Package notice tells a person something on the desktop, through the notification
// server of whatever desktop that is: org.freedesktop.Notifications on the D-Bus session
// bus, as the Desktop Notifications Specification 1.2 has it.
//
// A notice is a courtesy. Most machines this runs on have no desktop, and on the others
// the server may be missing, hang or be restarted at any time. So a Desk connects when
// it first has something to show, connects anew after the connection was lost, takes no
// longer than its timeout over anything, and never starts a message bus: without one, a
// notice is simply not possible, on Linux as on systems that have never heard of D-Bus.
//
// What real servers need, and where it shows in the code:
//
//   - GNOME Shell takes an application's notices down when the application leaves the
//     bus, and answers to the connection that showed them. So one connection is held.
//   - A server that was restarted counts from 1 again, so that an old number may by now
//     be somebody else's notice. The server is therefore spoken to by its unique name,
//     and what was numbered by another one is forgotten.
//   - Any program on the bus can send a signal that says a button was pressed. Only the
//     server's own is believed, and only of a button that was there.
//   - Some servers read markup in the text and others show it as it is written; some
//     turn a notice with buttons into a dialog in one's way. Each says what it can do.
//   - The hint "transient" is not given: a warning should still be there when its reader
//     comes back from lunch. For how long it pops up is the server's to decide.
//
// No secret may be put into a notice: servers keep a history, and some show it on the
// lock screen.
package notice

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"
)

// DefaultTimeout is how long anything may take where a Config does not say.
const DefaultTimeout = 3 * time.Second

// The errors a Desk has words for. All others are what the bus or the server said.
var (
	// ErrNotPossible: there is no bus here, or nothing on it that shows notices.
	ErrNotPossible = errors.New("notices on the desktop are not possible here")
	// ErrClosed: the Desk was closed.
	ErrClosed = errors.New("the desk is closed")
)

// Config is what a Desk needs.
type Config struct {
	// Address returns the D-Bus address of the session bus, which may come later than the
	// Desk. One that leads nowhere, such as "" or "disabled:", is none; nil: there is none.
	Address func() string
	// Log is where the connection is told of; nil discards.
	Log *slog.Logger
	// Timeout is how long showing a notice may take; 0 means DefaultTimeout.
	Timeout time.Duration
}

// Notice is something to tell a person. It is plain text: nothing in it is markup.
type Notice struct {
	// Key says what the notice is about. A later one with the same Key takes its place.
	Key   string
	Title string
	// Text may have several lines.
	Text string
	// Urgent keeps the notice up until it is seen, and shows it even to somebody who
	// does not want to be disturbed.
	Urgent  bool
	Actions []Action
}

// Action is something a person can do about a notice. Servers without buttons do not
// show it, so that a notice has to make sense without. The ID "default" is a click on
// the notice itself.
type Action struct{ ID, Label string }

// Chosen is an action that a person chose: the notice's Key and the Action's ID.
type Chosen struct{ Key, Action string }

// Desk shows notices. Its methods may be called from any goroutine.
type Desk struct {
	config Config
	chosen chan Chosen
	// life ends, by end, when the Desk is closed.
	life context.Context
	end  context.CancelFunc
	once sync.Once      // for Close
	busy sync.WaitGroup // those that read signals

	// turn holds a word while somebody uses session: a lock one can stop waiting for.
	turn    chan struct{}
	session *session // guarded by turn; nil while there is no connection
}

// New returns a Desk that has not connected to anything yet.
func New(config Config) *Desk {
	if config.Log == nil {
		config.Log = slog.New(slog.DiscardHandler)
	}
	if config.Timeout <= 0 {
		config.Timeout = DefaultTimeout
	}
	d := &Desk{config: config, chosen: make(chan Chosen), turn: make(chan struct{}, 1)}
	d.life, d.end = context.WithCancel(context.Background())
	return d
}

// Show shows n, in place of an earlier notice with its Key that is still up.
func (d *Desk) Show(ctx context.Context, n Notice) error {
	return d.use(ctx, "showing a notice", func(ctx context.Context) error {
		s, err := d.connected(ctx)
		if err != nil {
			return err
		}
		return s.show(ctx, n)
	})
}

// Withdraw takes down the notice with that Key, where there still is one.
func (d *Desk) Withdraw(ctx context.Context, key string) error {
	return d.use(ctx, "withdrawing a notice", func(ctx context.Context) error {
		if d.session == nil || !d.session.conn.Connected() {
			return nil // what was shown is out of reach
		}
		return d.session.withdraw(ctx, key)
	})
}

// Actions returns what people choose. Somebody should receive from it while notices
// with actions are up. Close closes it.
func (d *Desk) Actions() <-chan Chosen { return d.chosen }

// Close leaves the bus, and ends what is under way. Notices may stay up; that is for the
// server to say.
func (d *Desk) Close() {
	d.once.Do(func() {
		d.end()
		d.turn <- struct{}{}
		d.drop("the desk is closed")
		<-d.turn
		d.busy.Wait()
		close(d.chosen)
	})
}

// use does something in turn and within the timeout. A connection that is lost after
// that, or on which an answer did not come in time, is not used again.
func (d *Desk) use(ctx context.Context, what string, do func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, d.config.Timeout)
	defer cancel()
	defer context.AfterFunc(d.life, cancel)()
	select {
	case d.turn <- struct{}{}:
	case <-ctx.Done():
		return fmt.Errorf("%s: %w", what, d.ended(ctx.Err()))
	}
	defer func() { <-d.turn }()
	err := d.ended(nil)
	if err == nil {
		err = do(ctx)
	}
	switch {
	case d.session == nil:
	case !d.session.conn.Connected():
		d.drop("the bus went away")
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		d.drop("no answer in time")
	}
	if err != nil {
		return fmt.Errorf("%s: %w", what, d.ended(err))
	}
	return nil
}

// ended returns ErrClosed once the Desk is closed, before that err.
func (d *Desk) ended(err error) error {
	if d.life.Err() != nil {
		return ErrClosed
	}
	return err
}

// address returns where the bus is by now.
func (d *Desk) address() string {
	if d.config.Address == nil {
		return ""
	}
	return d.config.Address()
}

// connected returns the session there is, or a new one. It is called in turn.
func (d *Desk) connected(ctx context.Context) (*session, error) {
	if d.session != nil && d.session.conn.Connected() {
		return d.session, nil
	}
	if d.session != nil {
		d.drop("the bus went away")
	}
	s, signals, err := newSession(ctx, d.life, d.address())
	if err != nil {
		return nil, err
	}
	d.config.Log.Debug("connected to the session bus, for notices")
	d.session = s
	d.busy.Go(func() {
		for signal := range signals {
			d.receive(s, signal)
		}
	})
	return s, nil
}

// drop gives the connection up, if there is one. It is called in turn.
func (d *Desk) drop(reason string) {
	if d.session == nil {
		return
	}
	d.config.Log.Debug("left the session bus", "reason", reason)
	d.session.end()
	// Nothing is lost that was not lost before.
	_ = d.session.conn.Close()
	d.session = nil
}
