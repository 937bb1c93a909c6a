package daemon

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync/atomic"
	"time"

	"github.com/bento-cred/bento-cred/configs"
	"github.com/bento-cred/bento-cred/daemon/internal/away"
	"github.com/bento-cred/bento-cred/daemon/internal/state"
)

// A daemon is locked by ending it. What is in memory stands there in many places: in what was
// read from the keychain, in buffers of HTTP and TLS, in what the collector has not yet
// wiped. No amount of care finds all of them; the end of the process does. That the store is
// locked is remembered in the state, so the next daemon, which whoever asks next brings up,
// opens nothing until a person unlocks it.

// errLockedByHand is what requests get while the daemon is locked.
var errLockedByHand = errors.New("the daemon is locked, by `bento-cred lock` or as the settings say")

// ErrLocked is returned by Run where the daemon left because it was locked.
var ErrLocked = errors.New("the daemon was locked")

// Lock implements management.Agent.
func (a *agent) Lock(context.Context) error { return a.daemon.lock("told to by " + a.who().program()) }

// lock locks the daemon, which leaves. Where that cannot be remembered for the next one, it
// stays, gives nothing out, and has forgotten what it can.
func (d *Daemon) lock(why string) error {
	d.config.Log.Info("locking", "why", why)
	if err := d.state.Note(func(s *state.State) { s.Locked = true }); err != nil {
		d.vault.close()
		err = coded(fmt.Errorf("the daemon is locked, and cannot remember it for the next one: %w", err))
		return err
	}
	d.locking.Store(true)
	d.stop()
	return nil
}

// locked reports whether nothing is given out until a person unlocks the store.
func (d *Daemon) locked() bool { return d.state.Get().Locked }

// used notes that somebody got what they asked for, for the lock that waits until nobody asks.
func (d *Daemon) used(now time.Time) { d.lastUse.Store(now.UnixNano()) }

// untilIdleLock returns after how long the daemon locks itself if nobody asks, and reports
// whether it ever does. It is reckoned by the wall clock: a computer that slept for long
// enough wakes up locked.
func (d *Daemon) untilIdleLock() (time.Duration, bool) {
	settings, _ := d.watcher.Current() // a bad file leaves good settings in force
	if settings.Lock.Idle == 0 || d.locked() {
		return 0, false
	}
	idle := d.config.Now().Sub(time.Unix(0, d.lastUse.Load()))
	return settings.Lock.Idle - idle, true
}

// lockWhenIdle locks the daemon when nobody has asked for so long.
func (d *Daemon) lockWhenIdle() {
	if left, ever := d.untilIdleLock(); ever && left <= 0 {
		d.lockOrSay("nobody asked for a while")
	}
}

// lockOrSay locks the daemon where there is nobody to tell that it failed.
func (d *Daemon) lockOrSay(why string) {
	if err := d.lock(why); err != nil {
		d.config.Log.Error("the daemon was to be locked, and is not", "why", why, "error", err)
	}
}

// lookout is who watches for the person going away, as the settings have it.
type lookout struct {
	settings atomic.Pointer[configs.Lock]
	changed  chan struct{} // holds a word when the settings are others
}

// set puts settings in force.
func (l *lookout) set(settings configs.Lock) {
	l.settings.Store(&settings)
	select {
	case l.changed <- struct{}{}:
	default: // one is waiting to be seen already
	}
}

// watchAway locks the daemon when the person goes away, until ctx ends.
func (d *Daemon) watchAway(ctx context.Context) {
	config := away.Config{System: d.config.SystemBus, Session: d.config.Bus, UID: os.Getuid(), Log: d.config.Log}
	for ctx.Err() == nil {
		settings := d.lookout.settings.Load()
		if (settings.Sleep || settings.Screen) && !away.Supported() {
			d.config.Log.Warn("this system does not tell us of sleep and locked screens: [lock] has no effect there")
		}
		watching, cancel := context.WithCancel(ctx)
		done := make(chan struct{})
		go func() {
			defer close(done)
			away.Watch(watching, config, away.Wanted{Sleep: settings.Sleep, Screen: settings.Screen}, func(why away.Reason) {
				if !d.locked() {
					d.lockOrSay(string(why))
				}
			})
		}()
		select {
		case <-ctx.Done():
		case <-d.lookout.changed:
		}
		cancel()
		<-done
	}
}
