package daemon

import (
	"context"
	"time"

	"github.com/bento-cred/bento-cred/internal/credential"
)

// How the daemon's rounds are timed. They are short because timers stand still while a
// computer sleeps: after it wakes, the next round sees by the wall clock what is due.
const (
	longestRound  = 30 * time.Second
	shortestRound = 200 * time.Millisecond
)

// watch looks after the contexts while nobody asks, until ctx ends: which tokens the
// cloud still takes, which expire, which are to be renewed, and which are to go.
//
// Each context is looked after by itself, so that an endpoint that hangs holds up its
// own contexts alone, and none that hangs is looked after twice at once.
func (d *Daemon) watch(ctx context.Context) {
	defer d.desk.Close()
	busy, ended := make(map[string]bool), make(chan string)
	for wait := time.Duration(0); ; wait = d.untilNext(busy) {
		select {
		case <-time.After(wait):
			d.round(ctx, busy, ended)
		case <-d.nudged:
			d.round(ctx, busy, ended)
		case name := <-ended:
			delete(busy, name)
			awaitOthers(busy, ended)
			d.restamp() // a token may have been refused, or expired
		case chosen := <-d.desk.Actions():
			d.carryOut(ctx, chosen)
		case <-ctx.Done():
			return
		}
	}
}

// togetherTime is how long those are waited for that end at nearly the same time.
const togetherTime = 20 * time.Millisecond

// awaitOthers takes those out of busy that end soon after one has. What comes after it goes over
// all contexts; done for each of a thousand, it would keep a processor busy for ever.
func awaitOthers(busy map[string]bool, ended <-chan string) {
	enough := time.After(togetherTime)
	for {
		select {
		case name := <-ended:
			delete(busy, name)
		case <-enough:
			return
		}
	}
}

// nudge has the next round begin now.
func (d *Daemon) nudge() {
	select {
	case d.nudged <- struct{}{}:
	default: // one is about to begin
	}
}

// round begins to look after every context that is not in busy, and puts it there; its
// name is sent to ended when that is done. A store that nobody has opened is left alone:
// it may be locked, and nothing prompts but a person's own request.
func (d *Daemon) round(ctx context.Context, busy map[string]bool, ended chan<- string) {
	if d.watcher.Watching() != nil {
		_ = d.watcher.Reload() // status shows its error
	}
	d.lockWhenIdle()
	d.grants.Sweep()
	b := d.vault.opened()
	if b == nil {
		return
	}
	b.OnChange(d.restamp)
	d.restamp()
	contexts := b.All()
	d.pulses.keep(contexts)
	d.deployments.Forget(logins(contexts))
	for _, c := range contexts {
		if busy[c.Name] {
			continue
		}
		busy[c.Name] = true
		go func() {
			d.lookAfter(ctx, c.Name)
			select {
			case ended <- c.Name:
			case <-ctx.Done():
			}
		}()
	}
}

// untilNext returns after how long the next round is due, which is when something is for
// a context that is not in busy.
func (d *Daemon) untilNext(busy map[string]bool) time.Duration {
	soonest := longestRound
	if left, ever := d.untilIdleLock(); ever {
		soonest = min(soonest, left)
	}
	if b := d.vault.opened(); b != nil {
		settings, _ := d.watcher.Current() // a bad file leaves good settings in force
		for _, c := range b.All() {
			if !busy[c.Name] {
				soonest = min(soonest, d.nextFor(d.pulses.judged(c), settings.Health.Interval))
			}
		}
	}
	return max(shortestRound, soonest)
}

// kept returns the context called name as it is now, with the refusals that the pulses know of.
func (d *Daemon) kept(name string) (credential.Context, bool) {
	b := d.vault.opened()
	if b == nil {
		return credential.Context{}, false
	}
	c, found := b.Get(name)
	return d.pulses.judged(c), found
}

// lookAfter does for a context what is due.
func (d *Daemon) lookAfter(ctx context.Context, name string) {
	for _, step := range []func(context.Context, credential.Context){
		d.tidy, d.checkDue, d.renewDue, d.notify,
	} {
		c, found := d.kept(name)
		if !found || ctx.Err() != nil {
			return
		}
		step(ctx, c)
	}
}

// nextFor returns after how long something is due for a context, of which the cloud is asked
// about each token at an interval.
func (d *Daemon) nextFor(c credential.Context, interval time.Duration) time.Duration {
	now, soonest := d.config.Now(), longestRound
	if untidy(c, now) {
		soonest = min(soonest, d.pulses.untilTidying(c.Name, now))
	}
	for _, t := range c.Tokens {
		if !retired(t, now) && !t.Retires.IsZero() {
			soonest = min(soonest, t.Retires.Sub(now.Round(0)))
		}
		if t.Expired(now) {
			continue
		}
		if !t.Expires.IsZero() {
			soonest = min(soonest, t.Expires.Sub(now.Round(0)))
		}
		if wait, ever := d.pulses.untilCheck(c.Name, t, interval, now); ever {
			soonest = min(soonest, wait)
		}
	}
	return soonest
}
