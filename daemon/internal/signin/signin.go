// Package signin keeps the logins that wait for a person: begun once for each context
// however many ask, polled until they are approved, and told to everybody who waits.
//
// It knows no cloud. What is asked, and what an answer means, comes in as a function;
// here is when to ask. That takes care of four things a login by browser meets:
//
//   - An endpoint that is asked by many, for minutes: the polls come further apart.
//   - A network that is away, or a computer that slept: no failure to ask ends a login,
//     and the deadline is one of the wall clock, which goes on while a computer sleeps.
//   - An endpoint that forgot the login: what it answers for one that waits is not
//     documented, so a refusal says nothing by itself; a refusal that changes does.
//   - A shell that gives up: a login ends when nobody is left who wants it.
package signin

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"sync"
	"time"
)

// Why a login ends without a result, beside what its own Ask says.
var (
	// ErrDeadline: nobody approved the login in time.
	ErrDeadline = errors.New("the login was not approved in time")
	// ErrForgotten: the endpoint answers as it would for a login it does not have.
	ErrForgotten = errors.New("the endpoint no longer knows the login")
	// ErrUnknown: there is no login of that id, or it is over for a while.
	ErrUnknown = errors.New("there is no such login")
)

// keepTime is how long the outcome of a login is kept for those who ask late.
const keepTime = 2 * time.Minute

// Answer is what came of asking whether a login was approved.
type Answer[R any] struct {
	// Done is the login's result; nil while it waits.
	Done *R
	// Word is what the endpoint answers while the login waits, whatever that is.
	Word string
	// Trouble is why the endpoint could not be asked; it is asked again later.
	Trouble string
}

// Plan is one login: where it is approved, and how to find out whether it was.
type Plan[R any] struct {
	Page     string
	Endpoint string
	Lifetime time.Duration
	// Ask asks once. An error ends the login.
	Ask func(ctx context.Context) (Answer[R], error)
}

// Desk is where logins are begun and waited for. It may be used by several goroutines
// at once.
type Desk[R any] struct {
	ctx context.Context //nolint:containedctx // the life of all logins, which outlive the request that begins one
	now func() time.Time

	mu     sync.Mutex
	logins map[string]*Login[R] // guarded by mu; by key
	ids    map[string]*Login[R] // guarded by mu; by id
}

// NewDesk returns a Desk whose logins end with ctx; now is the clock.
func NewDesk[R any](ctx context.Context, now func() time.Time) *Desk[R] {
	return &Desk[R]{ctx: ctx, now: now, logins: make(map[string]*Login[R]), ids: make(map[string]*Login[R])}
}

// Login is one login.
type Login[R any] struct {
	ID       string
	Page     string
	Endpoint string
	Deadline time.Time

	key     string
	ready   chan struct{} // closed when the plan is made, or failed is set
	failed  error         // why there is no plan; set before ready is closed
	ended   chan struct{} // closed when done or err is set
	cancel  context.CancelFunc
	waiting int // guarded by the desk's mu; how many want it

	mu      sync.Mutex
	trouble string // guarded by mu
	done    *R     // set before ended is closed
	err     error  // set before ended is closed
}

// Begin returns the login of key that is under way, or begins the one that plan makes.
// Those who come while the plan is being made wait for it and share it.
func (d *Desk[R]) Begin(ctx context.Context, key string, plan func(context.Context) (Plan[R], error)) (login *Login[R], joined bool, err error) {
	d.mu.Lock()
	login, joined = d.logins[key]
	if !joined {
		life, cancel := context.WithCancel(d.ctx) //nolint:gosec // G118: carry calls it at the login's end, and Leave before
		login = &Login[R]{
			ID: rand.Text(), key: key, cancel: cancel,
			ready: make(chan struct{}), ended: make(chan struct{}),
		}
		d.logins[key], d.ids[login.ID] = login, login
		go d.carry(life, login, plan)
	}
	login.waiting++
	d.mu.Unlock()
	select {
	case <-login.ready:
	case <-ctx.Done():
		_ = d.Leave(login.ID) // it may have ended already
		return nil, joined, fmt.Errorf("beginning the login: %w", context.Cause(ctx))
	}
	if login.failed != nil {
		return nil, joined, login.failed
	}
	return login, joined, nil
}

// carry makes the plan and follows it to its end. Before anybody is told of an end, the
// login makes way: who asks after that begins another.
func (d *Desk[R]) carry(ctx context.Context, login *Login[R], plan func(context.Context) (Plan[R], error)) {
	defer login.cancel()
	made, err := plan(ctx)
	if err != nil {
		d.giveWay(login)
		d.forget(login) // nobody has its id
		login.failed = err
		close(login.ready)
		return
	}
	login.Page, login.Endpoint = made.Page, made.Endpoint
	login.Deadline = wall(d.now()).Add(made.Lifetime).UTC().Truncate(time.Second)
	close(login.ready)
	login.done, login.err = d.poll(ctx, login, made)
	d.giveWay(login)
	close(login.ended)
	select {
	case <-time.After(keepTime):
	case <-d.ctx.Done():
	}
	d.forget(login)
}

// giveWay has the next Begin of the login's key begin another.
func (d *Desk[R]) giveWay(login *Login[R]) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.giveWayLocked(login)
}

func (d *Desk[R]) giveWayLocked(login *Login[R]) {
	if d.logins[login.key] == login {
		delete(d.logins, login.key)
	}
}

// forget has the login's id mean nothing any more.
func (d *Desk[R]) forget(login *Login[R]) {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.ids, login.ID)
}

// Find returns the login with that id.
func (d *Desk[R]) Find(id string) (*Login[R], error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	login, found := d.ids[id]
	if !found {
		return nil, ErrUnknown
	}
	return login, nil
}

// Leave takes one Begin back. The login ends when nobody is left, and is then no longer
// known.
func (d *Desk[R]) Leave(id string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	login, found := d.ids[id]
	if !found {
		return ErrUnknown
	}
	if login.waiting--; login.waiting > 0 {
		return nil
	}
	delete(d.ids, id)
	d.giveWayLocked(login)
	login.cancel()
	return nil
}

// Await waits for the login's end, for the time given at most. Before the end it returns
// what keeps the endpoint from being asked, if something does.
func (l *Login[R]) Await(ctx context.Context, patience time.Duration) (done *R, trouble string, err error) {
	select {
	case <-l.ended:
		return l.done, "", l.err
	case <-time.After(patience):
	case <-ctx.Done():
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	return nil, l.trouble, nil
}

func (l *Login[R]) setTrouble(text string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.trouble = text
}

// wall returns t without its monotonic reading, which stands still while a computer
// sleeps.
func wall(t time.Time) time.Time { return t.Round(0) }
