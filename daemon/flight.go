package daemon

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/bento-cred/bento-cred/ipc/management"
)

// renewals sees to it that what many ask for at the same time is done once, and that a
// context is renewed by one at a time.
type renewals struct {
	mu      sync.Mutex
	flights map[flightKey]*flight    // guarded by mu
	turns   map[string]chan struct{} // guarded by mu; each holds a word while its context is renewed
}

// flightKey is what requests have in common that are the same one.
type flightKey struct{ context, uid string }

// flight is a renewal under way.
type flight struct {
	ended   chan struct{} // closed when renewed and err are set
	renewed management.Renewed
	err     error
}

const (
	// renewTime bounds a renewal. It is shorter than the time a peer waits.
	renewTime = 4 * time.Minute
	// sameTime is how long after its end a renewal that worked still answers those who
	// ask for the same: of ten shells that begin at once the last may come after the
	// first is done.
	sameTime = 3 * time.Second
)

// share calls f, or waits for the one who called it for the same request. Who names no
// token waits for any renewal of the context. It goes on where the one who asked for it
// is gone.
func (r *renewals) share(ctx context.Context, name, uid string, f func(context.Context) (management.Renewed, error)) (management.Renewed, error) {
	key := flightKey{context: name, uid: uid}
	r.mu.Lock()
	under, found := r.underLocked(key)
	if !found {
		under = &flight{ended: make(chan struct{})}
		if r.flights == nil {
			r.flights = make(map[flightKey]*flight)
		}
		r.flights[key] = under
		go r.fly(context.WithoutCancel(ctx), key, under, f)
	}
	r.mu.Unlock()
	select {
	case <-under.ended:
		return under.renewed, under.err
	case <-ctx.Done():
		return management.Renewed{}, fmt.Errorf("waiting for the renewal: %w", context.Cause(ctx))
	}
}

// fly carries a renewal out when it is its turn.
func (r *renewals) fly(ctx context.Context, key flightKey, under *flight, f func(context.Context) (management.Renewed, error)) {
	ctx, cancel := context.WithTimeout(ctx, renewTime)
	defer cancel()
	turn := r.turn(key.context)
	select {
	case turn <- struct{}{}:
		if done, found := r.done(key); found {
			under.renewed = done.renewed
		} else {
			under.renewed, under.err = f(ctx)
		}
		close(under.ended) // before the next one has its turn, which may want the same
		<-turn
	case <-ctx.Done():
		under.err = fmt.Errorf("waiting for another renewal to end: %w", ctx.Err())
		close(under.ended)
	}
	if under.err != nil {
		r.land(key, under)
		return
	}
	time.AfterFunc(sameTime, func() { r.land(key, under) })
}

// land forgets a flight.
func (r *renewals) land(key flightKey, under *flight) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.flights[key] == under {
		delete(r.flights, key)
	}
}

// underLocked returns the flight that answers a request, and whether there is one.
func (r *renewals) underLocked(key flightKey) (*flight, bool) {
	if under, found := r.flights[key]; found {
		return under, true
	}
	for other, under := range r.flights {
		if other.context == key.context && (key.uid == "" || under.renewedUID() == key.uid) {
			return under, true
		}
	}
	return nil, false
}

// done returns a renewal that just ended and renewed the token that key names: who asked
// for any token of the context may have got that one renewed.
func (r *renewals) done(key flightKey) (*flight, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for other, under := range r.flights {
		if other.context == key.context && key.uid != "" && under.renewedUID() == key.uid {
			return under, true
		}
	}
	return nil, false
}

// renewedUID returns the uid of the token that f renewed; "" before it has.
func (f *flight) renewedUID() string {
	select {
	case <-f.ended:
		return f.renewed.Old.UID
	default:
		return ""
	}
}

// forget has a renewal of the context that ended answer nobody any more: the name may
// soon be that of another login.
func (r *renewals) forget(name string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for key, under := range r.flights {
		select {
		case <-under.ended:
			if key.context == name {
				delete(r.flights, key)
			}
		default:
		}
	}
}

// turn returns the channel that holds a word while the context is renewed.
func (r *renewals) turn(name string) chan struct{} {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.turns == nil {
		r.turns = make(map[string]chan struct{})
	}
	if r.turns[name] == nil {
		r.turns[name] = make(chan struct{}, 1)
	}
	return r.turns[name]
}

// ifFree calls f unless the context is being renewed, and keeps it from being renewed
// meanwhile.
func (r *renewals) ifFree(name string, f func()) {
	turn := r.turn(name)
	select {
	case turn <- struct{}{}:
		defer func() { <-turn }()
		f()
	default:
	}
}
