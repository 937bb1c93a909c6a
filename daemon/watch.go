package daemon

import (
	"context"
	"sync"
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
func (d *Daemon) watch(ctx context.Context) {
	defer d.desk.Close()
	for {
		wait := d.round(ctx)
		select {
		case <-time.After(max(shortestRound, min(wait, longestRound))):
		case <-d.nudged:
		case chosen := <-d.desk.Actions():
			d.carryOut(ctx, chosen)
		case <-ctx.Done():
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

// round looks after every context once and returns after how long something is due
// again. A store that nobody has opened is left alone: it may be locked, and nothing
// prompts but a person's own request.
func (d *Daemon) round(ctx context.Context) time.Duration {
	b := d.vault.opened()
	if b == nil {
		return longestRound
	}
	contexts := b.All()
	d.pulses.keep(contexts)
	var (
		mu      sync.Mutex
		soonest = longestRound // guarded by mu
		all     sync.WaitGroup
	)
	for _, c := range contexts {
		all.Go(func() { // an endpoint that hangs holds up its own contexts alone
			d.lookAfter(ctx, c.Name)
			wait := d.nextFor(c.Name)
			mu.Lock()
			defer mu.Unlock()
			soonest = min(soonest, wait)
		})
	}
	all.Wait()
	return soonest
}

// kept returns the context called name as it is now, with what the pulses know.
func (d *Daemon) kept(name string) (credential.Context, bool) {
	b := d.vault.opened()
	if b == nil {
		return credential.Context{}, false
	}
	c, found := b.Get(name)
	return d.pulses.fresh(c), found
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

// nextFor returns after how long something is due for a context.
func (d *Daemon) nextFor(name string) time.Duration {
	c, found := d.kept(name)
	if !found {
		return longestRound
	}
	now, soonest := d.config.Now(), longestRound
	for _, t := range c.Tokens {
		if !t.Retires.IsZero() {
			soonest = min(soonest, t.Retires.Sub(now.Round(0)))
		}
		if t.Expired(now) {
			continue
		}
		if !t.Expires.IsZero() {
			soonest = min(soonest, t.Expires.Sub(now.Round(0)))
		}
		if wait, ever := d.checkIn(c, t); ever {
			soonest = min(soonest, wait)
		}
	}
	return soonest
}

// checkIn returns after how long the cloud is to be asked about a token, and reports
// whether it ever is.
func (d *Daemon) checkIn(c credential.Context, t credential.Token) (wait time.Duration, ever bool) {
	settings, _ := d.watcher.Current() // a bad file leaves good settings in force
	now := d.config.Now()
	d.pulses.with(c.Name, t, func(p *pulse) {
		p.schedule = p.schedule.Every(settings.Health.Interval)
		wait, ever = p.schedule.Next(now)
		if p.hurried {
			wait, ever = 0, true
		}
	})
	return wait, ever
}
