//go:build !darwin && !windows

package away

import (
	"context"
	"log/slog"
	"sync"
	"time"
)

const supported = true

// How long it takes until a bus is looked for again. A restart is over in a second. One that
// has not come for long may come with the next login, and until it is found a locked screen
// is not heard of; the daemon makes its rounds more often than the longest of these.
const (
	shortestPause = time.Second
	longestPause  = time.Minute
)

// watch listens on the buses that have something to say of what is wanted.
func watch(ctx context.Context, c Config, wanted Wanted, leave func(Reason)) {
	var all sync.WaitGroup
	if c.System != nil && (wanted.Sleep || wanted.Screen) {
		log := c.Log.With("bus", "system")
		all.Go(func() { listen(ctx, c.System, &logind{uid: c.UID, wanted: wanted, leave: leave, log: log}, log) })
	}
	if c.Session != nil && wanted.Screen {
		all.Go(func() { listen(ctx, c.Session, screenSavers{leave: leave}, c.Log.With("bus", "session")) })
	}
	all.Wait()
}

// listen listens to a source on the bus at an address, again and again, until ctx ends.
func listen(ctx context.Context, address func() string, s source, log *slog.Logger) {
	var p pauses
	said := false // that there is no bus
	for ctx.Err() == nil {
		l, err := dial(ctx, address(), s)
		if err != nil {
			if !said && ctx.Err() == nil {
				log.Debug("nobody tells when the person goes away", "error", err)
			}
			said = true
		} else {
			log.Debug("listening for the person going away")
			said = false
			begun := time.Now()
			l.listen(s)
			if time.Since(begun) > longestPause {
				p = pauses{} // it was a good one, so this is a restart
			}
		}
		p.wait(ctx)
	}
}

// pauses are those between attempts: each is twice as long as the one before, up to the
// longest. The zero value begins with the shortest.
type pauses struct{ last time.Duration }

// wait waits for the next one to be over, or for the end of ctx.
func (p *pauses) wait(ctx context.Context) {
	p.last = min(max(2*p.last, shortestPause), longestPause)
	timer := time.NewTimer(p.last)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}
