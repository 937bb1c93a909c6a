// Package away tells when the person goes away: the computer is about to sleep, or its screen
// is locked.
//
// Sleep is told by systemd-logind on the system bus (org.freedesktop.login1, signal
// PrepareForSleep). It waits with it for who holds a delay lock, at most for
// InhibitDelayMaxSec, 5 seconds by default (logind.conf(5)); so what is to be done first can
// be done. The screen's lock is told by logind of the person's own sessions (signal Lock, and
// the property LockedHint), and by desktops on the session bus (ActiveChanged of their screen
// savers). Several of them tell of the same thing, so leave may be called more than once, but
// never twice at a time.
//
// A bus that is not there, or goes, is looked for again at growing pauses. Nothing wakes up
// where nothing is wanted. Other systems than Linux tell none of this on a message bus, and
// so nothing comes there.
package away

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/godbus/dbus/v5"

	"github.com/bento-cred/bento-cred/daemon/internal/bus"
)

// Reason is why the person is taken to be away.
type Reason string

// The reasons.
const (
	Sleeps Reason = "the computer goes to sleep"
	Locked Reason = "the screen was locked"
)

// Wanted says what is to be told of.
type Wanted struct{ Sleep, Screen bool }

// Config says where to listen.
type Config struct {
	// System and Session return the addresses of the buses as they are now; empty: there is
	// none.
	System, Session func() string
	// UID is the person, whose sessions count.
	UID int
	// Log is told where nobody can be listened to.
	Log *slog.Logger
}

// The pauses between two looks for a bus.
const (
	shortestPause = time.Second
	longestPause  = 5 * time.Minute
)

// answerTime bounds what is asked on a bus.
const answerTime = 5 * time.Second

// Watch calls leave whenever the person goes away, until ctx ends.
func Watch(ctx context.Context, c Config, wanted Wanted, leave func(Reason)) {
	var one sync.Mutex
	alone := func(why Reason) {
		one.Lock()
		defer one.Unlock()
		leave(why)
	}
	var all sync.WaitGroup
	if wanted.Sleep || wanted.Screen {
		all.Go(func() { c.keep(ctx, c.System, &logind{uid: c.UID, wanted: wanted, leave: alone, log: c.Log}) })
	}
	if wanted.Screen {
		all.Go(func() { c.keep(ctx, c.Session, savers{leave: alone}) })
	}
	all.Wait()
}

// source is somebody on a bus who tells that the person goes.
type source interface {
	// subscribe has the bus send what is of interest.
	subscribe(ctx context.Context, conn *dbus.Conn) error
	// hear is called with each signal.
	hear(ctx context.Context, conn *dbus.Conn, signal *dbus.Signal)
	// close is called when the connection has ended.
	close()
}

// keep listens to a source on the bus at an address, again and again, until ctx ends.
func (c Config) keep(ctx context.Context, address func() string, s source) {
	pause := shortestPause
	for ctx.Err() == nil {
		began := time.Now()
		if err := listen(ctx, address(), s); err != nil && ctx.Err() == nil {
			c.Log.Debug("nobody tells when the person goes away", "error", err)
		}
		if time.Since(began) > longestPause { // it was there for a while
			pause = shortestPause
		}
		select {
		case <-time.After(pause):
			pause = min(2*pause, longestPause)
		case <-ctx.Done():
		}
	}
}

// listen connects to a bus and passes signals to a source until the connection ends.
func listen(ctx context.Context, address string, s source) error {
	life, end := context.WithCancel(ctx)
	defer end()
	asking, cancel := context.WithTimeout(life, answerTime)
	defer cancel()
	conn, err := bus.Connect(asking, life, address)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }() // it is of no more use
	defer s.close()
	signals := make(chan *dbus.Signal, 16)
	conn.Signal(signals)
	if err := s.subscribe(asking, conn); err != nil {
		return err
	}
	for signal := range signals { // closed with the connection, which ends with life
		s.hear(life, conn, signal)
	}
	return nil
}
