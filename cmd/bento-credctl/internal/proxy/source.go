package proxy

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"golang.org/x/net/http/httpguts"
)

// keepFor is how long what the daemon gave is used without asking again. A token that was
// renewed, or a login that ended, is seen by then.
const keepFor = time.Second

// errNotAHeader is the error of an injection that is not a header. It quotes nothing.
var errNotAHeader = errors.New("the token given for the upstream cannot be put into a header")

// answer is what the daemon gave, or why it gave nothing. It is not changed.
type answer struct {
	header string
	value  string
	err    error
	asked  time.Time
}

// source asks the daemon, not more often than needed and never twice at a time.
type source struct {
	ask    func(context.Context) (Injection, error)
	now    func() time.Time
	turn   chan struct{}          // held by the one that asks
	latest atomic.Pointer[answer] // nil when the next request must ask
}

func newSource(config Config) *source {
	return &source{ask: config.Inject, now: config.Now, turn: make(chan struct{}, 1)}
}

// get returns what a request gets. Failures are kept as long as tokens: a client that
// tries again at once is no reason to ask at once.
//
// A question goes on when the client that caused it leaves: the next one has the answer,
// and the daemon's connection would end with a question that is broken off.
func (s *source) get(ctx context.Context) *answer {
	if kept := s.kept(); kept != nil {
		return kept
	}
	select {
	case s.turn <- struct{}{}:
	case <-ctx.Done():
		return &answer{err: context.Cause(ctx)}
	}
	if kept := s.kept(); kept != nil {
		<-s.turn
		return kept // somebody asked while we waited
	}
	asked := make(chan *answer, 1)
	go func() {
		defer func() { <-s.turn }()
		got := s.read(s.ask(context.WithoutCancel(ctx)))
		s.latest.Store(got)
		asked <- got
	}()
	select {
	case got := <-asked:
		return got
	case <-ctx.Done():
		return &answer{err: context.Cause(ctx)} // this client's own end is no news for others
	}
}

func (s *source) kept() *answer {
	latest := s.latest.Load()
	if latest == nil || s.now().Sub(latest.asked) >= keepFor {
		return nil
	}
	return latest
}

// read returns an injection as the header it is to become.
func (s *source) read(injection Injection, err error) *answer {
	got := &answer{err: err, asked: s.now()}
	if err != nil {
		return got
	}
	got.header, got.value = injection.Header, injection.Value.Reveal()
	if injection.Scheme != "" {
		got.value = injection.Scheme + " " + got.value
	}
	if injection.Value.IsZero() || !httpguts.ValidHeaderFieldName(got.header) || !httpguts.ValidHeaderFieldValue(got.value) {
		got.err = errNotAHeader
	}
	return got
}

// refused says that the upstream did not take what a request had, so that the next one
// asks again. A newer token, which others may use by now, stays.
func (s *source) refused(had *answer) { s.latest.CompareAndSwap(had, nil) }
