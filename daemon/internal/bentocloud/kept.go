package bentocloud

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptrace"
	"sync"
	"time"
)

const (
	// keepTime is how long a connection is kept that nothing is sent over: long enough for
	// the calls of one login and the polls that wait for it.
	keepTime = 10 * time.Second
	// staleShare is the part of a call's time that a kept connection gets to answer in.
	staleShare = 3
)

// errStale is a kept connection that does not answer.
var errStale = errors.New("the kept connection does not answer")

// kept is the connections that are kept open between calls that only read.
//
// One may be dead without a word: after the computer slept, or moved to another network,
// what is sent over it goes nowhere, and nobody says so. The transport's own limit on idle
// connections does not help against sleep, since its timers stand still meanwhile. So age
// is told by the wall clock here, and a connection that does not answer is not used again.
type kept struct {
	fresh func() *http.Transport
	now   func() time.Time

	mu        sync.Mutex
	transport *http.Transport // guarded by mu; nil where nothing is kept
	used      time.Time       // guarded by mu; wall clock
}

// get returns what to send a read with.
func (k *kept) get() *http.Transport {
	k.mu.Lock()
	defer k.mu.Unlock()
	now := k.now().Round(0)
	if idle := now.Sub(k.used); idle < 0 || idle > keepTime {
		k.dropLocked()
	}
	if k.transport == nil {
		k.transport = k.fresh()
	}
	k.used = now
	return k.transport
}

// drop has nothing sent over the connections of transport any more. Calls under way over
// one of them go on.
func (k *kept) drop(transport *http.Transport) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.transport == transport {
		k.dropLocked()
	}
}

func (k *kept) dropLocked() {
	if k.transport != nil {
		k.transport.CloseIdleConnections()
		k.transport = nil
	}
}

// close drops what is kept.
func (k *kept) close() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.dropLocked()
}

// read sends a request that only reads. Where a kept connection does not answer soon, it
// is sent once more over a new one.
func (c *Client) read(req *http.Request) (*http.Response, error) {
	transport := c.reads.get()
	// It ends with the call, whose body is yet to be read.
	ctx, giveUp := context.WithCancelCause(req.Context())
	impatience := time.AfterFunc(c.timeout, func() { giveUp(errStale) })
	impatience.Stop()
	trace := &httptrace.ClientTrace{GotConn: func(got httptrace.GotConnInfo) {
		if got.Reused {
			impatience.Reset(c.timeout / staleShare)
		}
	}}
	reply, err := transport.RoundTrip(req.WithContext(httptrace.WithClientTrace(ctx, trace)))
	impatience.Stop()
	stale := errors.Is(context.Cause(ctx), errStale)
	if err == nil && !stale {
		return reply, nil
	}
	if err == nil {
		_ = reply.Body.Close() // it came a moment too late to be read
	}
	giveUp(err)
	c.reads.drop(transport)
	if !stale {
		return nil, err
	}
	return c.reads.get().RoundTrip(req)
}
