package server

import (
	"context"
	"time"
)

// stage is what a conversation is at. Each has its time, and is ended by the server's watch
// when that has passed.
type stage int

const (
	waiting   stage = iota // for a request's first byte
	reading                // for the rest of it
	answering              // for the agent
	writing                // for the peer to take the answer
)

// progress is how far a conversation is; its zero value is one that waits for its first
// request.
type progress struct {
	stage   stage
	since   time.Time               // when the stage began
	asked   bool                    // a request was answered
	leaving bool                    // no further request will be read
	patient bool                    // the request may take long: it is ended when its peer hangs up
	giveUp  context.CancelCauseFunc // ends the answering
	ended   chan struct{}           // closed when nobody waits for the peer to hang up any more; nil: nobody does
}

// due returns when something has to be done about it.
func (p *progress) due() time.Time {
	switch {
	case p.stage == answering && p.patient && p.ended == nil:
		return p.since.Add(hangUpTime)
	case p.stage == answering:
		return p.since.Add(answerTime)
	case p.stage == writing:
		return p.since.Add(writeTime)
	case p.stage == waiting && p.asked:
		return p.since.Add(quietTime)
	}
	return p.since.Add(requestTime) // nobody connects without a question, so the first one has to come soon
}

// enter begins a stage, and has the server's watch look after it.
func (c *conversation) enter(next stage) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.enterLocked(next)
}

func (c *conversation) enterLocked(next stage) {
	c.now.stage, c.now.since = next, time.Now()
	c.watch.by(c.now.due())
}

// again reports whether a request may be waited for, now that one was answered.
func (c *conversation) again() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now.asked = true
	c.enterLocked(waiting)
	return !c.now.leaving
}

// begin begins to answer a request, in the context that it returns.
func (c *conversation) begin(ctx context.Context, patient bool) context.Context {
	ctx, giveUp := context.WithCancelCause(ctx)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now.patient, c.now.giveUp = patient, giveUp
	c.enterLocked(answering)
	return ctx
}

// end ends the answering, and with it the waiting for the peer to hang up.
func (c *conversation) end() {
	c.mu.Lock()
	giveUp, ended := c.now.giveUp, c.now.ended
	c.now.giveUp, c.now.ended = nil, nil
	c.enterLocked(writing)
	c.mu.Unlock()
	giveUp(nil)
	if ended == nil {
		return
	}
	_ = c.conn.SetReadDeadline(time.Now()) // a closed connection ends the waiting, too
	<-ended
	_ = c.conn.SetReadDeadline(time.Time{})
}

// inspect does what is due, and returns when it wants to be looked after again; zero: no more.
func (c *conversation) inspect(now time.Time) time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	if due := c.now.due(); now.Before(due) {
		return due
	}
	switch {
	case c.now.stage == answering && c.now.patient && c.now.ended == nil:
		c.watchHangUpLocked()
		return c.now.due()
	case c.now.stage == answering:
		c.now.giveUp(context.DeadlineExceeded)
	case c.now.stage == writing:
		c.now.leaving = true
		_ = c.conn.SetWriteDeadline(now) // what fails here has ended already
	default:
		c.now.leaving = true
		_ = c.conn.SetReadDeadline(now)
	}
	return time.Time{}
}

// quietSince returns when c began to wait for a request, zero while it answers one, and
// whether one was ever asked.
func (c *conversation) quietSince() (since time.Time, asked bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.now.stage > reading {
		return time.Time{}, c.now.asked
	}
	return c.now.since, c.now.asked
}

// dismiss ends the conversation if nothing is being asked in it, and reports whether it does.
func (c *conversation) dismiss() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.now.stage > reading {
		return false
	}
	c.now.leaving = true
	_ = c.conn.Close() // its conversation ends by that
	return true
}

// leave ends the conversation after the answer under way.
func (c *conversation) leave() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now.leaving = true
	if c.now.stage <= reading {
		_ = c.conn.SetReadDeadline(time.Now().Add(leaveTime)) // the connection ends either way
	}
}

// leaveTime lets a request that is already on its way be read when the server stops.
const leaveTime = 50 * time.Millisecond
