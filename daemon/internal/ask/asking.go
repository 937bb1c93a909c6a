package ask

import (
	"context"
	"fmt"
	"slices"
)

// asking is one question under way, and those who want its answer.
type asking struct {
	key  string
	life context.Context //nolint:containedctx // ends when nobody waits any more
	end  context.CancelFunc

	askers []*asker // guarded by the desk's mu; the first has come first
	stale  bool     // guarded by the desk's mu; the answer is not to be remembered

	done chan struct{} // closed when yes and err are set
	yes  bool
	err  error
}

// asker is one who waits for an answer.
type asker struct {
	question Question
	programs []string // the pinentries that can put the question, the best first
	noWay    error    // why there is none
	// stay ends, by gone, when the question can no longer be put where this one is.
	stay context.Context //nolint:containedctx // it is the asker's stay, which a request begins and ends
	gone context.CancelFunc
}

// join has an asker wait for the answer to key, which is asked unless it is already. A
// nil asking means that the answer is known.
func (d *Desk) join(key string, me *asker) (a *asking, known bool, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.life.Err() != nil {
		return nil, false, ErrClosed
	}
	if yes, found := d.answers.find(key, d.config.Now()); found {
		return nil, yes, nil
	}
	a, found := d.underWay[key]
	switch {
	case found:
	case me.noWay != nil:
		return nil, false, me.noWay
	case len(d.underWay) >= maxUnderWay:
		return nil, false, fmt.Errorf("%w: too many other questions are waiting", ErrNoWay)
	default:
		a = &asking{key: key, done: make(chan struct{})}
		a.life, a.end = context.WithCancel(d.life)
		d.underWay[key] = a
		d.busy.Go(func() { d.carry(a) })
	}
	me.stay, me.gone = context.WithCancel(a.life)
	a.askers = append(a.askers, me)
	return a, false, nil
}

// leave has an asker wait no longer. The question ends with the last of them. On a
// display it stays for the others; on a terminal that its owner has left, it would
// stand in the way of whatever runs there now.
func (d *Desk) leave(a *asking, me *asker) {
	d.mu.Lock()
	defer d.mu.Unlock()
	a.askers = slices.DeleteFunc(a.askers, func(other *asker) bool { return other == me })
	if len(a.askers) == 0 {
		a.end()
		d.giveWayLocked(a)
	}
	if !hasDisplay(me.question.Environ) {
		me.gone()
	}
}

// giveWayLocked has whoever asks next with the same key begin another question.
func (d *Desk) giveWayLocked(a *asking) {
	if d.underWay[a.key] == a {
		delete(d.underWay, a.key)
	}
}

// carry brings a question to its end, and tells everybody who waits.
func (d *Desk) carry(a *asking) {
	yes, err := d.inTurn(a)
	if err != nil {
		err = fmt.Errorf("asking: %w", err)
	}
	d.mu.Lock()
	d.giveWayLocked(a)
	if err == nil && len(a.askers) > 0 && !a.stale {
		d.answers.add(a.key, yes, d.config.Now())
	}
	d.mu.Unlock()
	a.yes, a.err = yes, err
	a.end() // and with it the stay of all who wait
	close(a.done)
}

// inTurn puts a question when no other is shown: where the one is who came first of those
// that still wait, and where the next one is when that one leaves its terminal.
func (d *Desk) inTurn(a *asking) (bool, error) {
	select {
	case d.screen <- struct{}{}:
	case <-a.life.Done():
		return false, context.Cause(a.life)
	}
	defer func() { <-d.screen }()
	for {
		if a.life.Err() != nil {
			return false, context.Cause(a.life)
		}
		who := d.first(a)
		if who == nil {
			continue // the last one is just leaving, which ends a's life
		}
		if who.noWay != nil {
			return false, who.noWay
		}
		yes, err := d.put(who)
		if err == nil || who.stay.Err() == nil {
			return yes, err
		}
	}
}

// first returns the one who waits longest, or nil.
func (d *Desk) first(a *asking) *asker {
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(a.askers) == 0 {
		return nil
	}
	return a.askers[0]
}

// put puts the question of one who asks, on the screen.
func (d *Desk) put(who *asker) (bool, error) {
	ctx, cancel := context.WithTimeoutCause(who.stay, d.config.Timeout, ErrTimedOut)
	defer cancel()
	var failures error
	for _, program := range who.programs {
		yes, err := d.runPlainly(ctx, program, who.question)
		switch {
		case err == nil:
			d.config.Log.Debug("a question was answered", "yes", yes)
			return yes, nil
		case ctx.Err() != nil:
			return false, context.Cause(ctx)
		case codeOf(err) == codeTimeOut:
			return false, ErrTimedOut
		}
		d.config.Log.Debug("a pinentry cannot ask", "program", program, "error", err)
		if failures == nil { // the first is the one that was chosen
			failures = fmt.Errorf("%w: %q %w", ErrNoWay, program, err)
		}
	}
	return false, failures
}

// runPlainly is run, and once more with a plainer text where the terminal's locale lacks
// letters of it, as on servers with no locale but C: then nothing was shown. The same process
// would take no keys any more.
func (d *Desk) runPlainly(ctx context.Context, program string, q Question) (bool, error) {
	yes, err := d.run(ctx, program, q)
	if codeOf(err) != codeLocale {
		return yes, err
	}
	q.Title, q.Text = plain(q.Title), plain(q.Text)
	return d.run(ctx, program, q)
}

// run has a pinentry put a question.
func (d *Desk) run(ctx context.Context, program string, q Question) (bool, error) {
	d.config.Log.Debug("putting a question", "program", program)
	child, err := start(ctx, program, d.config.environ(q))
	if err != nil {
		return false, fmt.Errorf("does not start: %w", err)
	}
	yes, err := newConversation(child.replies, child.commands).ask(q, d.config.Timeout)
	if words := child.end(err == nil); err != nil && words != "" {
		err = fmt.Errorf("%w; it says %q", err, words)
	}
	return yes, err
}
