package signin

import (
	"context"
	"fmt"
	"time"
)

// The times between two polls. A person who is at the browser is quick; who has gone for
// coffee will not mind some seconds.
const (
	eager       = time.Second
	eagerPolls  = 60
	relaxed     = 4 * time.Second
	afterSleep  = 2 * time.Second // the least wait after a failure, doubled by each
	longestWait = 15 * time.Second
)

// certain is how many times in a row the endpoint must answer otherwise than at first
// before the login counts as forgotten.
const certain = 5

// poller follows one login.
type poller struct {
	polls    int
	failures int
	first    string // what the endpoint answers while the login waits
	last     string
	others   int // how many times in a row last was not first
}

// poll asks until there is a result or a reason to stop. The deadline is one of the wall
// clock, and of the time that passed here as well: a clock that is set back moves it no
// further away.
func (d *Desk[R]) poll(ctx context.Context, login *Login[R], plan Plan[R]) (*R, error) {
	var p poller
	began := time.Now()
	for {
		left := min(login.Deadline.Sub(wall(d.now())), plan.Lifetime-time.Since(began))
		if left <= 0 {
			return nil, fmt.Errorf("%w, which was %s", ErrDeadline, plan.Lifetime)
		}
		select {
		case <-time.After(min(p.wait(), left)):
		case <-ctx.Done():
			return nil, fmt.Errorf("waiting for the login: %w", context.Cause(ctx))
		}
		answer, err := plan.Ask(ctx)
		switch {
		case err != nil:
			return nil, err
		case answer.Done != nil:
			return answer.Done, nil
		}
		login.setTrouble(answer.Trouble)
		if p.note(answer.Word, answer.Trouble != "") {
			return nil, ErrForgotten
		}
	}
}

// wait returns how long to wait before the next poll.
func (p *poller) wait() time.Duration {
	switch {
	case p.failures > 0:
		return min(afterSleep<<min(p.failures-1, 8), longestWait)
	case p.polls < eagerPolls:
		return eager
	default:
		return relaxed
	}
}

// note takes an answer in, and reports whether the login counts as forgotten. What the
// endpoint answers first, right after it gave out the code, is what it answers for a
// login that waits.
func (p *poller) note(word string, trouble bool) bool {
	if trouble {
		p.failures++
		return false
	}
	p.failures = 0
	p.polls++
	if p.polls == 1 {
		p.first = word
	}
	if word == p.first || word != p.last {
		p.others = 0
	}
	p.last = word
	if word != p.first {
		p.others++
	}
	return p.others >= certain
}
